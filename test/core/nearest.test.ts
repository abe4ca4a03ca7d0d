import fc from 'fast-check';
import { distance } from 'fastest-levenshtein';
import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/core/nearest.ts';
import { decide } from '../../src/core/policy.ts';
import { config, rule } from './samples.ts';

const near = (branches: string[], branch: string, except: string[] = []): string[] =>
  nearest([{ rule: rule('r', { branches, except }), index: 0 }], branch, distance).map(
    ({ hint, pattern, except: by }) => `${hint} ${pattern}${by === null ? '' : ` ${by}`}`,
  );

describe('what kept a rule from applying', () => {
  it.each([
    [['release/*'], 'release/1', []],
    [['release/*'], 'Release/1', ['case release/*']],
    [['release/*'], 'release/1/fix', ['slash release/*']],
    [['feature/{ticket:[A-Z]+-[0-9]+}*'], 'feature/login', ['capture feature/{ticket:[A-Z]+-[0-9]+}*']],
    [['env/{name}'], 'env/a+b', ['capture env/{name}']],
    [['release/*'], 'relaese/1', ['spelling release/*']],
    [['main'], 'mian', ['other main']],
    [['staging'], 'stagin', ['spelling staging']],
    [['release/*'], 'docs', ['other release/*']],
    [['x', 'release/*'], 'Release/1', ['case release/*']],
    [['*'], 'a'.repeat(5_000), ['other *']],
  ])('%j on %s: %j', (branches, branch, expected) => {
    expect(near(branches, branch)).toEqual(expected);
  });

  it('is its except, where that is all', () => {
    expect(near(['release/*'], 'release/old-1', ['x', 'release/old-*'])).toEqual([
      'except release/* release/old-*',
    ]);
  });

  it('is told of the closest rule first', () => {
    const rules = [rule('a', { branches: ['docs'] }), rule('b', { branches: ['Main'] })];
    const found = nearest(
      rules.map((each, index) => ({ rule: each, index })),
      'main',
      distance,
    );
    expect(found.map(({ rule: { name }, index }) => `${name} ${index}`)).toEqual(['b 1', 'a 0']);
  });
});

it('a rule either applies or is told why not, whatever the branch', () => {
  const pattern = fc.constantFrom('main', 'release/*', 'release/**', '{a}/x', 'f/{t:[A-Z]+}', '*', '**/x');
  const branch = fc.oneof(
    fc.constantFrom('main', 'release/1', 'release/1/2', 'F/A', 'f/A', 'a/x', 'Main'),
    fc.stringMatching(/^[a-zA-Z/.-]{1,12}$/),
  );
  fc.assert(
    fc.property(fc.array(pattern, { minLength: 1 }), fc.array(pattern), branch, (branches, except, name) => {
      const each = rule('r', { branches, except });
      const applies = decide(config([each]), name).length > 0;
      expect(nearest([{ rule: each, index: 0 }], name, distance)).toHaveLength(applies ? 0 : 1);
    }),
  );
});
