// What is remembered of the directory for one subject: often enough to see, without a request, that nothing needs doing.
import type { Config } from '../core/config.ts';
import type { DirectoryFailure } from '../core/failure.ts';
import { type Holder, type Item, itemKey, type Ledger, sameHolder } from '../core/ledger.ts';
import type { Change, Facts, Presence, Resolution } from '../core/plan.ts';
import type { GroupFacts, SubjectFacts } from '../core/scim-message.ts';
import { type GroupTarget, targetKey, valueKey } from '../core/target.ts';
import type { Reason } from '../core/vocabulary.ts';
import type { Cache, Directory, EndpointCache } from './ports.ts';

/** A confirmed read is good for this long, in milliseconds: a switch that changes nothing sends nothing. */
export const FRESH = 10 * 60_000;

export const EMPTY_ENDPOINT: EndpointCache = { listsMembers: false, groups: {}, subjects: {} };

/** For somebody who asks in person: what is remembered of groups helps, who is in them is looked at anew. */
export const withoutPresence = (cache: Cache): Cache => ({
  endpoints: Object.fromEntries(
    Object.entries(cache.endpoints).map(([endpoint, known]) => [endpoint, { ...known, subjects: {} }]),
  ),
});

export interface Observed {
  readonly facts: Facts;
  /** The directory couldn't be asked: nothing can be changed now. */
  readonly failure: DirectoryFailure | null;
  /** The subject isn't who was pinned, or isn't active: nothing may be added. */
  readonly refusal: Reason | null;
  readonly ineligible: ReadonlySet<string>;
  /** As read now, by id. */
  readonly groups: ReadonlyMap<string, GroupFacts>;
  readonly subject: SubjectFacts | null;
  readonly cache: EndpointCache;
}

export interface Question {
  readonly directory: Directory;
  readonly holder: Holder & { readonly subject: string };
  readonly ledger: Ledger;
  readonly commonDir: string;
  /** The trusted config of this clone, if there is one. */
  readonly config: Config | null;
  readonly cache: EndpointCache;
  readonly now: number;
}

/** Only what memory has: enough to see that nothing needs doing. */
export function recall(question: Question): Observed {
  const { cache, holder, ledger, now } = question;
  const known = cache.subjects[holder.subjectId];
  const fresh = known !== undefined && now - known.readAt < FRESH && now >= known.readAt;
  const presence = new Map<string, Presence>();
  for (const [key, seen] of Object.entries(known?.presence ?? {})) {
    if (now - seen.at < FRESH && now >= seen.at) presence.set(key, seen.is);
  }
  const resolutions = new Map<string, Resolution>();
  for (const target of groupTargets(ledger, holder)) {
    const found = cache.groups[targetKey(target)];
    if (found) resolutions.set(targetKey(target), { found: found.item, marked: found.marked });
  }
  const held = fresh ? known.held : [];
  return {
    facts: { resolutions, presence, held },
    failure: null,
    refusal: null,
    ineligible: fresh ? ineligibleRules(question, known.memberships) : new Set(),
    groups: new Map(),
    subject: null,
    cache,
  };
}

/** Whether what memory has is enough to say, without a request, that an empty plan is right. */
export function isEnough(question: Question, remembered: Observed): boolean {
  const { config, holder, ledger, cache, now, commonDir } = question;
  const known = cache.subjects[holder.subjectId];
  const fresh = known !== undefined && now - known.readAt < FRESH && now >= known.readAt;
  const wanted = ledger.leases.filter((lease) => sameHolder(lease, holder) && lease.commonDir === commonDir);
  const asksForMore =
    wanted.length > 0 || Object.values(config?.managed ?? {}).some((globs) => globs.length > 0);
  if (asksForMore && !fresh) return false;
  return wanted.every((lease) =>
    lease.wants.every(({ target }) => {
      const resolution =
        target.kind === 'group' ? remembered.facts.resolutions.get(targetKey(target)) : undefined;
      const key =
        target.kind === 'group'
          ? resolution !== undefined && 'found' in resolution && itemKey(resolution.found)
          : valueKey(target.kind, target.type, target.name);
      return key !== false && remembered.facts.presence.get(key) === 'present';
    }),
  );
}

/** Every group that a live lease of this holder names, each once. */
export function groupTargets(ledger: Ledger, holder: Holder): GroupTarget[] {
  const targets = new Map<string, GroupTarget>();
  for (const lease of ledger.leases) {
    if (!sameHolder(lease, holder)) continue;
    for (const { target } of lease.wants) if (target.kind === 'group') targets.set(targetKey(target), target);
  }
  return [...targets.values()];
}

/** Rules whose `eligible` groups the subject isn't in, not counting what we gave (DESIGN section 4). */
export function ineligibleRules(
  { config, ledger, holder }: Question,
  memberships: readonly Item[],
): Set<string> {
  const given = new Set(
    ledger.holdings
      .filter((holding) => sameHolder(holding, holder) && holding.before === 'absent')
      .map(({ item }) => itemKey(item)),
  );
  const own = memberships.filter((item) => !given.has(itemKey(item)));
  const isIn = (group: GroupTarget): boolean =>
    own.some(
      (item) =>
        (group.by === 'id' ? item.id : group.by === 'displayName' ? item.name : item.externalId) ===
        group.name,
    );
  const rules = config?.rules ?? [];
  return new Set(
    rules.filter((rule) => rule.eligible.length > 0 && !rule.eligible.some(isIn)).map((rule) => rule.name),
  );
}

/** Memory after a confirmed change, so that the next switch knows it without asking. */
export function afterChange(
  cache: EndpointCache,
  subjectId: string,
  change: Change,
  now: number,
): EndpointCache {
  const known = cache.subjects[subjectId];
  if (known === undefined) return cache;
  const key = itemKey(change.item);
  const others = known.held.filter((item) => itemKey(item) !== key);
  const added = change.op === 'add';
  const subject = {
    ...known,
    held: added ? [...others, change.item] : others,
    presence: {
      ...known.presence,
      [key]: { is: added ? ('present' as const) : ('absent' as const), at: now },
    },
  };
  return {
    ...cache,
    subjects: { ...cache.subjects, [subjectId]: subject },
  };
}
