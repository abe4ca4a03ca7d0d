// What differs between ledger and directory, as a table: each state of the ledger against each answer of the directory.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Holding } from '../../src/core/ledger.ts';
import { type PlanInput, plan, type Resolution } from '../../src/core/plan.ts';
import { type Compared, compare } from '../../src/core/reconcile.ts';
import { byName, group, HOLDER, HOUR, holding, lease, NOW } from './samples.ts';
import { enforce, factsOf, type Terms, type World } from './world.ts';

const ONE = group('one');
const wants = (name = 'one') => lease('l', { wants: [{ target: byName(name), rules: ['release'] }] });

interface Case extends Partial<Terms> {
  readonly world: World;
  readonly resolve?: (name: string) => Resolution | undefined;
  readonly unknown?: boolean;
  readonly names?: ReadonlyMap<string, string>;
}

function look({ world, resolve, unknown = false, names = new Map(), ...terms }: Case): Compared {
  const facts = factsOf(world, [ONE, group('jit-x'), group('staff')], {
    ...(unknown ? { presence: () => 'unknown' as const } : {}),
    ...(resolve === undefined ? {} : { resolve }),
  });
  const input: PlanInput = {
    ...enforce,
    ...terms,
    holder: HOLDER,
    ledger: world.ledger,
    facts,
    thorough: true,
    now: NOW,
  };
  return compare(input, plan(input), names);
}

const world = (holdings: readonly Holding[], isThere: boolean, isLeased: boolean): World => ({
  ledger: { leases: isLeased ? [wants()] : [], holdings },
  held: new Set(isThere ? ['group\nid\nid-of-one'] : []),
});

const told = ({ drifted }: Compared): string[] =>
  drifted.map(({ drift, is, change }) => {
    const op = change === null || change.disposition.do === 'record' ? '=' : change.op;
    return `${drift} ${is} ${op}`;
  });

describe('one thing', () => {
  it.each([
    // ledger, in the directory, leased, what is found
    [null, false, false, []],
    [null, true, false, []],
    [null, true, true, []],
    [null, false, true, ['missing ungranted add']],
    ['adding', false, true, ['missing ungranted add']],
    ['adding', true, true, ['contradicted arrived =']],
    ['adding', false, false, ['contradicted never-arrived =']],
    ['adding', true, false, ['orphaned unleased remove']],
    ['held', true, true, []],
    ['held', false, true, ['missing lost add']],
    ['held', false, false, ['contradicted gone =']],
    ['held', true, false, ['orphaned unleased remove']],
    ['removing', true, true, ['contradicted not-given-back =']],
    ['removing', false, true, ['missing ungranted add']],
    ['removing', false, false, ['contradicted given-back =']],
    ['removing', true, false, ['orphaned unleased remove']],
    ['owed', true, true, ['contradicted not-given-back =']],
    ['owed', false, true, ['missing ungranted add']],
    ['owed', false, false, ['contradicted given-back =']],
    ['owed', true, false, ['orphaned owed remove']],
  ] as const)('ledger %s, there %s, leased %s: %j', (state, isThere, isLeased, expected) => {
    const holdings = state === null ? [] : [holding(ONE, { state })];
    const found = look({ world: world(holdings, isThere, isLeased) });
    expect(told(found)).toEqual(expected);
    expect(found.refused).toEqual([]);
    expect(found.unverified).toEqual([]);
  });

  it('is never called drift where nobody can tell', () => {
    const found = look({ world: world([holding(ONE)], true, true), unknown: true });
    expect(told(found)).toEqual([]);
    expect(found.unverified).toMatchObject([{ item: ONE }]);
  });

  it('was there before us, and is nobody else‘s business once its lease is over', () => {
    const found = look({ world: world([holding(ONE, { before: 'unknown' })], true, false) });
    expect(told(found)).toEqual(['contradicted foreign =']);
  });
});

describe('inside managed', () => {
  const jit = { isManaged: (_: string, name: string) => name.startsWith('jit-') };
  const held = new Set(['group\nid\nid-of-jit-x', 'group\nid\nid-of-staff']);

  it('what nobody knows is extra, and what is outside is not even looked at', () => {
    const found = look({ world: { ledger: { leases: [], holdings: [] }, held }, ...jit });
    expect(told(found)).toEqual(['extra unknown remove']);
    expect(found.drifted[0]).toMatchObject({ item: { name: 'jit-x' }, since: null });
    expect(found.looked).toHaveLength(1);
  });

  it('what a lease wants and the ledger does not know is only written down', () => {
    const leases = [wants('jit-x')];
    const found = look({ world: { ledger: { leases, holdings: [] }, held }, ...jit });
    expect(told(found)).toEqual(['contradicted unrecorded =']);
    expect(found.drifted[0]).toMatchObject({ since: null, branch: 'release/1' });
  });

  it.each([
    [{ may: 'would' } as const, ['would']],
    [{ may: 'not', reason: 'untrusted' } as const, []],
  ])('with additions %j the stray is %j', (additions, expected) => {
    const found = look({ world: { ledger: { leases: [], holdings: [] }, held }, ...jit, additions });
    expect(found.drifted.map(({ change }) => change?.disposition.do)).toEqual(expected);
  });
});

describe('groups that changed', () => {
  const gone = (): Resolution => ({ missing: 'unknown-group' });

  it('one that is gone while its lease lives: the ledger follows, and the rule is refused', () => {
    const found = look({ world: world([holding(ONE)], false, true), resolve: gone });
    expect(told(found)).toEqual(['contradicted gone =']);
    expect(found.refused).toMatchObject([{ disposition: { do: 'refuse', reason: 'unknown-group' } }]);
  });

  it('one that a rule names as it was called is said, and left alone until its lease ends', () => {
    const names = new Map([['group\nid\nid-of-one', 'uno']]);
    const found = look({ world: world([holding(ONE)], true, true), resolve: gone, names });
    expect(told(found)).toEqual(['contradicted renamed add']);
    expect(found.drifted[0]).toMatchObject({ now: 'uno', change: { disposition: { do: 'refuse' } } });
    expect(found.refused).toEqual([]);
  });

  it('one that a rule names by its id takes its new name along', () => {
    const uno = { ...ONE, name: 'uno' };
    const target = byName('id-of-one', { by: 'id' });
    const leases = [lease('l', { wants: [{ target, rules: ['release'] }] })];
    const found = look({
      world: { ...world([holding(ONE)], true, false), ledger: { leases, holdings: [holding(ONE)] } },
      resolve: () => ({ found: uno, marked: false }),
      names: new Map([['group\nid\nid-of-one', 'uno']]),
    });
    expect(told(found)).toEqual(['contradicted renamed =']);
    expect(found.drifted[0]).toMatchObject({ now: 'uno' });
  });

  it('one of ours whose branch is gone is orphaned', () => {
    const own = { ...HOLDER, item: ONE, commonDir: '/x/.git', branch: 'feature/1', lease: 'l', rules: [] };
    const ledger = { leases: [], holdings: [], groups: [{ ...own, over: true }] };
    const found = look({ world: { ledger, held: new Set() } });
    expect(told(found)).toEqual(['orphaned own-group delete']);
    expect(found.drifted[0]).toMatchObject({ branch: 'feature/1' });
  });
});

describe('what can not be', () => {
  it.each([
    ['ineligible', { ineligible: new Set(['release']) }],
    ['not-allowed', { isAllowed: () => false }],
    ['off', { additions: { may: 'not', reason: 'off' } }],
  ] as const)('is refused as %s, and is no drift where the ledger never had it', (reason, terms) => {
    const found = look({ world: world([], false, true), ...terms });
    expect(told(found)).toEqual([]);
    expect(found.refused).toMatchObject([{ disposition: { do: 'refuse', reason } }]);
  });

  it('is drift all the same where the ledger has it', () => {
    const terms = { additions: { may: 'not', reason: 'off' } } as const;
    const found = look({ world: world([holding(ONE)], false, true), ...terms });
    expect(told(found)).toEqual(['missing lost add']);
    expect(found.drifted[0]?.change?.disposition).toEqual({ do: 'refuse', reason: 'off' });
  });
});

it('says where it is from, and since when', () => {
  const [found] = look({ world: world([holding(ONE)], false, true) }).drifted;
  expect(found).toMatchObject({ branch: 'release/1', repo: 'github.com/acme/payments', since: NOW - HOUR });
});

it('finds something exactly where a fix has something to do', () => {
  const states = fc.constantFrom('adding', 'held', 'removing', 'owed', null);
  const property = fc.property(
    states,
    fc.boolean(),
    fc.boolean(),
    fc.boolean(),
    (state, isThere, isLeased, managed) => {
      const holdings = state === null ? [] : [holding(ONE, { state, managed })];
      const terms = { isManaged: () => managed };
      const seen = world(holdings, isThere, isLeased);
      const facts = factsOf(seen, [ONE]);
      const input = {
        ...enforce,
        ...terms,
        holder: HOLDER,
        ledger: seen.ledger,
        facts,
        now: NOW,
        thorough: true,
      };
      const planned = plan(input);
      const work = planned.changes.length + planned.adopt.length + planned.forget.length;
      expect(compare(input, planned, new Map()).drifted.length > 0).toBe(work > 0);
    },
  );
  fc.assert(property);
});

it('a group that the directory could not answer about is neither drift nor refused, and stays in the ledger', () => {
  const failure = { code: 'faulty', endpoint: HOLDER.endpoint, status: 500, detail: '' } as const;
  for (const isThere of [true, false]) {
    const found = look({
      world: world([holding(ONE)], isThere, true),
      resolve: () => ({ missing: 'unknown-group', failure }),
    });
    expect(told(found)).toEqual([]);
    expect(found.refused).toEqual([]);
    expect(found.unverified).toMatchObject([{ item: { name: 'one' } }]);
  }
});
