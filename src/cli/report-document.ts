// The document of `log report`; see `documents.ts`.
import * as v from 'valibot';

export const reportDocument = v.object({
  /** The page that was written. */
  html: v.string(),
  since: v.string(),
  until: v.string(),
  people: v.number(),
  spans: v.number(),
  events: v.number(),
  failures: v.number(),
  /** Of the spans those that have not ended. */
  open: v.number(),
  owed: v.number(),
  maybe: v.number(),
  logs: v.array(
    v.object({
      paths: v.array(v.string()),
      lines: v.number(),
      faults: v.number(),
      firstFault: v.nullable(v.number()),
      head: v.nullable(v.object({ seq: v.number(), hash: v.string() })),
    }),
  ),
});

export type ReportDocument = v.InferOutput<typeof reportDocument>;
