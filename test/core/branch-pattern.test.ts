import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BranchPattern, matchBranch, parseBranchPattern } from '../../src/core/branch-pattern.ts';

function compile(text: string): BranchPattern {
  const parsed = parseBranchPattern(text);
  if (!parsed.ok) throw new Error(`${text} ${parsed.failure}`);
  return parsed.value;
}
const captured = (pattern: string, branch: string) => matchBranch(compile(pattern), branch);
const matches = (pattern: string, branch: string): boolean => captured(pattern, branch) !== null;
const faultOf = (pattern: string): string => {
  const parsed = parseBranchPattern(pattern);
  return parsed.ok ? 'no fault' : parsed.failure;
};

const segment = fc.string({ unit: fc.constantFrom(...'abzAZ019._-+'), minLength: 1, maxLength: 8 });
const branch = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

describe('a line separator, which git allows in a branch name', () => {
  it.each(['\u2028', '\u2029', '\u0085'])('is a character like any other: %j', (separator) => {
    for (const text of ['release/**', '**', 'release/*', '**/x*']) {
      const parsed = parseBranchPattern(text);
      expect([text, parsed.ok && matchBranch(parsed.value, `release/x${separator}y`) !== null]).toEqual([
        text,
        true,
      ]);
    }
  });
});

describe('globs', () => {
  it.each([
    ['main', 'main', true],
    ['main', 'mainx', false],
    ['main', 'x/main', false],
    ['release/*', 'release/2.1', true],
    ['release/*', 'release/2.1/fix', false],
    ['release/*', 'release/', false],
    ['release*', 'release', true],
    ['release*', 'release-2', true],
    ['release*', 'release/2', false],
    ['*/fix', 'team/fix', true],
    ['*/fix', '/fix', false],
    ['hotfix/**', 'hotfix/a', true],
    ['hotfix/**', 'hotfix/a/b/c', true],
    ['hotfix/**', 'hotfix/', false],
    ['hotfix/**', 'hotfix', false],
    ['**', 'anything/at/all', true],
    ['**/fix', 'fix', true],
    ['**/fix', 'a/b/fix', true],
    ['**/fix', 'a/prefix', false],
    ['a/**/z', 'a/z', true],
    ['a/**/z', 'a/b/c/z', true],
    ['a/**/z', 'az', false],
    ['v1.0', 'v1x0', false],
    ['a+b', 'aab', false],
    ['feat(x)', 'feat(x)', true],
    ['a|b', 'a', false],
    ['$^', '$^', false],
  ])('%s and %s: %s', (pattern, name, expected) => {
    const parsed = parseBranchPattern(pattern);
    expect(parsed.ok && matchBranch(parsed.value, name) !== null).toBe(expected);
  });

  it('match every branch by its own name, and no other', () => {
    fc.assert(
      fc.property(branch, branch, (one, other) => {
        expect(matches(one, one)).toBe(true);
        expect(matches(one, other)).toBe(one === other);
      }),
    );
  });

  it('never let * cross a slash, and always let ** do so', () => {
    fc.assert(
      fc.property(segment, branch, (prefix, rest) => {
        expect(matches(`${prefix}/*`, `${prefix}/${rest}`)).toBe(!rest.includes('/'));
        expect(matches(`${prefix}/**`, `${prefix}/${rest}`)).toBe(true);
      }),
    );
  });
});

describe('captures', () => {
  it.each([
    ['team/{team}', 'team/red', { team: 'red' }],
    ['{team}/main', 'red/main', { team: 'red' }],
    ['team/{team}', 'team/red/blue', null],
    ['team/{team}', 'team/', null],
    ['feature/{ticket:[A-Z]+-[0-9]+}*', 'feature/PAY-12-login', { ticket: 'PAY-12' }],
    ['feature/{ticket:[A-Z]+-[0-9]+}*', 'feature/pay-12', null],
    ['feature/{ticket:[A-Z]+-[0-9]+}*', 'feature/PAY-12/x', null],
    ['{major:\\d+}.{minor:\\d+}', '2.13', { major: '2', minor: '13' }],
    ['v{n:\\d{1,2}}', 'v12', { n: '12' }],
    ['v{n:\\d{1,2}}', 'v123', null],
    ['{kind:(feat|fix)}-*', 'fix-login', { kind: 'fix' }],
    ['{kind:feat|fix}-*', 'feat-login', { kind: 'feat' }],
  ])('%s on %s', (pattern, name, expected) => {
    expect(captured(pattern, name)).toEqual(expected);
  });

  it.each(['', 'a b', 'a$b', 'é', 'a,b', '../x', 'a\u202eb', 'a\nb'])(
    'never hold what may mean something elsewhere: %j',
    (value) => {
      expect(captured('team/{team}', `team/${value}`)).toBeNull();
      // A dot in a person's own expression is any character.
      expect(captured('team/{team:.*}', `team/${value}`)).toBeNull();
    },
  );

  it('hold only letters, digits, dots, underscores and hyphens, whatever the branch is called', () => {
    const pattern = compile('{a}/{b:.?\\w*}**');
    fc.assert(
      fc.property(fc.oneof(branch, fc.string({ unit: 'binary' })), (name) => {
        for (const value of Object.values(matchBranch(pattern, name) ?? {}))
          expect(value).toMatch(/^[A-Za-z0-9._-]+$/);
      }),
    );
  });

  it('are listed in order', () => {
    expect(compile('{one}/{two:x}{three:y}').captures).toEqual(['one', 'two', 'three']);
  });
});

describe('faults are said in words', () => {
  it.each([
    ['', /is empty/],
    ['a b', /holds " ", which no branch name can/],
    ['a~b', /holds "~"/],
    ['a?b', /holds "\?"/],
    ['[ab]', /holds "\["/],
    ['a\\b', /holds "\\"/],
    ['team/{team', /never closed/],
    ['team/team}', /never opened/],
    ['team/{}', /needs a name/],
    ['team/{1st}', /needs a name/],
    ['team/{a-b}', /needs a name/],
    ['team/{__proto__}', /needs a name/],
    ['{a}/{a}', /captures \{a\} twice/],
    ['team-{a}', /whole segment between slashes; write \{a:REGEX\}/],
    ['{a}-x', /whole segment/],
    ['{a:}', /empty regular expression/],
    ['{a:(x)+}', /may not repeat a group/],
    ['{a:(?:x|y)*}', /may not repeat a group/],
    ['{a:(x){2}}', /may not repeat a group/],
    ['{a:x**}', /may not repeat a repetition/],
    ['{a:x+?}', /may not repeat a repetition/],
    ['{a:(?=x)}', /may not hold "\("/],
    ['{a:(?<n>x)}', /may not hold "\("/],
    ['{a:\\1}', /may not hold "\\"/],
    ['{a:[^x]}', /may not hold "\["/],
    ['{a:x/y}', /may not hold "\/"/],
    ['{a:(x}', /is not a regular expression/],
    ['{a:*x}', /is not a regular expression/],
    ['{a:[z-a]}', /is not a regular expression/],
    ['{a:x{2,1}}', /is not a regular expression/],
  ])('%s', (pattern, words) => {
    expect(faultOf(pattern)).toMatch(words);
  });

  it('never throws, whatever is written', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab/*{}:[]()+?\\|dw19,.-_^$ ') });
    fc.assert(
      fc.property(text, branch, (pattern, name) => {
        const parsed = parseBranchPattern(pattern);
        if (parsed.ok) matchBranch(parsed.value, name);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a hostile branch name', () => {
  it('that is longer than any real one matches nothing', () => {
    expect(matches('**', 'a'.repeat(1024))).toBe(true);
    expect(matches('**', 'a'.repeat(1025))).toBe(false);
  });

  // Such a match either takes microseconds or outlives everybody: the bound only turns a hang into a failure.
  it.each([
    ['*-*-*-*-*-*-*-*!', '-'.repeat(1024)],
    ['**a**a**a**a**a**a**b', 'a'.repeat(1024)],
    ['{x:a*a*a*a*a*a*a*}b', 'a'.repeat(1024)],
    ['{a:\\d*}{b:\\d*}{c:\\d*}{d:\\d*}{e:\\d*}{f:\\d*}x', '1'.repeat(1024)],
    ['{x:(a*)(a*)(a*)(a*)(a*)(a*)(a*)}b', 'a'.repeat(1024)],
  ])('cannot make matching %s endless', (text, name) => {
    const parsed = parseBranchPattern(text);
    // Refusing such a pattern is as good as matching it quickly.
    if (!parsed.ok) return;
    const run = () =>
      runInNewContext('match()', { match: () => matchBranch(parsed.value, name) }, { timeout: 2_000 });
    expect(run).not.toThrow();
  });
});
