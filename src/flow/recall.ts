// What is remembered of the directory for one subject: often enough to see, without a request, that nothing needs doing.
import type { Config, Rule } from '../core/config.ts';
import type { DirectoryFailure } from '../core/failure.ts';
import { type Holder, type Item, itemKey, type Ledger, sameHolder } from '../core/ledger.ts';
import type { Change, Facts, Presence, Resolution } from '../core/plan.ts';
import type { Evidence } from '../core/presence.ts';
import type { SubjectFacts } from '../core/scim-message.ts';
import { type GroupTarget, targetKey, valueKey } from '../core/target.ts';
import type { Traits } from '../core/traits.ts';
import type { Reason } from '../core/vocabulary.ts';
import type { Cache, EndpointCache } from './ports.ts';
import type { Reach } from './reach.ts';

/** A confirmed read is good for this long, in milliseconds: a switch that changes nothing sends nothing. */
export const FRESH = 10 * 60_000;

export const EMPTY_ENDPOINT: EndpointCache = { traits: {}, profile: 'auto', groups: {}, subjects: {} };

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
  /** Rules of which it couldn't be told whether the subject is eligible. */
  readonly undecided: ReadonlySet<string>;
  /** As seen now, by the group's id. */
  readonly evidence: ReadonlyMap<string, Evidence>;
  readonly subject: SubjectFacts | null;
  /** Things the ledger knew without an id, by the key they had: what they turned out to be. */
  readonly identified: ReadonlyMap<string, Item>;
  /** Groups that the ledger would delete, and that aren't ours alone any more. */
  readonly notOurs: readonly Item[];
  readonly cache: EndpointCache;
}

export interface Question {
  readonly reach: Reach;
  readonly holder: Holder & { readonly subject: string };
  readonly ledger: Ledger;
  readonly commonDir: string;
  /** The trusted config of this clone, if there is one. */
  readonly config: Config | null;
  readonly cache: EndpointCache;
  readonly now: number;
  /** Told how many of how many things were looked at. */
  readonly progress?: ((done: number, of: number) => void) | undefined;
}

/** Only what memory has: enough to see that nothing needs doing. */
export function recall(question: Question): Observed {
  const { cache, holder, ledger, now } = question;
  const known = cache.subjects[holder.subjectId];
  const presence = new Map<string, Presence>();
  for (const [key, seen] of Object.entries(known?.presence ?? {})) {
    if (now - seen.at < FRESH && now >= seen.at) presence.set(key, seen.is);
  }
  const resolutions = new Map<string, Resolution>();
  for (const target of groupTargets(ledger, holder)) {
    const found = cache.groups[targetKey(target)];
    if (found) resolutions.set(targetKey(target), { found: found.item, marked: found.marked });
  }
  return {
    facts: { resolutions, presence, held: isFresh(question) ? (known?.held ?? []) : [] },
    failure: null,
    refusal: null,
    ineligible: new Set(),
    undecided: new Set(),
    evidence: new Map(),
    subject: null,
    identified: new Map(),
    notOurs: [],
    cache,
  };
}

function isFresh({ cache, holder, now }: Question): boolean {
  const known = cache.subjects[holder.subjectId];
  return known !== undefined && now - known.readAt < FRESH && now >= known.readAt;
}

/** Whether what memory has is enough to say, without a request, that an empty plan is right. */
export function isEnough(question: Question, remembered: Observed): boolean {
  const { config, holder, ledger, commonDir } = question;
  // Who is eligible may have changed since: losing that ends a lease at the next wake-up, not some minutes later.
  if (conditionalRules(question).length > 0) return false;
  const wanted = ledger.leases.filter((lease) => sameHolder(lease, holder) && lease.commonDir === commonDir);
  const asksForMore =
    wanted.length > 0 || Object.values(config?.managed ?? {}).some((globs) => globs.length > 0);
  if (asksForMore && !isFresh(question)) return false;
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

/** Rules that a live lease of this clone is held by, and that only some people are eligible for. */
export function conditionalRules({ config, ledger, holder, commonDir }: Question): Rule[] {
  const named = new Set(
    ledger.leases.flatMap((lease) =>
      sameHolder(lease, holder) && lease.commonDir === commonDir ? lease.rules : [],
    ),
  );
  return (config?.rules ?? []).filter((rule) => rule.eligible.length > 0 && named.has(rule.name));
}

/** Memory after a confirmed change, so that the next switch knows it without asking. */
export function afterChange(
  cache: EndpointCache,
  subjectId: string,
  change: Pick<Change, 'op' | 'item'>,
  now: number,
): EndpointCache {
  const known = cache.subjects[subjectId];
  if (known === undefined) return cache;
  const key = itemKey(change.item);
  const others = known.held.filter((item) => itemKey(item) !== key);
  const added = change.op === 'add' || change.op === 'create';
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

export const withTraits = (cache: EndpointCache, traits: Traits): EndpointCache => ({ ...cache, traits });
