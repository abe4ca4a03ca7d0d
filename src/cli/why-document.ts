// What `why --json` prints.
import type { Explained } from '../core/explain.ts';
import type { Spot } from '../core/failure.ts';
import type { Lease } from '../core/lease.ts';
import type { Near } from '../core/nearest.ts';
import type { Explanation } from '../flow/explain.ts';
import type { WhyDocument } from './documents.ts';
import { verdictWords } from './why-words.ts';
import { wordsOf } from './words.ts';

type ItemDocument = WhyDocument['items'][number];
type Item = Explanation['items'][number];

export function whyDocument(
  seen: Explanation,
  name: string | null,
  suggestions: readonly string[],
): WhyDocument {
  const { settings, policy } = seen.standing;
  const { pins, mode } = settings;
  const trusted = policy.state === 'trusted' ? policy : null;
  return {
    branch: seen.branch,
    name,
    subject: { value: pins?.subject ?? '', id: pins?.subjectId ?? '' },
    mode,
    policy: {
      ref: pins?.policy ?? '',
      state: policy.state,
      detail: policy.state === 'untrusted' ? policy.detail : policy.state === 'invalid' ? policy.where : null,
      file: trusted?.file ?? null,
      commit: trusted?.version.commit ?? null,
      blob: trusted?.version.blob ?? null,
    },
    directory: {
      read: seen.failure === null,
      code: seen.failure?.code ?? null,
      message: seen.failure === null ? null : wordsOf(seen.failure).message,
    },
    ...(seen.reason === undefined ? {} : { reason: seen.reason }),
    items: seen.items.map((item) => itemDocument(seen, item)),
    near: seen.near.map((each) => nearDocument(seen, each)),
    suggestions: [...suggestions],
  };
}

function itemDocument(seen: Explanation, why: Item): ItemDocument {
  const { item, holding, reason } = why;
  const last = seen.trace.lastOf(item);
  return {
    kind: item.kind,
    name: item.name,
    id: item.id,
    ...(item.type === undefined ? {} : { type: item.type }),
    verdict: why.ruling,
    ...(reason === undefined ? {} : { reason }),
    explanation: verdictWords(seen, why),
    rules: why.rules.map((each) => givingDocument(seen, each)),
    leases: [...why.leases, ...why.over].map((lease) => leaseDocument(seen, lease, why.over.includes(lease))),
    state: holding?.state ?? null,
    before: holding?.before ?? null,
    since: holding === null ? null : new Date(holding.since).toISOString(),
    event: holding === null ? null : eventDocument(seen, holding.event),
    last:
      last === null
        ? null
        : { at: last.at, op: last.op ?? '', outcome: last.outcome ?? '', reason: last.reason ?? null },
    near: why.near.map((each) => nearDocument(seen, each)),
  };
}

function givingDocument(
  seen: Explanation,
  { rule, index, pattern, path }: Explained['rules'][number],
): ItemDocument['rules'][number] {
  const { policy } = seen.standing;
  const spot = seen.spotOf(`rules[${index}]`);
  return {
    name: rule.name,
    pattern,
    file: spot?.file ?? (policy.state === 'trusted' ? policy.file : null),
    line: lineOf(spot),
    grantLine: lineOf(seen.spotOf(path)),
    grantPath: path,
    commit: policy.state === 'trusted' ? policy.version.commit : null,
    eligible: rule.eligible.map((group) => group.name),
    seconds: rule.lifetime === null ? null : rule.lifetime / 1_000,
    until: rule.until,
  };
}

function leaseDocument(seen: Explanation, lease: Lease, over: boolean): ItemDocument['leases'][number] {
  return {
    id: lease.id,
    branch: lease.branch,
    worktree: lease.worktree?.path ?? null,
    repo: lease.repo,
    here: lease.commonDir === seen.standing.commonDir,
    rules: [...lease.rules],
    until: lease.until,
    by: lease.by,
    granted: new Date(lease.granted).toISOString(),
    expires: lease.expires === null ? null : new Date(lease.expires).toISOString(),
    over,
    event: eventDocument(seen, lease.event),
  };
}

function eventDocument({ trace }: Explanation, id: string): NonNullable<ItemDocument['event']> {
  const line = trace.eventOf(id);
  return {
    id,
    kind: line?.kind ?? null,
    at: line?.at ?? null,
    from: line?.from ?? null,
    branch: line?.branch ?? null,
  };
}

function nearDocument(
  seen: Explanation,
  { rule, index, pattern, hint, except }: Near,
): WhyDocument['near'][number] {
  const spot = seen.spotOf(`rules[${index}]`);
  return { name: rule.name, pattern, file: spot?.file ?? null, line: lineOf(spot), hint, except };
}

const lineOf = (spot: Spot | null): number | null => spot?.line ?? null;
