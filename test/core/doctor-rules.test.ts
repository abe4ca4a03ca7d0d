// What doctor says of rules, bounds and pins: each check where it finds something, and where it finds nothing.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchBranch, parseBranchPattern } from '../../src/core/branch-pattern.ts';
import { checkAllow, checkMode } from '../../src/core/checks/bounds.ts';
import { covers } from '../../src/core/checks/covers.ts';
import { checkPins, type PlacedEntry } from '../../src/core/checks/pins.ts';
import { checkPolicy } from '../../src/core/checks/policy.ts';
import { checkBranches, checkRules } from '../../src/core/checks/rules.ts';
import type { Finding } from '../../src/core/finding.ts';
import type { ConfigEntry } from '../../src/core/settings.ts';
import { byName, config, ENDPOINT, HOUR, rule, SUBJECT, SUBJECT_ID } from './samples.ts';

const speech = {
  words: ({ code }: { code: string }) => ({ message: code, remedy: '' }),
  span: (ms: number) => `${ms} ms`,
};
const states = (findings: readonly Finding[]): string[] =>
  findings.map(({ state, says }) => `${state}: ${says}`);
const entry = (scope: string, key: string, value: string): ConfigEntry => ({
  scope,
  key: `scim-hook.${key}`,
  value,
});

describe('covers', () => {
  it.each([
    ['**', 'release/*', true],
    ['release/**', 'release/*', true],
    ['release/*', 'release/**', false],
    ['*', 'main', true],
    ['*', 'release/*', false],
    ['release/*', 'release/v*', true],
    ['release/v*', 'release/*', false],
    ['release/{v}', 'release/{w}', true],
    ['release/{v}', 'release/*', false],
    ['release/*', 'release/{v:[0-9]+}', true],
    ['a/{v:[0-9]+}', 'a/{w:[0-9]+}', true],
    ['a/{v:[0-9]+}', 'a/{w:[0-9]{2}}', false],
    ['**/fix', '**/fix', true],
    ['*/fix', '**/fix', false],
    ['**/fix', 'a/**/fix', true],
    ['a/*/**/fix', 'a/**/fix', false],
    ['main', 'main', true],
    ['main', 'mainx', false],
  ])('%s covers %s: %s', (wide, narrow, expected) => {
    expect(covers(wide, narrow)).toBe(expected);
  });

  it('never says yes where some branch matches only the narrower one', () => {
    const part = fc.constantFrom('a', 'b', '*', '**', 'a*', '*b', '**a', '{x}', '{x:[ab]+}', 'v{x:a|b}');
    const pattern = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const segment = fc.string({ unit: fc.constantFrom('a', 'b', 'v', '+'), minLength: 1, maxLength: 3 });
    const branches = fc.array(
      fc.array(segment, { minLength: 1, maxLength: 4 }).map((each) => each.join('/')),
      { minLength: 20, maxLength: 40 },
    );
    let yes = 0;
    fc.assert(
      fc.property(pattern, pattern, branches, (wide, narrow, names) => {
        const [one, other] = [parseBranchPattern(wide), parseBranchPattern(narrow)];
        if (!one.ok || !other.ok || !covers(wide, narrow)) return;
        yes += 1;
        for (const name of names) {
          if (matchBranch(other.value, name) !== null)
            expect(matchBranch(one.value, name), `${wide} ${narrow} ${name}`).not.toBeNull();
        }
      }),
      { numRuns: 3_000 },
    );
    expect(yes).toBeGreaterThan(100);
  });
});

describe('rules', () => {
  it('that can match, and each give something, are fine', () => {
    expect(checkRules(config([rule('a'), rule('b', { except: ['b/old-*'] })]))).toMatchObject([
      { state: 'ok' },
    ]);
  });

  it.each([
    'a//b',
    '/a',
    'a/',
    'a..b',
    '.a',
    'a/.b',
    'a.lock',
    'a.lock/b',
    'a.',
    '-a',
    'HEAD',
    '@',
    'a@x/.{b:c}',
  ])('name no branch with %s', (pattern) => {
    expect(checkRules(config([rule('a', { branches: [pattern] })]))).toMatchObject([
      { state: 'problem', check: 'rules' },
    ]);
  });

  it.each(['a.b', 'a-b/*', '{x:[0-9]+}', 'v1.*', '@x', 'HEAD/x', 'a.locks'])(
    'may name a branch with %s',
    (pattern) => {
      expect(checkRules(config([rule('a', { branches: [pattern] })]))).toMatchObject([{ state: 'ok' }]);
    },
  );

  it('whose patterns begin with refs/heads/ are surely not meant so', () => {
    const found = checkRules(config([rule('a', { branches: ['refs/heads/main'] })]));
    expect(found).toMatchObject([{ state: 'warning', says: expect.stringContaining('refs/heads/') }]);
  });

  it('never match where except covers every pattern, and partly where it covers some', () => {
    const never = rule('a', { branches: ['a/*', 'a/b/*'], except: ['a/**'] });
    expect(states(checkRules(config([never])))).toEqual([
      'problem: Rule "a" never matches: its `except` covers all its branches.',
    ]);
    const partly = rule('a', { branches: ['a/*', 'b/*'], except: ['a/**'] });
    expect(states(checkRules(config([partly])))).toEqual([
      'warning: Rule "a": its `except` covers a/*, which never match.',
    ]);
  });

  it('give nothing new where another gives as much as long; of two equal ones the later is named', () => {
    const wide = rule('wide', { branches: ['a/**'], grant: [byName('g'), byName('h')] });
    const narrow = rule('narrow', { branches: ['a/*'], grant: [byName('g')] });
    const said = (rules: Parameters<typeof config>[0]) => states(checkRules(config(rules)));
    expect(said([narrow, wide])).toEqual([expect.stringContaining('"narrow" gives nothing new: "wide"')]);
    const twin = { ...narrow, name: 'twin' };
    expect(said([narrow, twin])).toEqual([expect.stringContaining('"twin" gives nothing new: "narrow"')]);
    for (const more of [
      { lifetime: HOUR },
      { until: 'branch-deleted' as const },
      { eligible: [byName('e')] },
      { except: ['a/x'] },
    ]) {
      expect(said([narrow, { ...wide, ...more }]), JSON.stringify(more)).toEqual([
        expect.stringContaining('ok'),
      ]);
    }
  });

  it('of which there are none are a warning', () => {
    expect(checkRules(config([]))).toMatchObject([{ state: 'warning' }]);
  });

  it('leave branches alone that need nothing', () => {
    const found = checkBranches(config([rule('release')]), ['main', 'release/1']);
    expect(found).toEqual({ check: 'branches', state: 'ok', says: 'Rules match 1 of the 2 branches here.' });
    expect(checkBranches(config([]), [])).toMatchObject({ state: 'skipped' });
  });
});

describe('mode', () => {
  it.each([
    ['enforce', 'ok'],
    ['audit', 'warning'],
    ['release-only', 'warning'],
    ['off', 'warning'],
    ['enforced', 'problem'],
  ])('%s is: %s', (value, state) => {
    expect(checkMode([entry('local', 'mode', value)])).toMatchObject({ state });
  });

  it('names the scope that narrows', () => {
    const found = checkMode([entry('global', 'mode', 'audit'), entry('local', 'mode', 'enforce')]);
    expect(found).toMatchObject({
      says: expect.stringContaining('global config'),
      remedy: expect.stringContaining('--global'),
    });
  });
});

describe('allow', () => {
  const rules = config([rule('a', { grant: [byName('jit-a'), byName('env-{ticket}')] })]);
  it.each([
    [['*'], 'ok'],
    [['jit-*', 'env-*'], 'ok'],
    [['jit-*', 'e*-1'], 'ok'],
    [['jit-*'], 'warning'],
    [['other-*'], 'problem'],
  ])('%j is: %s', (patterns, state) => {
    expect(
      checkAllow(
        patterns.map((each) => entry('global', 'allow', each)),
        rules,
      ),
    ).toMatchObject({ state });
  });
  it('needs rules to say anything, and bounds', () => {
    expect(checkAllow([entry('local', 'allow', 'x')], null)).toMatchObject({ state: 'skipped' });
    expect(checkAllow([], null)).toMatchObject({ state: 'ok' });
  });
});

describe('pins', () => {
  const pinned = [
    entry('local', 'endpoint', ENDPOINT),
    entry('local', 'subject', SUBJECT),
    entry('local', 'subjectid', SUBJECT_ID),
    entry('local', 'policy', 'refs/remotes/origin/main'),
  ];
  const placed = (scope: string, key: string, value: string, origin = 'file:x'): PlacedEntry => ({
    ...entry(scope, key, value),
    origin,
  });
  const all = pinned.map((each) => ({ ...each, origin: 'file:.git/config' }));

  it('that are complete and alone are fine', () => {
    expect(checkPins(pinned, all)).toMatchObject([{ state: 'ok' }]);
    expect(checkPins(pinned, null)).toMatchObject([{ state: 'ok' }]);
  });
  it('that are missing are named, all or some', () => {
    expect(checkPins([], [])).toMatchObject([
      { state: 'problem', says: expect.stringContaining('Nothing is trusted') },
    ]);
    expect(checkPins(pinned.slice(0, 2), all.slice(0, 2))).toMatchObject([
      {
        state: 'problem',
        says: expect.stringContaining('scim-hook.subjectId, scim-hook.policy are missing'),
      },
    ]);
  });
  it('of which an endpoint may not be one are a problem', () => {
    const [, ...others] = pinned;
    expect(checkPins([entry('local', 'endpoint', 'http://idp.example.com'), ...others], [])).toMatchObject([
      { state: 'problem', says: expect.stringContaining('http://idp.example.com') },
    ]);
  });
  it('that a wider scope beats are a problem; one that says the same is not', () => {
    const beaten = checkPins([...pinned, entry('system', 'endpoint', 'https://other.example.com')], all);
    expect(beaten).toMatchObject([
      { state: 'problem', says: expect.stringContaining('system config says https://other.example.com') },
    ]);
    // Also in another spelling.
    for (const same of [ENDPOINT, `${ENDPOINT.replace('https', 'HTTPS')}/`])
      expect(checkPins([...pinned, entry('global', 'endpoint', same)], all)).toMatchObject([{ state: 'ok' }]);
  });
  it.each([
    [
      placed('local', 'endpoint', 'https://evil.example.com', 'file:tracked/config'),
      'an included file (tracked/config)',
    ],
    [placed('worktree', 'mode', 'off'), "a worktree's own config"],
    [placed('command', 'mode', 'off', 'command line:'), 'git -c'],
  ])('set where they never count are a warning: %j', (extra, words) => {
    expect(checkPins(pinned, [...all, extra])).toMatchObject([
      { state: 'warning', says: expect.stringContaining(words) },
    ]);
  });
  it('of the policy count only here', () => {
    const entries = [...pinned, entry('global', 'policy', 'refs/heads/main')];
    expect(checkPins(entries, null)).toMatchObject([
      { state: 'warning', says: expect.stringContaining('global config is ignored') },
    ]);
  });
});

describe('policy', () => {
  const pins = { endpoint: ENDPOINT, subject: SUBJECT, subjectId: SUBJECT_ID, policy: 'refs/heads/main' };
  const trusted = {
    state: 'trusted',
    config: config([]),
    version: { commit: 'c'.repeat(40), blob: 'b' },
    file: '.scimsyncrc',
  } as const;
  const facts = { pins, faults: [], subject: { key: 'user.email', value: SUBJECT } };
  it.each([
    [trusted, ['ok']],
    [{ state: 'ref-gone', ref: 'refs/heads/main' } as const, ['problem']],
    [{ state: 'file-gone' } as const, ['problem']],
    [{ state: 'invalid', where: '.scimsyncrc at main' } as const, ['problem']],
    [{ state: 'untrusted', detail: 'it proposes another endpoint' } as const, ['problem']],
  ])('%j', (policy, expected) => {
    expect(checkPolicy({ ...facts, policy }, speech).map(({ state }) => state)).toEqual(expected);
  });
  it('says when git calls the person something else by now', () => {
    const subject = { key: 'user.email', value: 'bob@acme.example' };
    expect(states(checkPolicy({ ...facts, policy: trusted, subject }, speech))[1]).toContain(
      "warning: git's user.email is bob@acme.example",
    );
    expect(checkPolicy({ ...facts, pins: null, policy: trusted }, speech)).toMatchObject([
      { state: 'skipped' },
    ]);
  });
});
