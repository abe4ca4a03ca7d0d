// The ledger: live leases, and for each thing granted its state. Pure transitions; the disk is an adapter's.
import type { Lease } from './lease.ts';
import { groupKey, valueKey } from './target.ts';
import type { Before, Kind } from './vocabulary.ts';

/** One thing a subject can hold, as the directory knows it. */
export interface Item {
  readonly kind: Kind;
  readonly name: string;
  /** The group's id; null for roles and entitlements, which are values of the user. */
  readonly id: string | null;
  readonly type?: string;
  readonly display?: string;
  /** Of a group, where it has one: what a rule may name it by. */
  readonly externalId?: string;
}

/** Where an item is held: the same group may be known at two endpoints, or held by two subjects. */
export interface Holder {
  readonly endpoint: string;
  readonly subjectId: string;
}

/**
 * `adding` is written before the request, so a crash after it leaves a trace: whatever is found then is ours.
 * `owed` is a removal that failed or couldn't be proven; it is tried again at each wake-up.
 */
export type HoldingState = 'adding' | 'held' | 'removing' | 'owed';

export interface Holding extends Holder {
  readonly item: Item;
  readonly subject: string;
  readonly before: Before;
  /** It was in `managed` when it was granted or adopted, so it is ours whatever was there before. */
  readonly managed: boolean;
  readonly state: HoldingState;
  /** The event and lease that brought it here, for the lines that come later. */
  readonly event: string;
  readonly lease: string | null;
  readonly rules: readonly string[];
  readonly repo: string;
  readonly branch: string | null;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** When the directory said that it would do what is under way (202), in milliseconds since the epoch. */
  readonly accepted?: number;
  /** When an add was last asked for of which it isn't known whether it came to pass: as above. */
  readonly asked?: number;
}

/** A marked group that goes with its branch, once nobody is in it any more. */
export interface OwnGroup extends Holder {
  readonly item: Item;
  readonly subject: string;
  /** The clone whose branch it is for. */
  readonly commonDir: string;
  readonly branch: string;
  readonly lease: string | null;
  readonly rules: readonly string[];
  /** The branch is gone. */
  readonly over: boolean;
}

export interface Ledger {
  readonly leases: readonly Lease[];
  readonly holdings: readonly Holding[];
  /** Absent: none. */
  readonly groups?: readonly OwnGroup[];
}

export const EMPTY_LEDGER: Ledger = { leases: [], holdings: [] };

export const itemKey = (item: Item): string =>
  item.kind === 'group' && item.id !== null ? groupKey(item.id) : valueKey(item.kind, item.type, item.name);

export const sameHolder = (a: Holder, b: Holder): boolean =>
  a.endpoint === b.endpoint && a.subjectId === b.subjectId;

const same = (a: Holding, b: Holder & { item: Item }): boolean =>
  sameHolder(a, b) && itemKey(a.item) === itemKey(b.item);

/** Only what we gave, or what belongs to us by name, is ever taken back. */
export const isOurs = (holding: Holding): boolean => holding.before === 'absent' || holding.managed;

export const find = (ledger: Ledger, of: Holder & { item: Item }): Holding | undefined =>
  ledger.holdings.find((holding) => same(holding, of));

export const put = (ledger: Ledger, holding: Holding): Ledger => ({
  ...ledger,
  holdings: [...ledger.holdings.filter((other) => !same(other, holding)), holding],
});

export const drop = (ledger: Ledger, of: Holder & { item: Item }): Ledger => ({
  ...ledger,
  holdings: ledger.holdings.filter((holding) => !same(holding, of)),
});

/** The directory gave it an id, or a name, since. */
export const identify = (ledger: Ledger, holder: Holder, items: ReadonlyMap<string, Item>): Ledger =>
  items.size === 0
    ? ledger
    : {
        ...ledger,
        holdings: ledger.holdings.map((holding) =>
          sameHolder(holding, holder)
            ? { ...holding, item: items.get(itemKey(holding.item)) ?? holding.item }
            : holding,
        ),
      };

const sameGroup = (a: Holder & { item: Item }, b: Holder & { item: Item }): boolean =>
  a.endpoint === b.endpoint && itemKey(a.item) === itemKey(b.item);

/** One entry for a group in each clone: its branch is told by whoever knows it last. */
export const keepGroup = (ledger: Ledger, group: OwnGroup): Ledger => ({
  ...ledger,
  groups: [
    ...(ledger.groups ?? []).filter(
      (other) =>
        !(sameGroup(other, group) && other.commonDir === group.commonDir && other.branch === group.branch),
    ),
    group,
  ],
});

export const dropGroup = (ledger: Ledger, of: { endpoint: string; item: Item }): Ledger =>
  ledger.groups === undefined
    ? ledger
    : {
        ...ledger,
        groups: ledger.groups.filter(
          (other) => !(other.endpoint === of.endpoint && itemKey(other.item) === itemKey(of.item)),
        ),
      };

/** Marks those whose branch is gone; one that was made anew in the meantime keeps its group. */
export const endGroups = (ledger: Ledger, commonDir: string, gone: ReadonlySet<string>): Ledger =>
  ledger.groups === undefined || ledger.groups.length === 0
    ? ledger
    : {
        ...ledger,
        groups: ledger.groups.map((group) =>
          group.commonDir === commonDir ? { ...group, over: gone.has(group.branch) } : group,
        ),
      };

/** Everybody whose access the ledger has a say in. */
export function holders(ledger: Ledger): Holder[] {
  const all = new Map<string, Holder>();
  for (const { endpoint, subjectId } of [...ledger.leases, ...ledger.holdings, ...(ledger.groups ?? [])]) {
    all.set(`${endpoint}\n${subjectId}`, { endpoint, subjectId });
  }
  return [...all.values()];
}
