// The plan: what live leases want × what the ledger says × what the directory says → ordered changes.
import { type Claim, givenBy, resolve, wantedUnresolved } from './claim.ts';
import { deletions } from './deletions.ts';
import type { DirectoryFailure } from './failure.ts';
import { mayStillCome } from './in-progress.ts';
import { type Holder, type Holding, type Item, isOurs, itemKey, type Ledger, sameHolder } from './ledger.ts';
import { valueKey } from './target.ts';
import type { Before, Kind, Op, Reason } from './vocabulary.ts';

/** What the directory says a target is. `marked`: the group carries our marker, so templates may reach it. */
export type Resolution =
  | { readonly found: Item; readonly marked: boolean }
  /** `failure`: the directory couldn't answer the question, which says nothing of the group. */
  | { readonly missing: 'unknown-group' | 'ambiguous-group'; readonly failure?: DirectoryFailure };

export type Presence = 'present' | 'absent' | 'unknown';

/** What was read of the directory, for one subject. */
export interface Facts {
  /** By `targetKey`. */
  readonly resolutions: ReadonlyMap<string, Resolution>;
  /** By `itemKey`. Absence is entered only when it was positively seen. */
  readonly presence: ReadonlyMap<string, Presence>;
  /** All that the subject was seen to hold: what `managed` is matched against. */
  readonly held: readonly Item[];
}

/** Why nothing may, or can, be added now. `would`: audit mode. */
export type Additions =
  | { readonly may: 'apply' }
  | { readonly may: 'would' }
  | { readonly may: 'not'; readonly reason: Reason };

export type Disposition =
  | { readonly do: 'apply' }
  | { readonly do: 'would' }
  | { readonly do: 'refuse'; readonly reason: Reason; readonly failure?: DirectoryFailure }
  /** A crash came before its line: what became of it was seen, and only the line is missing. */
  | { readonly do: 'record'; readonly happened: boolean }
  /** An add that may still come true: what is to be taken back can't be yet. */
  | { readonly do: 'await' };

export interface Change {
  readonly op: Op;
  readonly item: Item;
  readonly rules: readonly string[];
  /** One short clause for people. */
  readonly why: string;
  readonly lease: string | null;
  readonly before: Before;
  readonly managed: boolean;
  /** The group goes with the branch (`createGroups`). */
  readonly own?: true;
  readonly disposition: Disposition;
}

export interface Plan {
  readonly changes: readonly Change[];
  /** Ledger entries that become true, or stop mattering, without a request. */
  readonly adopt: readonly Holding[];
  readonly forget: readonly Holding[];
}

export interface PlanInput {
  readonly holder: Holder & { readonly subject: string };
  readonly ledger: Ledger;
  readonly facts: Facts;
  /** The clone whose wake-up this is: other clones' leases keep what they hold, but only their own wake-up adds. */
  readonly commonDir: string;
  readonly additions: Additions;
  readonly isManaged: (kind: Kind, name: string) => boolean;
  /** `git config scim-hook.allow`: bounds what may ever be granted, whatever the rules say. */
  readonly isAllowed: (name: string) => boolean;
  /** Whether the directory has such values at all; by default it does. */
  readonly isSupported?: (kind: Kind) => boolean;
  /** By default they may be made where a rule says so. */
  readonly mayCreateGroups?: boolean;
  /** Rules of this clone for which the subject isn't eligible now. */
  readonly ineligible: ReadonlySet<string>;
  /** Those of which that couldn't be told: they keep what is held, and grant nothing new. */
  readonly undecided?: ReadonlySet<string>;
  /** Somebody asks for the ledger to follow also what no switch needs: groups that are gone, and new names. */
  readonly thorough?: boolean;
  readonly now: number;
}

/** Applying the changes and planning again leaves nothing to do. */
export function plan(input: PlanInput): Plan {
  const { claims, refused } = resolve(input);
  const wanted = new Map<string, Claim[]>();
  for (const claim of claims) {
    const key = itemKey(claim.item);
    const together = wanted.get(key);
    if (together === undefined) wanted.set(key, [claim]);
    else together.push(claim);
  }
  const holdings = input.ledger.holdings.filter((holding) => sameHolder(holding, input.holder));
  const byKey = new Map(holdings.toReversed().map((holding) => [itemKey(holding.item), holding]));
  const released = release(input, holdings, wanted);
  const added = [...wanted].map(([key, together]) => {
    return want(input, together, byKey.get(key), input.facts.presence.get(key) ?? 'unknown');
  });
  const forgotten = new Set(released.forget);
  const kept = holdings.filter((holding) => !forgotten.has(holding));
  const parts = [
    released,
    stray(input, kept, wanted),
    { changes: deletions(input, wanted) },
    ...added,
    { changes: refused },
  ];
  return {
    changes: parts.flatMap((part) => part.changes ?? []).sort(inOrder),
    adopt: parts.flatMap((part) => part.adopt ?? []),
    forget: parts.flatMap((part) => part.forget ?? []),
  };
}

/** Taking away comes first: no moment with more access than either branch gives. */
const inOrder = (a: Change, b: Change): number =>
  rank(a) - rank(b) || (a.item.name < b.item.name ? -1 : Number(a.item.name > b.item.name));
const RANKS = { remove: 1, delete: 2, add: 3, create: 3 } as const;
const rank = (change: Change): number => (change.disposition.do === 'record' ? 0 : RANKS[change.op]);

type Part = Partial<Plan>;

/** One item that live leases want. */
function want(
  input: PlanInput,
  claims: readonly Claim[],
  holding: Holding | undefined,
  presence: Presence,
): Part {
  const claim = claims.find((each) => each.mine);
  if (claim === undefined) return {};
  const { item, lease } = claim;
  const managed = input.isManaged(item.kind, item.name);
  const rules = [...new Set(claims.filter((each) => each.mine).flatMap((each) => each.rules))];
  const own = claims.some(({ mine, target }) => mine && target.kind === 'group' && target.create === true);
  const change: Change = {
    op: claim.create ? 'create' : 'add',
    item,
    rules,
    why: givenBy(rules, lease.branch),
    lease: lease.id,
    // Seen absent now, whatever it was before: what is added is ours.
    before: presence === 'absent' || claim.create ? 'absent' : (holding?.before ?? presence),
    managed: managed || holding?.managed === true,
    ...(own ? { own: true as const } : {}),
    disposition: disposition(input.additions),
  };
  if (presence === 'present') {
    if (holding === undefined) return managed ? { adopt: [adopted(input, claim)] } : {};
    // A crash came between the request and the ledger. Ours either way; only the line is missing.
    if (holding.state === 'adding')
      return { changes: [{ ...change, disposition: { do: 'record', happened: true } }] };
    if (holding.state === 'removing') return { changes: [interrupted(holding, false)] };
    const renamed = input.thorough === true && item.name !== holding.item.name;
    if (holding.state === 'held' && !renamed) return {};
    return { adopt: [{ ...holding, state: 'held', ...(renamed ? { item } : {}) }] };
  }
  if (holding?.state === 'removing' && presence === 'absent') {
    return { changes: [interrupted(holding, true), change] };
  }
  if (presence === 'unknown' && holding?.state === 'held') return {};
  return { changes: [change] };
}

/** A removal that a crash cut short, of something that is wanted again: what became of it gets its line first. */
function interrupted(holding: Holding, happened: boolean): Change {
  return {
    op: 'remove',
    item: holding.item,
    rules: holding.rules,
    why: happened ? 'found gone after a crash' : 'never arrived',
    lease: holding.lease,
    before: holding.before,
    managed: holding.managed,
    disposition: { do: 'record', happened },
  };
}

const disposition = (additions: Additions): Disposition =>
  additions.may === 'not' ? { do: 'refuse', reason: additions.reason } : { do: additions.may };

const adopted = (input: PlanInput, { item, lease, rules }: Claim): Holding => ({
  endpoint: input.holder.endpoint,
  subjectId: input.holder.subjectId,
  subject: input.holder.subject,
  item,
  before: 'present',
  managed: true,
  state: 'held',
  event: lease.event,
  lease: lease.id,
  rules,
  repo: lease.repo,
  branch: lease.branch,
  since: input.now,
});

/** What the ledger says we gave and no live lease wants any more. */
function release(input: PlanInput, holdings: readonly Holding[], wanted: ReadonlyMap<string, unknown>): Part {
  const changes: Change[] = [];
  const forget: Holding[] = [];
  const isUnresolved = wantedUnresolved(input);
  const isNone = input.thorough === true ? wantedUnresolved(input, { answered: true }) : () => false;
  for (const holding of holdings) {
    const key = itemKey(holding.item);
    const presence = input.facts.presence.get(key) ?? 'unknown';
    const follows = presence === 'absent' && isNone(holding.item);
    if (wanted.has(key) || (isUnresolved(holding.item) && !follows)) continue;
    const removal: Change = {
      op: 'remove',
      item: holding.item,
      rules: holding.rules,
      why: holding.state === 'owed' ? 'still owed' : 'no lease holds it any more',
      lease: holding.lease,
      before: holding.before,
      managed: holding.managed,
      disposition: { do: 'apply' },
    };
    if (presence === 'absent') {
      if (holding.state === 'held') forget.push(holding);
      else if (mayStillCome(holding, input.now)) changes.push({ ...removal, disposition: { do: 'await' } });
      else if (holding.state === 'adding') changes.push(unarrived(removal));
      else changes.push({ ...removal, disposition: { do: 'record', happened: true } });
    } else if (isOurs(holding)) {
      // The add that a crash cut short happened after all: it gets its line before it is taken back.
      if (holding.state === 'adding' && presence === 'present') {
        changes.push({
          ...removal,
          op: 'add',
          why: 'found after a crash',
          disposition: { do: 'record', happened: true },
        });
      }
      changes.push(removal);
    } else forget.push(holding);
  }
  return { changes, forget };
}

/** An add that a crash cut short, and that never arrived. */
const unarrived = (removal: Change): Change => ({
  ...removal,
  op: 'add',
  why: 'never arrived',
  disposition: { do: 'record', happened: false },
});

/** Inside `managed` nothing is foreign: what no live lease wants goes, which heals lost ledgers and second machines. */
function stray(input: PlanInput, holdings: readonly Holding[], wanted: ReadonlyMap<string, unknown>): Part {
  if (input.additions.may === 'not') return {};
  const known = new Set(holdings.map((holding) => itemKey(holding.item)));
  const wantedNames = new Set(
    input.ledger.leases
      .filter((lease) => sameHolder(lease, input.holder))
      .flatMap((lease) => lease.wants.map(({ target }) => valueKey(target.kind, '', target.name))),
  );
  const changes = input.facts.held
    .filter((item) => input.isManaged(item.kind, item.name))
    .filter((item) => !wanted.has(itemKey(item)) && !known.has(itemKey(item)))
    .filter((item) => !wantedNames.has(valueKey(item.kind, '', item.name)))
    .map(
      (item): Change => ({
        op: 'remove',
        item,
        rules: [],
        why: 'managed, and no lease holds it',
        lease: null,
        before: 'present',
        managed: true,
        disposition: disposition(input.additions),
      }),
    );
  return { changes };
}
