import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConfigEntry, isAllowed, readSettings } from '../../src/core/settings.ts';
import { MODES } from '../../src/core/vocabulary.ts';

const entry = (scope: string, name: string, value: string): ConfigEntry => ({
  scope,
  key: `scim-hook.${name}`,
  value,
});
const PINS = [
  entry('local', 'endpoint', 'https://local.example'),
  entry('local', 'subject', 'alice'),
  entry('local', 'subjectid', 'u-1'),
  entry('local', 'policy', 'refs/heads/main'),
];

describe('pins', () => {
  it('count only when all of them are there', () => {
    expect(readSettings(PINS).pins).toEqual({
      endpoint: 'https://local.example',
      subject: 'alice',
      subjectId: 'u-1',
      policy: 'refs/heads/main',
    });
    for (const missing of PINS) {
      expect(readSettings(PINS.filter((each) => each !== missing)).pins).toBeNull();
    }
    expect(readSettings([]).pins).toBeNull();
  });

  it('are overruled by global config, and that by system config', () => {
    const shared = entry('global', 'endpoint', 'https://global.example');
    const all = [entry('system', 'endpoint', 'https://system.example'), shared, ...PINS];
    expect(readSettings([...PINS, shared]).pins?.endpoint).toBe('https://global.example');
    expect(readSettings(all).pins?.endpoint).toBe('https://system.example');
    expect(readSettings(all).sharedEndpoint).toBe('https://system.example');
    expect(readSettings(PINS).sharedEndpoint).toBeNull();
  });

  it('are never complete without a local policy: a global one would trust every clone', () => {
    const global = PINS.map((each) => ({ ...each, scope: 'global' }));
    expect(readSettings(global).pins).toBeNull();
    expect(readSettings([...global, ...PINS.slice(3)]).pins).not.toBeNull();
  });

  it('take the last value of a key that is set twice, as git does', () => {
    expect(readSettings([...PINS, entry('local', 'subject', 'bob')]).pins?.subject).toBe('bob');
  });

  it.each(['command', 'worktree', 'unknown', ''])('ignore the scope %j', (scope) => {
    const foreign = PINS.map((each) => ({ ...each, scope }));
    const more = [entry(scope, 'mode', 'off'), entry(scope, 'allow', 'x'), entry(scope, 'home', '/x')];
    expect(readSettings(foreign).pins).toBeNull();
    expect(readSettings([...PINS, ...more, entry(scope, 'endpoint', 'https://evil.example')])).toEqual(
      readSettings(PINS),
    );
  });

  it('ignore keys that only look like ours', () => {
    const key = 'scim-hook.x.endpoint';
    expect(readSettings([{ scope: 'local', key, value: 'https://evil.example' }, ...PINS])).toEqual(
      readSettings(PINS),
    );
  });

  it('take the state directory from local config alone', () => {
    expect(readSettings([entry('global', 'home', '/g')]).home).toBeNull();
    expect(readSettings([entry('local', 'home', '/l')]).home).toBe('/l');
  });
});

describe('what wider config says', () => {
  const scope = fc.constantFrom('system', 'global', 'local', 'worktree', 'command');
  const name = fc.constantFrom('endpoint', 'subject', 'subjectid', 'policy', 'notify');
  const value = fc.constantFrom('https://a.example', 'https://b.example', 'https://c.example');
  const drawn = fc.array(
    fc.tuple(scope, name, value).map(([s, n, v]) => entry(s, n, v)),
    { maxLength: 12 },
  );

  it('system beats global beats local, the last one counts, and the rest of git’s scopes never do', () => {
    fc.assert(
      fc.property(drawn, (more) => {
        const entries = [...PINS, ...more];
        const { pins, notify } = readSettings(entries);
        const last = (of: string, scopes: readonly string[]) =>
          scopes
            .map((each) => entries.findLast(({ scope: s, key }) => s === each && key === `scim-hook.${of}`))
            .find((found) => found !== undefined)?.value;
        const all = ['system', 'global', 'local'];
        expect(pins).toEqual({
          endpoint: last('endpoint', all),
          subject: last('subject', all),
          subjectId: last('subjectid', all),
          policy: last('policy', ['local']),
        });
        expect(notify ?? undefined).toBe(last('notify', ['system', 'global']));
      }),
    );
  });

  it('is said exactly where it puts another value in the place of an accepted one', () => {
    fc.assert(
      fc.property(drawn, (more) => {
        const { overruled, pins } = readSettings([...PINS, ...more]);
        const own = readSettings([...PINS, ...more].filter((each) => each.scope === 'local')).pins;
        const names = ['endpoint', 'subject', 'subjectId'] as const;
        expect(overruled.map((each) => each.name)).toEqual(names.filter((n) => own?.[n] !== pins?.[n]));
        for (const { name: n, accepted, value: v } of overruled) {
          expect([accepted, v]).toEqual([own?.[n], pins?.[n]]);
        }
      }),
    );
  });

  it('is no contradiction where only the spelling differs', () => {
    const shared = entry('system', 'endpoint', 'https://LOCAL.example/');
    const { overruled, pins, sharedEndpoint } = readSettings([...PINS, shared]);
    expect(overruled).toEqual([]);
    expect([pins?.endpoint, sharedEndpoint]).toEqual(['https://local.example', 'https://local.example']);
  });

  it.each(['http://idp.example.com/scim', 'nonsense', '', 'https://u:p@idp.example.com'])(
    'an endpoint %j leaves nothing pinned, and says why',
    (endpoint) => {
      const { pins, misspelled } = readSettings([...PINS, entry('global', 'endpoint', endpoint)]);
      expect(pins).toBeNull();
      expect(misspelled).toMatchObject({ endpoint });
    },
  );

  it('names no command in local config', () => {
    expect(readSettings([entry('local', 'notify', 'x')]).notify).toBeNull();
    expect(readSettings([entry('global', 'notify', '')]).notify).toBeNull();
  });
});

describe('the mode', () => {
  const scopes = fc.constantFrom('system', 'global', 'local');
  const modes = fc.array(fc.tuple(scopes, fc.constantFrom(...MODES)), { maxLength: 3 });

  it('is enforce where nobody says', () => {
    expect(readSettings([]).mode).toBe('enforce');
  });

  it.each([
    ['off', 'enforce', 'off'],
    ['enforce', 'audit', 'audit'],
    ['audit', 'enforce', 'audit'],
    ['audit', 'release-only', 'release-only'],
    ['enforce', 'nonsense', 'release-only'],
    ['off', 'nonsense', 'off'],
    ['enforce', 'Audit', 'release-only'],
    ['enforce', '', 'release-only'],
  ])('global %s, local %s: %s', (global, local, expected) => {
    expect(readSettings([entry('global', 'mode', global), entry('local', 'mode', local)]).mode).toBe(
      expected,
    );
  });

  it('is never wider than any scope says', () => {
    fc.assert(
      fc.property(modes, (drawn) => {
        const last = new Map(drawn);
        const narrowest = Math.max(0, ...[...last.values()].map((mode) => MODES.indexOf(mode)));
        const entries = drawn.map(([scope, mode]) => entry(scope, 'mode', mode));
        expect(MODES.indexOf(readSettings(entries).mode)).toBe(narrowest);
      }),
    );
  });
});

describe('allow', () => {
  it('bounds by every scope that has some', () => {
    const entries = [
      entry('system', 'allow', 'jit-*'),
      entry('system', 'allow', 'env-*'),
      entry('local', 'allow', '*-release'),
    ];
    const settings = readSettings(entries);
    expect(isAllowed(settings, 'jit-release')).toBe(true);
    expect(isAllowed(settings, 'env-release')).toBe(true);
    expect(isAllowed(settings, 'jit-oncall')).toBe(false);
    expect(isAllowed(settings, 'release')).toBe(false);
    expect(isAllowed(readSettings([]), 'anything')).toBe(true);
  });

  it('can only be narrowed by another pattern’s scope, whatever that says', () => {
    const names = fc.constantFrom('jit-a', 'jit-b', 'env-a', 'other');
    const patterns = fc.array(fc.constantFrom('jit-*', '*-a', 'other', '*'), { maxLength: 3 });
    const scopes = fc.constantFrom('system', 'global', 'local', 'worktree', 'command');
    const lines = fc.array(fc.tuple(scopes, patterns), { maxLength: 3 });
    fc.assert(
      fc.property(lines, names, (drawn, name) => {
        const entries = drawn.flatMap(([scope, globs]) => globs.map((glob) => entry(scope, 'allow', glob)));
        for (const scope of ['system', 'global', 'local']) {
          const without = entries.filter((each) => each.scope !== scope);
          if (isAllowed(readSettings(entries), name))
            expect(isAllowed(readSettings(without), name)).toBe(true);
        }
        const foreign = entries.filter(({ scope }) => scope === 'worktree' || scope === 'command');
        expect(isAllowed(readSettings(foreign), name)).toBe(true);
      }),
    );
  });
});
