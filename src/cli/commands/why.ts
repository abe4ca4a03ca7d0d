// `why`: which rule, lease and event gives, would give, or withholds a group, role or entitlement.

import { distance } from 'fastest-levenshtein';
import type { Failure } from '../../core/failure.ts';
import type { Lease } from '../../core/lease.ts';
import { shortRef } from '../../core/ref-name.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { type Explanation, explainAccess } from '../../flow/explain.ts';
import type { Here } from '../../wire/here.ts';
import { askFor, type ManualAsk } from '../ask-for.ts';
import { type Context, withHere } from '../context.ts';
import { spotWords } from '../fault-words.ts';
import { reasonWords } from '../reason-words.ts';
import { said } from '../said.ts';
import { plain, type Screen } from '../screen.ts';
import { moment, span } from '../time.ts';
import { whyDocument } from '../why-document.ts';
import { nearWords, verdictWords } from '../why-words.ts';
import type { ExitCode } from '../words.ts';

export interface WhyOptions {
  readonly name?: string | undefined;
  readonly branch?: string;
}

export const runWhy = (context: Context, { name, branch }: WhyOptions): Promise<ExitCode> =>
  withHere(context, async (here) => {
    const { screen } = context;
    if (name === '') return fail({ code: 'usage', problem: 'The name of what to explain is empty.' });
    const asked = await askAbout(here, branch);
    if (!asked.ok) return asked;
    const { findSpots } = await import('../../wire/here.ts');
    const ports = { ...here.ports, findSpots, distance };
    const seen = await screen.during('Looking', () =>
      explainAccess(ports, here.entries, asked.value, name ?? null),
    );
    if (!seen.ok) return seen;
    const close = name === undefined ? [] : closeTo(plain(name), seen.value.names);
    if (screen.json) screen.document(whyDocument(seen.value, name ?? null, close));
    else show(screen, seen.value, { name: name ?? null, close, now: here.ports.clock.now() });
    return ok(0);
  });

/** A branch that is checked out here anyway is explained as that, not as one more lease by hand. */
async function askAbout(here: Here, branch: string | undefined): Promise<Result<ManualAsk, Failure>> {
  const current = await askFor(here, undefined);
  if (!current.ok || branch === undefined || current.value.branch === branch) return current;
  return askFor(here, branch);
}

/** Names that may have been meant, the closest first. */
function closeTo(name: string, names: readonly string[]): string[] {
  const far = (other: string): number => distance(name.toLowerCase(), other.toLowerCase());
  return names
    .filter((other) => far(other) <= Math.max(2, Math.floor(name.length / 3)))
    .sort((a, b) => far(a) - far(b))
    .slice(0, 3);
}

interface Asked {
  readonly name: string | null;
  readonly close: readonly string[];
  readonly now: number;
}

function show(screen: Screen, seen: Explanation, asked: Asked): void {
  const { paint } = screen;
  const { branch, standing, reason } = seen;
  const where = branch === null ? 'No branch is checked out' : plain(branch);
  screen.line(`${paint.bold(where)}, ${rulesWords(seen)}`);
  if (standing.policy.state === 'invalid') {
    const { policy, faults } = standing;
    screen.note(said({ code: 'config-invalid', where: policy.where, faults }).message);
  }
  if (asked.name === null && (reason !== undefined || seen.items.length === 0))
    screen.line(`  ${nothing(reason)}`);
  if (asked.name !== null && seen.items.length === 0)
    screen.line(`  ${unknown(asked.name, asked.close, seen)}`);
  for (const each of seen.near) screen.line(`  ${nearLine(seen, each)}`);
  for (const item of seen.items) showItem(screen, seen, item, asked.now);
  if (seen.failure !== null) {
    const { message, remedy } = said(seen.failure);
    screen.note(`${message} So this is what the ledger and the rules say.\n${remedy}`);
  }
}

const nothing = (reason: Explanation['reason']): string =>
  reason === undefined
    ? 'nothing is given, and nothing is to be given back'
    : `nothing is given: ${reasonWords(reason)}`;

function unknown(name: string, close: readonly string[], { standing }: Explanation): string {
  const asked = plain(name);
  if (standing.policy.state !== 'trusted')
    return `${asked}: not held by scim-hook, and the rules can't be followed now`;
  const meant = close.length === 0 ? '' : `; did you mean ${close.map(plain).join(', ')}?`;
  return `${asked}: no rule gives it, on any branch, and you don't hold it${meant}`;
}

function rulesWords({ standing: { policy, settings } }: Explanation): string {
  const ref = shortRef(settings.pins?.policy ?? '');
  switch (policy.state) {
    case 'trusted': {
      const { commit } = policy.version;
      return commit === null
        ? `by ${plain(policy.file)} as it was accepted (in no commit yet)`
        : `by ${plain(policy.file)} at ${plain(ref)} (${commit.slice(0, 10)})`;
    }
    case 'untrusted':
      return `whose rules are not trusted: ${plain(policy.detail)}`;
    case 'ref-gone':
      return `whose rules can't be read: ${plain(policy.ref)} is gone`;
    case 'file-gone':
      return `without rules: there is no config file at ${plain(ref)} any more`;
    case 'invalid':
      return `whose rules have faults (${plain(policy.where)})`;
  }
}

function showItem(screen: Screen, seen: Explanation, why: Explanation['items'][number], now: number): void {
  const { paint } = screen;
  const kind = why.item.kind === 'group' ? '' : ` (${why.item.kind})`;
  screen.line('');
  screen.line(`${paint.bold(plain(why.item.name))}${kind}: ${plain(verdictWords(seen, why))}`);
  const row = (text: string): void => screen.line(`    ${paint.dim(plain(text))}`);
  for (const giving of why.rules) {
    const { rule, pattern, index, path } = giving;
    const spot = seen.spotOf(path) ?? seen.spotOf(`rules[${index}]`);
    row(
      `rule ${rule.name}${spot === null ? '' : ` (${spotWords(spot)})`} gives it on ${pattern}, ${termWords(rule)}`,
    );
  }
  for (const lease of why.leases) row(leaseWords(seen, lease, now));
  for (const lease of why.over)
    row(`${leaseWords(seen, lease, now)}: ${isPast(lease, now) ? 'over' : 'a sync ends it'}`);
  for (const each of why.near) row(nearLine(seen, each));
  if (why.holding === null || why.ruling === 'owed') lastLine(seen, why, now).forEach(row);
}

function nearLine(seen: Explanation, near: Explanation['near'][number]): string {
  const spot = seen.spotOf(`rules[${near.index}]`);
  return `rule ${plain(near.rule.name)}${spot === null ? '' : ` (${spotWords(spot)})`} ${plain(nearWords(near, seen.branch ?? ''))}`;
}

function termWords({
  lifetime,
  until,
}: {
  readonly lifetime: number | null;
  readonly until: string;
}): string {
  const event =
    until === 'switch'
      ? 'the branch is left'
      : until === 'branch-deleted'
        ? 'it is deleted'
        : 'its upstream is deleted';
  return lifetime === null ? `until ${event}` : `for ${span(lifetime)} or until ${event}`;
}

function leaseWords({ trace, standing }: Explanation, lease: Lease, now: number): string {
  const line = trace.eventOf(lease.event);
  const elsewhere = lease.commonDir === standing.commonDir ? '' : ` in ${lease.repo}`;
  const place = lease.worktree === null ? '' : `, checked out at ${lease.worktree.path}`;
  const by = lease.by === 'hand' ? ', by hand' : line === null ? '' : `, by ${eventWords(line)}`;
  const left =
    lease.expires === null ? '' : lease.expires <= now ? ', expired' : `, ${span(lease.expires - now)} left`;
  const since = moment(new Date(lease.granted).toISOString(), now);
  return `lease ${lease.id} of ${lease.branch}${elsewhere}${place}, since ${since}${by}${left}`;
}

function eventWords({ kind, from }: { readonly kind: string; readonly from?: string | null }): string {
  if (kind === 'manual') return 'a sync';
  if (kind === 'gap') return 'a switch that no hook reported';
  return kind === 'switch' && from ? `the switch from ${from}` : `a ${kind}`;
}

function lastLine({ trace }: Explanation, { item }: Explanation['items'][number], now: number): string[] {
  const last = trace.lastOf(item);
  if (last === null) return [];
  const what = last.op === 'remove' ? 'give it back' : 'grant it';
  const why = last.reason === undefined ? '' : ` (${reasonWords(last.reason)})`;
  const event = trace.eventOf(last.event);
  const cause = event === null ? '' : `, by ${eventWords(event)}`;
  return [`last: ${moment(last.at, now)}, to ${what}: ${last.outcome ?? ''}${why}${cause}`];
}

const isPast = ({ expires }: { readonly expires: number | null }, now: number): boolean =>
  expires !== null && expires <= now;
