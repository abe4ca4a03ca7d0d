import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rule } from '../../src/core/config.ts';
import { decide, unite } from '../../src/core/policy.ts';
import { targetKey } from '../../src/core/target.ts';
import { byName, config, rule } from './samples.ts';

const wants = (rules: readonly Rule[], branch: string) => unite(decide(config(rules), branch));
const named = (rules: readonly Rule[], branch: string): [string, readonly string[]][] =>
  wants(rules, branch).map((want) => [want.target.name, want.rules]);

describe('decide and unite', () => {
  it('give nothing where no rule matches', () => {
    expect(wants([rule('release')], 'main')).toEqual([]);
  });

  it('give the union of all rules that match, each thing once with the rules that gave it', () => {
    const rules = [
      rule('release', { grant: [byName('jit-release'), byName('jit-log')] }),
      rule('all', { branches: ['**'], grant: [byName('jit-log')] }),
    ];
    expect(named(rules, 'release/1')).toEqual([
      ['jit-release', ['release']],
      ['jit-log', ['release', 'all']],
    ]);
    expect(named(rules, 'main')).toEqual([['jit-log', ['all']]]);
  });

  it('leave out what is excepted', () => {
    const rules = [rule('release', { except: ['release/archive-*', 'release/{n:\\d+}'] })];
    expect(named(rules, 'release/2.1')).toEqual([['jit-release', ['release']]]);
    expect(named(rules, 'release/archive-1')).toEqual([]);
    expect(named(rules, 'release/7')).toEqual([]);
  });

  it('fill templates in from the pattern that matched, and mark them', () => {
    const rules = [
      rule('preview', {
        branches: ['feature/{ticket:[A-Z]+-[0-9]+}*', 'try/{ticket}'],
        grant: [byName('env-{ticket}'), { kind: 'role', name: 'dev-{ticket}' }, byName('devs')],
      }),
    ];
    expect(wants(rules, 'feature/PAY-7-x').map((want) => want.target)).toEqual([
      { kind: 'group', by: 'displayName', name: 'env-PAY-7', templated: true },
      { kind: 'role', name: 'dev-PAY-7' },
      { kind: 'group', by: 'displayName', name: 'devs' },
    ]);
    expect(named(rules, 'try/x').map(([name]) => name)).toEqual(['env-x', 'dev-x', 'devs']);
  });

  it('tell a group by name from one by id, and values by their type', () => {
    const rules = [
      rule('r', {
        branches: ['**'],
        grant: [
          byName('x'),
          byName('x', { by: 'id' }),
          { kind: 'role', name: 'x' },
          { kind: 'role', name: 'x', type: 'work' },
        ],
      }),
    ];
    expect(wants(rules, 'main')).toHaveLength(4);
  });

  it('let a name that a rule spells out count as spelt out, wherever that rule stands', () => {
    const templated = rule('preview', { branches: ['feature/{t}'], grant: [byName('env-{t}')] });
    const literal = rule('fixed', { branches: ['feature/*'], grant: [byName('env-7')] });
    const marks = [
      [templated, literal],
      [literal, templated],
    ].map((rules) =>
      wants(rules, 'feature/7').map(({ target }) => target.kind === 'group' && target.templated),
    );
    expect(marks[0]).toEqual(marks[1]);
  });

  it('don’t depend on the order of the rules', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const rules = fc.uniqueArray(
      fc.record({
        name: fc.constantFrom('r1', 'r2', 'r3', 'r4'),
        branches: fc.array(fc.constantFrom('**', 'x/*', 'x/{t}', 'y'), { minLength: 1 }),
        except: fc.array(fc.constantFrom('x/a', 'y')),
        grant: fc.array(name, { minLength: 1 }),
      }),
      { selector: (each) => each.name },
    );
    const asSet = (given: readonly Rule[], branch: string) =>
      new Map(wants(given, branch).map((want) => [targetKey(want.target), new Set(want.rules)]));
    fc.assert(
      fc.property(rules, fc.constantFrom('x/a', 'x/b', 'y', 'main'), (drawn, branch) => {
        const made = drawn.map((each) =>
          rule(each.name, { ...each, grant: each.grant.map((one) => byName(one)) }),
        );
        expect(asSet(made.toReversed(), branch)).toEqual(asSet(made, branch));
      }),
    );
  });
});
