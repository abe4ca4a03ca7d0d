// What `why` says must be what is, and what a sync then does: over random worlds, and each verdict by example.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ExplainInput, explain, itemsNamed, itemsOf } from '../../src/core/explain.ts';
import { type Holding, type Item, isOurs, itemKey } from '../../src/core/ledger.ts';
import type { Additions } from '../../src/core/plan.ts';
import { byName, CLONE, config, group, HOLDER, HOUR, holding, lease, NOW, rule } from './samples.ts';
import { carryOut, factsOf, planOf, type World } from './world.ts';

const NAMES = ['jit-a', 'jit-b', 'staff'];
const ITEMS = NAMES.map(group);
const RULES = config([
  rule('a', { branches: ['a', 'ab'], grant: [byName('jit-a'), byName('staff')] }),
  rule('b', { branches: ['b', 'ab'], grant: [byName('jit-b')] }),
]);

function inputOf(
  world: World,
  more: Partial<ExplainInput> = {},
  terms: Parameters<typeof planOf>[2] = {},
): ExplainInput {
  const facts = factsOf(world, ITEMS);
  return {
    branch: 'a',
    config: RULES,
    holder: HOLDER,
    commonDir: CLONE,
    ledger: world.ledger,
    leases: world.ledger.leases,
    plan: planOf(world, facts, terms),
    facts,
    reason: undefined,
    now: NOW,
    ...more,
  };
}
const onA = (name: string) =>
  lease(`l-${name}`, { branch: 'a', rules: ['a'], wants: [{ target: byName(name), rules: ['a'] }] });
const ruling = (input: ExplainInput, item: Item): string => {
  const { ruling: what, reason } = explain(input, item);
  return reason === undefined ? what : `${what} ${reason}`;
};

const HAS = new Set(['held', 'adopted', 'foreign', 'ending', 'owed']);
const LEFT_WITH = new Set(['held', 'adopted', 'foreign', 'would-grant']);

describe('any verdict', () => {
  const someLeases = fc.subarray(NAMES.map(onA));
  const someHoldings = fc.uniqueArray(
    fc.record({
      item: fc.constantFrom(...ITEMS),
      state: fc.constantFrom('adding', 'held', 'removing', 'owed') as fc.Arbitrary<Holding['state']>,
      before: fc.constantFrom('absent', 'present', 'unknown') as fc.Arbitrary<Holding['before']>,
      managed: fc.boolean(),
    }),
    { selector: ({ item }) => item.name },
  );
  const canBe = (each: Holding): boolean =>
    (each.before !== 'present' || each.managed) &&
    (isOurs(each) || each.state === 'adding' || each.state === 'held');
  const worlds: fc.Arbitrary<World> = fc
    .record({ leases: someLeases, holdings: someHoldings, there: fc.subarray(ITEMS) })
    .map(({ leases, holdings, there }) => ({
      ledger: { leases, holdings: holdings.map(({ item, ...more }) => holding(item, more)).filter(canBe) },
      held: new Set(there.map(itemKey)),
    }));
  const managing = fc.constantFrom(
    () => false,
    (_: string, name: string) => name.startsWith('jit-'),
  );

  it('says what the directory says, and what it will say after a sync', () => {
    fc.assert(
      fc.property(worlds, managing, (world, isManaged) => {
        const input = inputOf(world, {}, { isManaged });
        const after = carryOut(world, input.plan);
        for (const item of ITEMS) {
          const { ruling: what } = explain(input, item);
          const key = itemKey(item);
          expect([item.name, what, HAS.has(what)]).toEqual([item.name, what, world.held.has(key)]);
          expect([item.name, what, LEFT_WITH.has(what)]).toEqual([item.name, what, after.held.has(key)]);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves nothing out that a sync would change', () => {
    fc.assert(
      fc.property(worlds, managing, (world, isManaged) => {
        const input = inputOf(world, {}, { isManaged });
        const listed = new Set(itemsOf(input).map(itemKey));
        for (const { item } of input.plan.changes) expect(listed).toContain(itemKey(item));
        expect(listed.size).toBe(itemsOf(input).length);
      }),
    );
  });

  it('never says that something is granted while nothing may be', () => {
    const additions: Additions = { may: 'not', reason: 'off' };
    fc.assert(
      fc.property(worlds, (world) => {
        const input = inputOf(world, { reason: 'off' }, { additions });
        for (const item of ITEMS) expect(['would-grant', 'audit']).not.toContain(explain(input, item).ruling);
      }),
    );
  });
});

describe('each verdict', () => {
  const [a = group('jit-a'), b = group('jit-b'), staff = group('staff')] = ITEMS;
  const world = (more: Partial<World['ledger']> = {}, ...there: Item[]): World => ({
    ledger: { leases: [], holdings: [], ...more },
    held: new Set(there.map(itemKey)),
  });
  const given = { leases: [onA('jit-a')], holdings: [holding(a, { lease: 'l-jit-a' })] };

  it('held, by its lease and rule', () => {
    const why = explain(inputOf(world(given, a)), a);
    expect(why).toMatchObject({
      ruling: 'held',
      leases: [{ id: 'l-jit-a' }],
      over: [],
      holding: { state: 'held' },
    });
    expect(why.rules).toMatchObject([{ index: 0, pattern: 'a', path: 'rules[0].grant.groups[0]' }]);
  });

  it('granted again, where others took it', () => {
    expect(ruling(inputOf(world(given)), a)).toBe('would-grant');
  });

  it('foreign, wanted or not', () => {
    expect(ruling(inputOf(world({ leases: [onA('staff')] }, staff)), staff)).toBe('foreign');
    expect(ruling(inputOf(world({}, staff)), staff)).toBe('foreign');
  });

  it('ending with its time, although a sync would renew it', () => {
    const expired = { ...onA('jit-a'), expires: NOW - 1 };
    const input = inputOf(world({ ...given, leases: [expired] }, a), {
      leases: [{ ...expired, expires: NOW + HOUR }],
    });
    expect(ruling(input, a)).toBe('ending expired');
    expect(explain(input, a).over).toMatchObject([{ id: 'l-jit-a' }]);
  });

  it('withheld, for what the plan refuses, or the branch as a whole', () => {
    const refusing = { ineligible: new Set(['a']) };
    expect(ruling(inputOf(world({ leases: [onA('jit-a')] }), {}, refusing), a)).toBe('withheld ineligible');
    expect(ruling(inputOf(world(), { branch: null }), a)).toBe('withheld detached');
    expect(ruling(inputOf(world(), { reason: 'off' }), a)).toBe('withheld off');
    expect(ruling(inputOf(world(), { config: null, reason: 'invalid-config' }), a)).toBe(
      'withheld invalid-config',
    );
    expect(ruling(inputOf(world(), { config: null }), a)).toBe('withheld untrusted');
  });

  it('withheld for want of a rule on this branch, even while another branch has it refused', () => {
    const refusing = { ineligible: new Set(['a']) };
    const input = inputOf(world({ leases: [onA('jit-a')] }), { branch: 'b' }, refusing);
    expect(ruling(input, a)).toBe('withheld no-rule');
    expect(itemsOf(input)).toEqual([{ kind: 'group', name: 'jit-b', id: null }]);
    expect(ruling(inputOf(world()), b)).toBe('withheld no-rule');
  });

  it('audit, where a sync would', () => {
    expect(ruling(inputOf(world({ leases: [onA('jit-a')] }), {}, { additions: { may: 'would' } }), a)).toBe(
      'audit',
    );
  });

  it('unknown, where no rule could ever give it', () => {
    expect(ruling(inputOf(world()), group('nobody'))).toBe('unknown');
    const templates = config([rule('t', { branches: ['x/{n}'], grant: [byName('env-{n}')] })]);
    expect(ruling(inputOf(world(), { config: templates }), group('env-7'))).toBe('withheld no-rule');
  });

  it('is found by name, by id, and by any case where none fits exactly', () => {
    const input = inputOf(world(given, a));
    for (const name of ['jit-a', 'JIT-A', a.id ?? '']) expect(itemsNamed(input, name)).toEqual([a]);
    expect(itemsNamed(input, 'jit')).toEqual([]);
  });
});
