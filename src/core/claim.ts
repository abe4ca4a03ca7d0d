// Claims: what live leases want, as items the directory knows; and what of it can't be had, with the reason.
import type { DirectoryFailure } from './failure.ts';
import type { Lease } from './lease.ts';
import { type Item, itemKey, sameHolder } from './ledger.ts';
import type { Change, PlanInput, Resolution } from './plan.ts';
import { type Target, targetKey } from './target.ts';
import type { Reason } from './vocabulary.ts';

export interface Claim {
  readonly target: Target;
  readonly item: Item;
  readonly rules: readonly string[];
  readonly lease: Lease;
  readonly mine: boolean;
  /** The group isn't there, and is to be made. */
  readonly create: boolean;
}

/** Turns wants into claims on items the directory knows, and says which can't be. */
export function resolve(input: PlanInput): { claims: Claim[]; refused: Change[] } {
  const claims: Claim[] = [];
  const refused = new Map<string, Change>();
  // In an order of their own, so that the plan doesn't depend on how the ledger came to be.
  const leases = input.ledger.leases.toSorted((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
  for (const lease of leases) {
    if (!sameHolder(lease, input.holder)) continue;
    const mine = lease.commonDir === input.commonDir;
    for (const { target, rules } of lease.wants) {
      const refuse = (reason: Reason, item: Item, failure?: DirectoryFailure): void => {
        const key = targetKey(target);
        if (mine && !refused.has(key)) refused.set(key, refusal({ reason, failure }, item, rules, lease));
      };
      const eligible = mine ? rules.filter((rule) => !input.ineligible.has(rule)) : rules;
      const resolution = resolutionOf(input, target);
      const item = resolution !== undefined && 'found' in resolution ? resolution.found : unresolved(target);
      const claim = { target, item, rules: eligible, lease, mine };
      const allowed = input.isAllowed(item.name) && (input.isSupported?.(target.kind) ?? true);
      if (eligible.length === 0) refuse('ineligible', item);
      else if (mine && eligible.every((rule) => input.undecided?.has(rule) === true)) {
        // As another clone's lease: what is held stays, and nothing is added by it.
        claims.push({ ...claim, mine: false, create: false });
        if (!isHeld(input, item)) refuse('ineligible', item);
      } else if (mine && !allowed) refuse('not-allowed', item);
      else if (resolution === undefined) continue;
      else if ('missing' in resolution) {
        const create = mine && isMade(input, target, resolution);
        if (create) claims.push({ ...claim, create });
        else refuse(resolution.missing, item, resolution.failure);
      } else if (target.kind === 'group' && target.templated === true && !resolution.marked)
        refuse('not-allowed', item);
      else claims.push({ ...claim, create: false });
    }
  }
  // What one lease, or rule, can't have, another may.
  for (const claim of claims) if (claim.mine) refused.delete(targetKey(claim.target));
  return { claims, refused: [...refused.values()] };
}

const isHeld = ({ ledger, holder }: PlanInput, item: Item): boolean =>
  ledger.holdings.some((each) => sameHolder(each, holder) && itemKey(each.item) === itemKey(item));

const isMade = (
  input: PlanInput,
  target: Target,
  { missing, failure }: Extract<Resolution, { readonly missing: string }>,
): boolean =>
  missing === 'unknown-group' &&
  failure === undefined &&
  target.kind === 'group' &&
  target.create === true &&
  input.mayCreateGroups !== false;

function resolutionOf(input: PlanInput, target: Target): Resolution | undefined {
  if (target.kind === 'group') return input.facts.resolutions.get(targetKey(target));
  return { found: unresolved(target), marked: false };
}

export const unresolved = (target: Target): Item =>
  target.kind === 'group'
    ? { kind: 'group', name: target.name, id: null }
    : {
        kind: target.kind,
        name: target.name,
        id: null,
        ...(target.type === undefined ? {} : { type: target.type }),
        ...(target.display === undefined ? {} : { display: target.display }),
      };

const refusal = (
  { reason, failure }: { reason: Reason; failure: DirectoryFailure | undefined },
  item: Item,
  rules: readonly string[],
  lease: Lease,
): Change => ({
  op: 'add',
  item,
  rules,
  why: givenBy(rules, lease.branch),
  lease: lease.id,
  before: 'unknown',
  managed: false,
  disposition: { do: 'refuse', reason, ...(failure === undefined ? {} : { failure }) },
});

export const givenBy = (rules: readonly string[], branch: string): string =>
  `${rules.length === 1 ? 'rule' : 'rules'} ${rules.join(', ')} on ${branch}`;

/**
 * A group that can't be resolved just now (renamed, ambiguous, unreadable) goes with its lease, not before. `answered`:
 * only where the directory said so itself.
 */
export function wantedUnresolved(input: PlanInput, { answered = false } = {}): (item: Item) => boolean {
  const wanted = new Set<string>();
  for (const lease of input.ledger.leases) {
    if (!sameHolder(lease, input.holder)) continue;
    const mine = lease.commonDir === input.commonDir;
    for (const { target, rules } of lease.wants) {
      if (target.kind !== 'group' || (mine && rules.every((rule) => input.ineligible.has(rule)))) continue;
      const resolution = input.facts.resolutions.get(targetKey(target));
      const isAnswered = resolution !== undefined && 'missing' in resolution && !resolution.failure;
      const isUnresolved = resolution === undefined || 'missing' in resolution;
      if (answered ? isAnswered : isUnresolved) wanted.add(targetKey(target));
    }
  }
  return (item) =>
    item.kind === 'group' &&
    (['displayName', 'id', 'externalId'] as const).some((by) => {
      const name = nameBy(by, item);
      return name !== null && wanted.has(targetKey({ kind: 'group', by, name }));
    });
}

const nameBy = (by: 'displayName' | 'id' | 'externalId', item: Item): string | null =>
  by === 'displayName' ? item.name : by === 'id' ? item.id : (item.externalId ?? null);
