// Why somebody holds a thing, would get it, or doesn't: the ledger, the rules and a plan, put together per thing.
import { matchBranch } from './branch-pattern.ts';
import { unresolved } from './claim.ts';
import { type Config, grantPath, patternsOf } from './config.ts';
import type { Lease } from './lease.ts';
import { type Holder, type Holding, type Item, isOurs, itemKey, type Ledger, sameHolder } from './ledger.ts';
import { couldBecome } from './name-pattern.ts';
import type { NumberedRule } from './nearest.ts';
import type { Change, Facts, Plan, Presence } from './plan.ts';
import { decide } from './policy.ts';
import { type Target, targetKey } from './target.ts';
import type { Reason } from './vocabulary.ts';

export const RULINGS = [
  /** We gave it, and a live lease holds it. */
  'held',
  /** It was there before us, but its name is managed, so it goes with its lease. */
  'adopted',
  /** It was there before us and is not managed: it stays whatever the rules say. */
  'foreign',
  /** To be given back, and not given back yet. */
  'owed',
  /** Held now, but no longer than to the next wake-up, or a sync. */
  'ending',
  /** A sync grants it. */
  'would-grant',
  /** As above or as `ending`, were the mode not audit. */
  'audit',
  /** Not held, and a sync does not grant it: see the reason. */
  'withheld',
  /** No rule, whatever the branch, gives anything of this name. */
  'unknown',
] as const;
export type Ruling = (typeof RULINGS)[number];

export interface ExplainInput {
  readonly branch: string | null;
  /** Null where the rules can't be followed; `reason` then says why. */
  readonly config: Config | null;
  readonly holder: Holder;
  readonly commonDir: string;
  /** As it is now. */
  readonly ledger: Ledger;
  /** The leases as a sync would leave them. */
  readonly leases: readonly Lease[];
  readonly plan: Plan;
  readonly facts: Facts;
  /** Why the branch gives nothing at all. */
  readonly reason: Reason | undefined;
  readonly now: number;
}

/** A rule that gives the thing on this branch. */
export interface Giving extends NumberedRule {
  readonly pattern: string;
  readonly target: Target;
  /** Where in the rule it is written. */
  readonly path: string;
}

export interface Explained {
  readonly item: Item;
  readonly ruling: Ruling;
  readonly reason: Reason | undefined;
  readonly rules: readonly Giving[];
  /** Live leases that want it, of any clone. */
  readonly leases: readonly Lease[];
  /** Leases in the ledger that are over, or would be by a sync. */
  readonly over: readonly Lease[];
  readonly holding: Holding | null;
  readonly presence: Presence;
  /** The words of the plan's change, where there is one. */
  readonly change: Change | null;
}

/** Everything this branch gives or would give, and all that a sync here would touch. */
export function itemsOf(input: ExplainInput): Item[] {
  const { ledger, plan, holder, commonDir, branch } = input;
  const here = (lease: Lease | undefined): boolean =>
    lease !== undefined && lease.commonDir === commonDir && lease.branch === branch;
  const holdings = ledger.holdings.filter(
    (holding) =>
      sameHolder(holding, holder) &&
      (holding.state === 'owed' || here(ledger.leases.find((lease) => lease.id === holding.lease))),
  );
  return distinct([
    ...givings(input).map(({ target }) => itemFor(input, target)),
    // What another branch's lease is refused is that branch's story.
    ...plan.changes.filter(({ disposition }) => disposition.do !== 'refuse').map(({ item }) => item),
    ...plan.adopt.map(({ item }) => item),
    ...holdings.map(({ item }) => item),
  ]);
}

/** Everything known that goes by this name: by rules, whatever the branch, by the ledger, or by the directory. */
export function itemsNamed(input: ExplainInput, name: string): Item[] {
  const { ledger, plan, facts, holder } = input;
  const known = [
    ...givings(input).map(({ target }) => itemFor(input, target)),
    ...plan.changes.map(({ item }) => item),
    ...ledger.holdings.filter((holding) => sameHolder(holding, holder)).map(({ item }) => item),
    ...ledger.leases
      .filter((lease) => sameHolder(lease, holder))
      .flatMap((lease) => lease.wants.map(({ target }) => itemFor(input, target))),
    ...facts.held,
    ...(input.config?.rules ?? []).flatMap(({ grant }) => grant.map((target) => itemFor(input, target))),
  ];
  const exact = known.filter((item) => goesBy(item, name, (text) => text));
  return distinct(
    exact.length > 0 ? exact : known.filter((item) => goesBy(item, name, (text) => text.toLowerCase())),
  );
}

const goesBy = ({ name, id, externalId }: Item, asked: string, as: (text: string) => string): boolean =>
  [name, id, externalId].some((each) => typeof each === 'string' && as(each) === as(asked));

/** One thing by several ways to name it is one thing: what the directory knows wins over what a rule calls it. */
function distinct(items: readonly Item[]): Item[] {
  const found = new Map<string, Item>();
  for (const item of items.toSorted((a, b) => Number(a.id === null) - Number(b.id === null))) {
    const twin = [...found.values()].some(
      (other) =>
        other.kind === item.kind && other.name === item.name && item.kind === 'group' && item.id === null,
    );
    if (!twin && !found.has(itemKey(item))) found.set(itemKey(item), item);
  }
  const order = items.map(itemKey);
  return [...found.values()].sort((a, b) => order.indexOf(itemKey(a)) - order.indexOf(itemKey(b)));
}

/** What a target is, as far as anything here knows it. */
function itemFor({ facts, ledger, holder }: ExplainInput, target: Target): Item {
  const resolution = facts.resolutions.get(targetKey(target));
  if (resolution !== undefined && 'found' in resolution) return resolution.found;
  const known = [
    ...ledger.holdings.filter((each) => sameHolder(each, holder)).map(({ item }) => item),
    ...facts.held,
  ];
  return known.find((item) => isMeant(target, item)) ?? unresolved(target);
}

function isMeant(target: Target, item: Item): boolean {
  if (target.kind !== item.kind) return false;
  if (target.kind !== 'group') return target.name === item.name && (target.type ?? '') === (item.type ?? '');
  if (item.id === null) return item.name === target.name;
  return (
    target.name === (target.by === 'displayName' ? item.name : target.by === 'id' ? item.id : item.externalId)
  );
}

/** All that the rules give on the branch, whether or not it may be had. */
export function givings({ config, branch }: Pick<ExplainInput, 'config' | 'branch'>): Giving[] {
  if (config === null || branch === null) return [];
  return decide(config, branch).flatMap(({ rule, targets }) => {
    const pattern = patternsOf(rule.branches).find((each) => matchBranch(each, branch) !== null)?.text ?? '';
    const index = config.rules.indexOf(rule);
    return targets.map((target, place) => {
      const written = rule.grant[place] ?? target;
      return { rule, index, pattern, target, path: `rules[${index}].${grantPath(rule, written)}` };
    });
  });
}

export function explain(input: ExplainInput, item: Item): Explained {
  const { ledger, holder, leases, plan, now } = input;
  const key = itemKey(item);
  const same = (change: Change): boolean =>
    itemKey(change.item) === key && change.disposition.do !== 'record';
  const wants = ledger.leases.filter(
    (lease) => sameHolder(lease, holder) && lease.wants.some(({ target }) => isMeant(target, item)),
  );
  const isOver = (lease: Lease): boolean =>
    (lease.expires !== null && lease.expires <= now) || !leases.some((after) => after.id === lease.id);
  const known = {
    item,
    rules: givings(input).filter(({ target }) => isMeant(target, item)),
    leases: wants.filter((lease) => !isOver(lease)),
    over: wants.filter(isOver),
    holding: ledger.holdings.find((each) => sameHolder(each, holder) && itemKey(each.item) === key) ?? null,
    presence: presenceIn(input.facts, item),
  };
  const removal = plan.changes.find((change) => same(change) && change.op === 'remove');
  const addition = plan.changes.find((change) => same(change) && change.op === 'add');
  const adopts = plan.adopt.some((each) => itemKey(each.item) === key);
  return {
    ...known,
    change: removal ?? addition ?? null,
    ...rule(input, known, { removal, addition, adopts }),
  };
}

function presenceIn({ presence, held }: Facts, item: Item): Presence {
  const seen = presence.get(itemKey(item));
  if (seen !== undefined) return seen;
  return held.some((each) => itemKey(each) === itemKey(item)) ? 'present' : 'unknown';
}

type Known = Pick<Explained, 'item' | 'rules' | 'leases' | 'over' | 'holding' | 'presence'>;

interface Planned {
  readonly removal: Change | undefined;
  readonly addition: Change | undefined;
  readonly adopts: boolean;
}

/** What is done counts before what would be, and what is owed before both. */
function rule(input: ExplainInput, known: Known, planned: Planned): Pick<Explained, 'ruling' | 'reason'> {
  const { holding, presence, leases, over } = known;
  const { removal, addition, adopts } = planned;
  const refused = addition?.disposition.do === 'refuse' ? addition.disposition.reason : undefined;
  if (removal !== undefined) {
    if (holding?.state === 'owed' || holding?.state === 'removing')
      return { ruling: 'owed', reason: refused };
    if (removal.disposition.do === 'would') return { ruling: 'audit', reason: undefined };
    if (removal.disposition.do === 'apply')
      return { ruling: 'ending', reason: refused ?? endOf(input, known) };
  }
  // What the ledger still has and the directory shows to be gone is not held.
  if (holding !== null && addition === undefined && presence !== 'absent') {
    if (!isOurs(holding)) return { ruling: 'foreign', reason: undefined };
    // A sync renews what is over; a wake-up takes it back.
    if (leases.length === 0 && over.length > 0) return { ruling: 'ending', reason: endOf(input, known) };
    return { ruling: holding.before === 'absent' ? 'held' : 'adopted', reason: undefined };
  }
  if (adopts) return { ruling: 'adopted', reason: undefined };
  // Something the subject has is not withheld, whatever keeps us from giving it.
  if (presence === 'present') return { ruling: 'foreign', reason: undefined };
  if (addition?.disposition.do === 'apply') return { ruling: 'would-grant', reason: undefined };
  if (addition?.disposition.do === 'would') return { ruling: 'audit', reason: undefined };
  if (refused !== undefined && known.rules.length > 0) return { ruling: 'withheld', reason: refused };
  return notGiven(input, known);
}

/** Why a lease that gave it is over. */
function endOf({ now }: ExplainInput, { over }: Known): Reason | undefined {
  return over.some((lease) => lease.expires !== null && lease.expires <= now) ? 'expired' : undefined;
}

function notGiven(input: ExplainInput, { rules, item, leases }: Known): Pick<Explained, 'ruling' | 'reason'> {
  const { config, reason } = input;
  if (config === null) return { ruling: 'withheld', reason: reason ?? 'untrusted' };
  if (rules.length > 0) return { ruling: 'withheld', reason: reason ?? 'no-rule' };
  const elsewhere = leases.length > 0 || givers(config, item).length > 0;
  if (input.branch === null && elsewhere) return { ruling: 'withheld', reason: 'detached' };
  return elsewhere ? { ruling: 'withheld', reason: 'no-rule' } : { ruling: 'unknown', reason: undefined };
}

/** Rules that give this on some branch or other. */
export function givers({ rules }: Pick<Config, 'rules'>, item: Item): NumberedRule[] {
  return rules
    .map((each, index) => ({ rule: each, index }))
    .filter((each) => each.rule.grant.some((target) => isMeant(target, item) || couldGive(target, item)));
}

function couldGive(target: Target, item: Item): boolean {
  if (target.kind !== item.kind) return false;
  return target.kind !== 'group' || target.by === 'displayName' ? couldBecome(target.name, item.name) : false;
}
