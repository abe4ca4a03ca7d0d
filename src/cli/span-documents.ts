// The documents of `log who` and `log user`; see `documents.ts`.
import * as v from 'valibot';
import { CERTAINTIES, SPAN_ENDS } from '../core/log/span.ts';
import { BEFORES, EVENT_KINDS, KINDS, REASONS, VERDICTS } from '../core/vocabulary.ts';

const text = v.nullable(v.string());

/** One end of a span: the line that says it, and the event that brought it about. */
const endDocument = v.object({
  at: v.string(),
  /** Number of the line in the log of its machine. */
  seq: v.number(),
  event: text,
  /** What the event was; null where its own line isn't in these logs. */
  kind: v.nullable(v.picklist(EVENT_KINDS)),
  /** When the event happened. */
  happened: text,
  from: text,
  branch: text,
  repo: text,
  worktree: text,
  rules: v.array(v.string()),
  policy: text,
  rulesBlob: text,
  verified: v.nullable(v.picklist(VERDICTS)),
  reason: v.nullable(v.picklist(REASONS)),
  late: v.boolean(),
});

export const spanDocument = v.object({
  subject: v.object({ value: v.string(), id: v.string() }),
  endpoint: v.string(),
  kind: v.picklist(KINDS),
  name: v.string(),
  id: text,
  device: v.string(),
  /** At the moment that was asked about; null: not held then. */
  certainty: v.nullable(v.picklist(CERTAINTIES)),
  before: v.picklist(BEFORES),
  managed: v.boolean(),
  /** Null: it was there before the log knew of it. */
  since: text,
  /** Null: it has not ended, as far as the log goes. */
  until: text,
  ended: v.nullable(v.picklist(SPAN_ENDS)),
  lease: v.nullable(v.object({ id: v.string(), expires: text })),
  /** The line that says it was given, else the request. */
  grant: v.nullable(endDocument),
  end: v.nullable(endDocument),
  /** Why it could not be taken back so far. */
  owed: v.nullable(endDocument),
  /** Another machine took the same thing back meanwhile. */
  takenElsewhere: v.nullable(v.object({ device: v.string(), at: v.string(), event: text })),
});

export const coverDocument = v.object({
  paths: v.array(v.string()),
  device: text,
  first: v.object({ seq: v.number(), time: v.string() }),
  last: v.object({ seq: v.number(), time: v.string() }),
});

const answer = {
  at: v.string(),
  /** Some line is about it at all. */
  known: v.boolean(),
  similar: v.array(v.string()),
  /** Where the list is empty: who, or what, it was last and next. */
  last: v.nullable(spanDocument),
  next: v.nullable(spanDocument),
  /** `before`, `after`: the moment lies outside what the logs cover. `none`: there is no line. */
  within: v.picklist(['inside', 'before', 'after', 'none']),
  covers: v.array(coverDocument),
};

export const whoDocument = v.object({ name: v.string(), ...answer, holders: v.array(spanDocument) });
export const userDocument = v.object({ subject: v.string(), ...answer, held: v.array(spanDocument) });

export type EndDocument = v.InferOutput<typeof endDocument>;
export type SpanDocument = v.InferOutput<typeof spanDocument>;
export type WhoDocument = v.InferOutput<typeof whoDocument>;
export type UserDocument = v.InferOutput<typeof userDocument>;
