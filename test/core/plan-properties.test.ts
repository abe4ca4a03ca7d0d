// What must hold of every plan, over random histories of one subject in several worktrees of several clones.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { enter, type Lease, leave } from '../../src/core/lease.ts';
import { type Holding, isOurs, itemKey } from '../../src/core/ledger.ts';
import type { Additions } from '../../src/core/plan.ts';
import { decide } from '../../src/core/policy.ts';
import { byName, CLONE, config, counter, group, holding, lease, NOW, rule, TERMS } from './samples.ts';
import { carryOut, factsOf, gist, planOf, sent, type World } from './world.ts';

const NAMES = ['jit-a', 'jit-b', 'staff', 'team'];
const ITEMS = NAMES.map(group);
const CLONES = [CLONE, '/home/alice/web/.git'];
const PLACES = CLONES.flatMap((commonDir) =>
  ['', '/worktrees/side'].map((id) => ({
    commonDir,
    place: { gitDir: commonDir + id, path: commonDir + id },
  })),
);
const RULES = config([
  rule('a', { branches: ['a', 'ab'], grant: [byName('jit-a'), byName('staff')] }),
  rule('b', { branches: ['b', 'ab'], grant: [byName('jit-b'), byName('team')], lifetime: null }),
  rule('c', { branches: ['c'], grant: [byName('jit-a')], until: 'branch-deleted', lifetime: null }),
]);
const jit = (_: string, name: string): boolean => name.startsWith('jit-');
const nobody = (): boolean => false;

const someItems = fc.subarray(ITEMS);
const keysOf = (items: readonly { readonly id: string | null }[]): Set<string> =>
  new Set(items.map((item) => `group\nid\n${item.id}`));
const managing = fc.constantFrom(jit, nobody);
const step = fc.record({
  at: fc.constantFrom(...PLACES),
  branch: fc.constantFrom('a', 'b', 'ab', 'c', 'main', null),
});

function checkout(
  leases: readonly Lease[],
  { at, branch }: { at: (typeof PLACES)[number]; branch: string | null },
) {
  const left = leave(leases, at.place.gitDir, branch).leases;
  if (branch === null) return left;
  const entry = { place: at.place, branch, by: 'checkout' as const, event: 'e', now: NOW };
  const id = counter(`${at.place.gitDir} ${branch}`);
  return enter(left, { ...entry, newId: id }, { ...TERMS, commonDir: at.commonDir }, decide(RULES, branch))
    .leases;
}

const someLeases = fc
  .array(step, { maxLength: 6 })
  .map((steps) => steps.reduce<readonly Lease[]>((leases, each) => checkout(leases, each), []));
const someHoldings = fc.uniqueArray(
  fc.record({
    item: fc.constantFrom(...ITEMS),
    state: fc.constantFrom('adding', 'held', 'removing', 'owed') as fc.Arbitrary<Holding['state']>,
    before: fc.constantFrom('absent', 'present', 'unknown') as fc.Arbitrary<Holding['before']>,
    managed: fc.boolean(),
  }),
  { selector: ({ item }) => item.name },
);
/** What was there before is only in the ledger where it was adopted, and only what is ours is ever taken back. */
const canBe = (each: Holding): boolean =>
  (each.before !== 'present' || each.managed) &&
  (isOurs(each) || each.state === 'adding' || each.state === 'held');
const anyWorld: fc.Arbitrary<World> = fc
  .record({ leases: someLeases, holdings: someHoldings, there: someItems })
  .map(({ leases, holdings, there }) => ({
    ledger: { leases, holdings: holdings.map(({ item, ...more }) => holding(item, more)).filter(canBe) },
    held: keysOf(there),
  }));

describe('any plan', () => {
  it('once carried out, leaves nothing to plan', () => {
    fc.assert(
      fc.property(anyWorld, managing, (world, isManaged) => {
        const after = carryOut(world, planOf(world, factsOf(world, ITEMS), { isManaged }));
        expect(planOf(after, factsOf(after, ITEMS), { isManaged })).toEqual({
          changes: [],
          adopt: [],
          forget: [],
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes away before it gives, and touches each thing once', () => {
    fc.assert(
      fc.property(anyWorld, managing, (world, isManaged) => {
        const ops = sent(planOf(world, factsOf(world, ITEMS), { isManaged }));
        expect(ops).toEqual([
          ...ops.filter((op) => op.startsWith('remove')),
          ...ops.filter((op) => op.startsWith('add')),
        ]);
        expect(new Set(ops.map((op) => op.split(' ')[1])).size).toBe(ops.length);
      }),
    );
  });

  it('is the same in whatever order the leases stand', () => {
    fc.assert(
      fc.property(anyWorld, managing, fc.subarray(['a', 'b', 'c']), (world, isManaged, ineligible) => {
        const turned = { ...world, ledger: { ...world.ledger, leases: world.ledger.leases.toReversed() } };
        const terms = { isManaged, ineligible: new Set(ineligible) };
        const one = gist(planOf(world, factsOf(world, ITEMS), terms));
        expect(gist(planOf(turned, factsOf(turned, ITEMS), terms))).toEqual(one);
      }),
      { numRuns: 1_000 },
    );
  });

  it('removes only what is ours, or managed, and that no live lease wants', () => {
    fc.assert(
      fc.property(anyWorld, managing, (world, isManaged) => {
        const wanted = new Set(
          world.ledger.leases.flatMap(({ wants }) => wants.map(({ target }) => target.name)),
        );
        for (const { op, item, disposition } of planOf(world, factsOf(world, ITEMS), { isManaged }).changes) {
          if (op !== 'remove' || disposition.do !== 'apply') continue;
          expect(wanted).not.toContain(item.name);
          const entry = world.ledger.holdings.find((each) => itemKey(each.item) === itemKey(item));
          expect((entry !== undefined && isOurs(entry)) || isManaged('group', item.name)).toBe(true);
        }
      }),
    );
  });

  it.each([
    [{ may: 'would' }],
    [{ may: 'not', reason: 'untrusted' }],
    [{ may: 'not', reason: 'off' }],
  ] satisfies [Additions][])('adds nothing when additions are %j', (additions) => {
    fc.assert(
      fc.property(anyWorld, managing, (world, isManaged) => {
        const planned = planOf(world, factsOf(world, ITEMS), { isManaged, additions });
        expect(sent(planned).filter((op) => op.startsWith('add'))).toEqual([]);
        // What is ours, and is over, goes back all the same.
        const enforced = planOf(world, factsOf(world, ITEMS), { isManaged: nobody });
        const owed = sent(enforced).filter((op) => op.startsWith('remove'));
        expect(sent(planned)).toEqual(expect.arrayContaining(owed));
      }),
    );
  });
});

describe('any history of switches', () => {
  const start = (there: Iterable<string>): World => ({
    ledger: { leases: [], holdings: [] },
    held: new Set(there),
  });
  const settle = (world: World, commonDir: string, isManaged: typeof jit, unseen = false): World => {
    const presence = unseen ? () => 'unknown' as const : undefined;
    const facts = factsOf(world, ITEMS, presence === undefined ? {} : { presence });
    return carryOut(world, planOf(world, facts, { commonDir, isManaged }));
  };

  it('never takes what was there before, outside managed; and all is as before once all is left', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), someItems, managing, (steps, there, isManaged) => {
        const foreign = keysOf(there.filter((item) => !isManaged('group', item.name)));
        let world = start(keysOf(there));
        for (const each of steps) {
          world = { ...world, ledger: { ...world.ledger, leases: checkout(world.ledger.leases, each) } };
          world = settle(world, each.at.commonDir, isManaged);
          for (const key of foreign) expect(world.held).toContain(key);
          const wanted = world.ledger.leases.filter(({ commonDir }) => commonDir === each.at.commonDir);
          for (const { target } of wanted.flatMap(({ wants }) => wants))
            expect(world.held).toContain(itemKey(group(target.name)));
        }
        world = { ...world, ledger: { ...world.ledger, leases: [] } };
        for (const commonDir of CLONES) world = settle(world, commonDir, isManaged);
        expect(world.held).toEqual(foreign);
        expect(world.ledger.holdings).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('gives nothing back that it may not have given: where nothing can be seen, nothing foreign goes', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), someItems, (steps, there) => {
        let world = start(keysOf(there));
        for (const each of steps) {
          world = { ...world, ledger: { ...world.ledger, leases: checkout(world.ledger.leases, each) } };
          world = settle(world, each.at.commonDir, nobody, true);
          for (const key of keysOf(there)) expect(world.held).toContain(key);
        }
      }),
    );
  });

  it('a crash before, or right after, any request changes nothing in the end', () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 6 }),
        someItems,
        fc.nat(5),
        fc.boolean(),
        (steps, there, at, arrived) => {
          let world = start(keysOf(there));
          steps.forEach((each, index) => {
            world = { ...world, ledger: { ...world.ledger, leases: checkout(world.ledger.leases, each) } };
            if (index === at) world = crash(world, each.at.commonDir, arrived);
            world = settle(world, each.at.commonDir, nobody);
          });
          world = { ...world, ledger: { ...world.ledger, leases: [] } };
          world = settle(world, CLONE, nobody);
          expect(world.held).toEqual(keysOf(there));
        },
      ),
      { numRuns: 500 },
    );
  });

  /** The first request's trace is in the ledger, and the request itself arrived or not; then nothing more happened. */
  function crash(world: World, commonDir: string, arrived: boolean): World {
    const [first] = planOf(world, factsOf(world, ITEMS), { commonDir }).changes;
    if (first === undefined) return world;
    const state = first.op === 'add' ? ('adding' as const) : ('removing' as const);
    const entry = holding(first.item, { before: first.before, state });
    const others = world.ledger.holdings.filter((each) => itemKey(each.item) !== itemKey(first.item));
    const held = new Set(world.held);
    if (arrived && first.op === 'add') held.add(itemKey(first.item));
    if (arrived && first.op === 'remove') held.delete(itemKey(first.item));
    return { ledger: { ...world.ledger, holdings: [...others, entry] }, held };
  }
});

it('a lease of a branch that is not ours to see is no reason to add', () => {
  const world: World = {
    ledger: { leases: [lease('l', { commonDir: '/x/.git' })], holdings: [] },
    held: new Set(),
  };
  expect(planOf(world, factsOf(world, ITEMS)).changes).toEqual([]);
});
