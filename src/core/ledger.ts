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
}

export interface Ledger {
  readonly leases: readonly Lease[];
  readonly holdings: readonly Holding[];
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

/** Everybody whose access the ledger has a say in. */
export function holders(ledger: Ledger): Holder[] {
  const all = new Map<string, Holder>();
  for (const { endpoint, subjectId } of [...ledger.leases, ...ledger.holdings]) {
    all.set(`${endpoint}\n${subjectId}`, { endpoint, subjectId });
  }
  return [...all.values()];
}
