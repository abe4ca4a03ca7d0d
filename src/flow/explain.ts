// `why`: reads what a sync would read and plans what it would plan, changes nothing, and puts the reasons together.
import {
  type Explained,
  type ExplainInput,
  explain,
  givers,
  givings,
  itemsNamed,
  itemsOf,
} from '../core/explain.ts';
import type { DirectoryFailure, Failure, Spot } from '../core/failure.ts';
import { type Item, itemKey } from '../core/ledger.ts';
import { type Distance, type Near, nearest } from '../core/nearest.ts';
import { NO_EVIDENCE } from '../core/presence.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { type Bound, boundsOf, type ConfigEntry } from '../core/settings.ts';
import type { Reason } from '../core/vocabulary.ts';
import { reachOf } from './holder.ts';
import { look } from './membership.ts';
import { observe } from './observe.ts';
import { additionsOf, planFor } from './plan-for.ts';
import type { Ports } from './ports.ts';
import { type Ask, prepare } from './prepare.ts';
import type { Reach } from './reach.ts';
import { EMPTY_ENDPOINT, type Observed, withoutPresence } from './recall.ts';
import { deadlineOf, type Standing } from './standing.ts';
import { type Trace, trace } from './trace.ts';

/** Where each part of a config stands in its text; null for a part that isn't there. */
export type FindSpots = (file: string, text: string) => Promise<(path: string) => Spot | null>;

export interface ExplainPorts extends Ports {
  readonly findSpots: FindSpots;
  readonly distance: Distance;
}

export interface Explanation {
  readonly branch: string | null;
  readonly standing: Standing;
  /** Why the branch gives nothing at all, if so. */
  readonly reason: Reason | undefined;
  /** Why the directory couldn't be read: then this is what ledger and rules say. */
  readonly failure: DirectoryFailure | null;
  readonly items: readonly (Explained & { readonly near: readonly Near[] })[];
  /** Rules that almost apply, where none does. */
  readonly near: readonly Near[];
  /** Names that can be asked for, where nothing goes by the one that was. */
  readonly names: readonly string[];
  readonly spotOf: (path: string) => Spot | null;
  readonly trace: Trace;
  /** What of `scim-hook.allow` leaves a name out. */
  readonly boundsOf: (name: string) => readonly Bound[];
}

export async function explainAccess(
  ports: ExplainPorts,
  entries: readonly ConfigEntry[],
  ask: Ask & { readonly kind: 'manual' },
  name: string | null,
): Promise<Result<Explanation, Failure>> {
  const [prepared, read] = await Promise.all([prepare(ports, entries, ask), ports.state.readLedger()]);
  if (!prepared.ok) return prepared;
  if (!read.ok) return read;
  const { standing, transited, asked } = prepared.value;
  const { policy } = standing;
  const { pins } = standing.settings;
  if (pins === null) return fail({ code: 'untrusted', detail: 'scim-hook is not installed in this clone' });
  const config = policy.state === 'trusted' ? policy.config : null;
  const now = ports.clock.now();
  const remembered = withoutPresence(await ports.state.readCache());
  const { ledger } = prepared.value;
  const { reach, cache } = reachOf({
    ports,
    prepared: prepared.value,
    holder: pins,
    ledger,
    cache: remembered.endpoints[pins.endpoint] ?? EMPTY_ENDPOINT,
    deadline: deadlineOf(standing, now),
  });
  const { commonDir } = standing;
  const observed = await observe({ reach, holder: pins, ledger, commonDir, config, cache, now });
  const reason = asked === null ? undefined : transited.reasons.get(asked.id);
  const additions = additionsOf(standing, pins, observed);
  const input: ExplainInput = {
    branch: asked?.branch ?? null,
    config,
    holder: pins,
    commonDir: standing.commonDir,
    // A lost ledger was rebuilt from the log; what a sync would make of it is the best that is known.
    ledger: read.value ?? ledger,
    leases: ledger.leases,
    plan: planFor(prepared.value, pins, ledger, observed, { now, profile: reach.profile }),
    facts: observed.facts,
    reason: reason ?? (additions.may === 'not' ? additions.reason : undefined),
    now,
  };
  const concluded = await conclude(ports, standing, input, { name, observed, reach });
  return ok({ ...concluded, reason: input.reason, boundsOf: (of) => boundsOf(standing.settings, of) });
}

interface Question {
  readonly name: string | null;
  readonly observed: Observed;
  readonly reach: Reach;
}

async function conclude(
  ports: ExplainPorts,
  standing: Standing,
  asked: ExplainInput,
  { name, observed, reach }: Question,
): Promise<Omit<Explanation, 'reason' | 'boundsOf'>> {
  const input = name === null ? asked : await withGroup(asked, name, observed, reach);
  const items = name === null ? itemsOf(input) : itemsNamed(input, name);
  const explained = items.map((item) => {
    const why = explain(input, item);
    const nearby = why.reason === 'no-rule' || why.ruling === 'foreign' || why.ruling === 'ending';
    return { ...why, near: nearby && why.rules.length === 0 ? near(ports, input, item) : [] };
  });
  const { config, branch } = input;
  const all = config?.rules.map((rule, index) => ({ rule, index })) ?? [];
  const none = branch !== null && givings(input).length === 0;
  const events = explained.flatMap(({ leases, over, holding }) => [
    ...[...leases, ...over].map((lease) => lease.event),
    holding?.event ?? '',
  ]);
  return {
    branch,
    standing,
    failure: observed.failure,
    items: explained,
    near: name === null && branch !== null ? telling(nearest(all, branch, ports.distance), none) : [],
    names: items.length > 0 ? [] : namesOf(input),
    spotOf: await spots(ports, standing),
    trace: await trace(ports.audit, standing.settings.pins?.subjectId ?? '', items, events),
  };
}

/** A rule that would apply but for its `except` is always worth a word; others only where none applies. */
const telling = (found: readonly Near[], none: boolean): Near[] =>
  found.filter(({ hint }) => hint === 'except' || (none && hint !== 'other'));

/** A group that nothing here speaks of may still be there, with the subject in it. */
async function withGroup(
  input: ExplainInput,
  name: string,
  { failure, subject, cache }: Observed,
  reach: Reach,
): Promise<ExplainInput> {
  const isKnown = itemsNamed(input, name).some(({ kind, id }) => kind !== 'group' || id !== null);
  if (failure !== null || subject === null || isKnown) return input;
  const found = await reach.directory.findGroups('displayName', name, 'bare');
  if (!found.ok || found.value.length !== 1) return input;
  const [group] = found.value;
  if (group === undefined) return input;
  const seen = await look(reach, cache.traits, group.id, { ...NO_EVIDENCE, subject }, false);
  if (!seen.ok || seen.value.presence !== 'present') return input;
  const item: Item = { kind: 'group', name: group.displayName ?? name, id: group.id };
  const { facts } = input;
  return {
    ...input,
    facts: {
      ...facts,
      held: [...facts.held, item],
      presence: new Map([...facts.presence, [itemKey(item), 'present']]),
    },
  };
}

function near({ distance }: ExplainPorts, { config, branch }: ExplainInput, item: Item): Near[] {
  return config === null || branch === null ? [] : nearest(givers(config, item), branch, distance);
}

function namesOf({ config, ledger, facts }: ExplainInput): string[] {
  const granted = config?.rules.flatMap(({ grant }) => grant.map((target) => target.name)) ?? [];
  return [
    ...new Set([
      ...granted,
      ...ledger.holdings.map(({ item }) => item.name),
      ...facts.held.map((item) => item.name),
    ]),
  ];
}

/** Of the very file that decided, and of no other. */
async function spots(
  { repository, findSpots }: ExplainPorts,
  { settings, policy }: Standing,
): Promise<(path: string) => Spot | null> {
  if (settings.pins === null || policy.state !== 'trusted') return () => null;
  const read = await repository.policy(settings.pins.policy);
  const same = read.ok && read.value.state === 'found' && read.value.blob === policy.version.blob;
  return same && read.ok && read.value.state === 'found'
    ? findSpots(read.value.file, read.value.text)
    : () => null;
}
