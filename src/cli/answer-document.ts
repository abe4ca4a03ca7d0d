// What was found of one moment, as the documents of `log who` and `log user` have it.

import type { EventFacts } from '../core/log/happenings.ts';
import { beginOf, certaintyAt, type Mark } from '../core/log/span.ts';
import type { Cover } from '../flow/log-cover.ts';
import type { Answer, Told } from '../flow/who.ts';
import type { EndDocument, SpanDocument, UserDocument, WhoDocument } from './span-documents.ts';

const iso = (moment: number): string => new Date(moment).toISOString();

export type Within = WhoDocument['within'];

/** Where the moment lies to what the logs cover. */
export function withinOf(moment: number, covers: readonly Cover[]): Within {
  if (covers.length === 0) return 'none';
  if (covers.every(({ first }) => moment < Date.parse(first.time))) return 'before';
  return covers.every(({ last }) => moment > Date.parse(last.time)) ? 'after' : 'inside';
}

/** The last that was said of a lease up to then, by the grant or by a renewal. */
export function expiryAt({ span, renewals }: Told, moment: number): number | null {
  const granted = (span.granted ?? span.asked)?.expires;
  const renewed = renewals.findLast((renewal) => renewal.moment <= moment);
  if (renewed !== undefined) return renewed.expires;
  return granted == null ? null : Date.parse(granted);
}

const endDocument = (mark: Mark, own: EventFacts | null): EndDocument => ({
  at: iso(mark.moment),
  seq: mark.seq,
  event: mark.event ?? null,
  kind: own?.kind ?? null,
  happened: own?.at ?? null,
  from: own?.from ?? null,
  branch: mark.branch ?? null,
  repo: mark.repo ?? null,
  worktree: mark.worktree ?? null,
  rules: [...(mark.rules ?? [])],
  policy: mark.policy ?? null,
  rulesBlob: mark.rulesBlob ?? null,
  verified: mark.verified ?? null,
  reason: mark.reason ?? null,
  late: mark.late === true,
});

/** Where the event led. Its changes name the branch that had given what was taken. */
const branchAfter = (mark: Mark, own: EventFacts | null): string | null =>
  (own?.branch === undefined ? mark.branch : own.branch) ?? null;

export function spanDocument(told: Told, moment: number): SpanDocument {
  const { span, grantedBy, endedBy, elsewhere } = told;
  const { item, granted, asked, ended, owed } = span;
  const given = granted ?? asked;
  const expires = expiryAt(told, moment);
  return {
    subject: { value: span.subject, id: span.subjectId },
    endpoint: span.endpoint,
    kind: item.kind,
    name: item.name,
    id: item.id,
    device: span.device,
    certainty: certaintyAt(span, moment),
    before: span.before,
    managed: span.managed,
    since: given === null ? null : iso(beginOf(span)),
    until: ended === null ? null : iso(ended.by.moment),
    ended: ended?.how ?? null,
    lease: given?.lease == null ? null : { id: given.lease, expires: expires === null ? null : iso(expires) },
    grant: given === null ? null : endDocument(given, grantedBy),
    end:
      ended === null ? null : { ...endDocument(ended.by, endedBy), branch: branchAfter(ended.by, endedBy) },
    owed: owed === null ? null : endDocument(owed, null),
    takenElsewhere:
      elsewhere === null
        ? null
        : { device: elsewhere.device, at: iso(elsewhere.by.moment), event: elsewhere.by.event ?? null },
  };
}

export function answerDocument(answer: Answer): WhoDocument | UserDocument {
  const { moment, known, last, next, covers, asked, aspect } = answer;
  const tell = (told: Told): SpanDocument => spanDocument(told, moment);
  const common = {
    at: iso(moment),
    known,
    similar: [...answer.similar],
    last: last === null ? null : tell(last),
    next: next === null ? null : tell(next),
    within: withinOf(moment, covers),
    covers: covers.map(({ paths, device, first, last: end }) => ({
      paths: [...paths],
      device,
      first: { seq: first.seq, time: first.time },
      last: { seq: end.seq, time: end.time },
    })),
  };
  const spans = answer.holders.map(tell);
  return aspect === 'name'
    ? { name: asked, ...common, holders: spans }
    : { subject: asked, ...common, held: spans };
}
