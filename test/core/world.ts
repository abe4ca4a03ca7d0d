// A model of the directory for one subject, and of what carrying a plan out makes of it and of the ledger (flow/carry-out.ts).
import {
  drop,
  find,
  type Holding,
  type Item,
  itemKey,
  type Ledger,
  put as putHolding,
} from '../../src/core/ledger.ts';
import {
  type Change,
  type Facts,
  type Plan,
  type PlanInput,
  type Presence,
  plan,
  type Resolution,
} from '../../src/core/plan.ts';
import { targetKey } from '../../src/core/target.ts';
import { CLONE, group, HOLDER, holding, NOW } from './samples.ts';

export interface World {
  readonly ledger: Ledger;
  /** Keys of what the subject holds in the directory. */
  readonly held: ReadonlySet<string>;
}

export type Terms = Pick<PlanInput, 'commonDir' | 'additions' | 'isManaged' | 'isAllowed' | 'ineligible'>;

export const enforce: Terms = {
  commonDir: CLONE,
  additions: { may: 'apply' },
  isManaged: () => false,
  isAllowed: () => true,
  ineligible: new Set(),
};

/** Every group has the id that `group` gives it, and every membership can be seen, except where told otherwise. */
export function factsOf(
  { ledger, held }: World,
  items: readonly Item[],
  more: {
    readonly presence?: (item: Item, is: Presence) => Presence;
    readonly resolve?: (name: string) => Resolution | undefined;
  } = {},
): Facts {
  const presence = new Map<string, Presence>();
  for (const item of [...items, ...ledger.holdings.map((each) => each.item)]) {
    const is = held.has(itemKey(item)) ? 'present' : 'absent';
    presence.set(itemKey(item), more.presence?.(item, is) ?? is);
  }
  const resolutions = new Map<string, Resolution>();
  for (const { target } of ledger.leases.flatMap((lease) => lease.wants)) {
    if (target.kind !== 'group') continue;
    const found =
      more.resolve === undefined ? { found: group(target.name), marked: true } : more.resolve(target.name);
    if (found !== undefined) resolutions.set(targetKey(target), found);
  }
  return { presence, resolutions, held: items.filter((item) => held.has(itemKey(item))) };
}

export const planOf = (world: World, facts: Facts, terms: Partial<Terms> = {}): Plan =>
  plan({ ...enforce, ...terms, holder: HOLDER, ledger: world.ledger, facts, now: NOW });

/** Carries a plan out in a directory that does what it is asked. */
export function carryOut(world: World, planned: Plan): World {
  const adopted = planned.adopt.reduce(putHolding, world.ledger);
  const forgotten = planned.forget.reduce<Ledger>((ledger, each) => drop(ledger, each), adopted);
  return planned.changes.reduce(carry, { ...world, ledger: forgotten });
}

function carry(world: World, change: Change): World {
  const { disposition, op, item } = change;
  if (disposition.do === 'refuse' || disposition.do === 'would') return world;
  const { ledger } = world;
  const entry: Holding = {
    ...holding(item, {
      before: change.before,
      managed: change.managed,
      rules: change.rules,
      lease: change.lease,
    }),
    state: 'held',
    event: find(ledger, { ...HOLDER, item })?.event ?? 'e',
  };
  if (disposition.do === 'record') {
    const kept = (op === 'add') === disposition.happened;
    return { ...world, ledger: kept ? putHolding(ledger, entry) : drop(ledger, entry) };
  }
  const held = new Set(world.held);
  if (op === 'add') {
    held.add(itemKey(item));
    return { ledger: putHolding(ledger, entry), held };
  }
  held.delete(itemKey(item));
  return { ledger: drop(ledger, entry), held };
}

/** What a plan would send, in its order. */
export const sent = ({ changes }: Plan): string[] =>
  changes.filter(({ disposition }) => disposition.do === 'apply').map(({ op, item }) => `${op} ${item.name}`);

/** All that a plan says of each thing, in words that don't depend on which of several leases speaks first. */
export const gist = ({ changes, adopt, forget }: Plan): string[] =>
  [
    ...changes.map(
      ({ op, item, rules, before, managed, disposition }) =>
        `${op} ${item.name} by ${[...rules].sort().join(',')} ${before} ${managed} ${JSON.stringify(disposition)}`,
    ),
    ...adopt.map(({ item, state }) => `adopt ${item.name} ${state}`),
    ...forget.map(({ item }) => `forget ${item.name}`),
  ].sort();
