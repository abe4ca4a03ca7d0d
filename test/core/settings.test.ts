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
});
