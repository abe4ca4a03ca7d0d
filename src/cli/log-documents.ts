// The documents of `log show` and `log summary`; see `documents.ts`.
import * as v from 'valibot';
import { BEFORES, EVENT_OUTCOMES, KINDS, OPS, REASONS, VERDICTS } from '../core/vocabulary.ts';

const text = v.nullable(v.string());
const number = v.nullable(v.number());
const outcome = v.picklist(EVENT_OUTCOMES);
const reason = v.nullable(v.picklist(REASONS));
const texts = v.pipe(v.array(v.string()), v.readonly());
const list = <Item extends v.GenericSchema>(item: Item) => v.pipe(v.array(item), v.readonly());

const changeDocument = v.object({
  op: v.picklist(OPS),
  kind: v.picklist(KINDS),
  name: v.string(),
  id: text,
  rules: texts,
  lease: text,
  expires: text,
  /** Whether the person had it before the change, and has it now, as far as the log knows. */
  before: v.picklist(BEFORES),
  after: v.picklist(BEFORES),
  /** Null: it was going to be done, and what came of it isn't known. */
  outcome: v.nullable(outcome),
  reason,
  verified: v.nullable(v.picklist(VERDICTS)),
  status: number,
  requestId: text,
  transaction: text,
  attempts: number,
  ms: number,
  at: v.string(),
  harmed: texts,
  restored: v.nullable(v.boolean()),
  seq: v.number(),
});

const storyDocument = v.object({
  /** Null: the line belongs to no event. */
  event: text,
  /** `unknown` where the log no longer has the event's own line. */
  kind: v.string(),
  at: v.string(),
  subject: text,
  subjectId: text,
  device: text,
  repo: text,
  worktree: text,
  branch: text,
  from: text,
  mode: text,
  endpoint: text,
  policy: text,
  rulesBlob: text,
  rules: texts,
  changes: list(changeDocument),
  granted: list(v.object({ id: v.string(), branch: v.string(), rules: texts, expires: text })),
  /** Ids of the leases that ended. */
  ended: texts,
  /** How often it was left pending. */
  tries: v.number(),
  /** Null: it is still open. */
  closed: v.nullable(v.object({ outcome, reason, ms: number, at: v.string(), seq: v.number() })),
  lines: list(v.object({ seq: v.number(), kind: v.string(), time: v.string(), hash: v.string() })),
});

/** More than one event where a lease was asked for. */
export const showDocument = v.object({ events: list(storyDocument) });

const counts = v.record(v.string(), v.number());

export const summaryDocument = v.object({
  /** RFC 3339; null: no bound. */
  since: text,
  until: text,
  repo: text,
  lines: v.number(),
  kinds: counts,
  /** Of changes, and of events by their closing lines. */
  changes: counts,
  events: counts,
  /** Milliseconds from a switch to its closing line, of those that changed something; null: there was none. */
  latency: v.nullable(
    v.object({ count: v.number(), p50: v.number(), p95: v.number(), p99: v.number(), max: v.number() }),
  ),
  /** Changes and events that failed, or were refused, by reason; `unknown` where the line says none. */
  failures: counts,
  /** By person, where there are several. */
  people: list(v.object({ subject: v.string(), lines: v.number(), failures: v.number() })),
});

export type ShowDocument = v.InferOutput<typeof showDocument>;
export type SummaryDocument = v.InferOutput<typeof summaryDocument>;
