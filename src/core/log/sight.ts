// Which spans a report is about: those that lie in its time, and would be taken if they were a line of the log.
import type { AuditFields, AuditLine } from '../audit-record.ts';
import { canonicalise, type Json } from '../jcs.ts';
import { beginOf, endOf, type Span } from './span.ts';

export interface Sight {
  readonly since: number;
  readonly until: number;
  /** Whatever the line's own time is. */
  readonly takes: (line: AuditLine, text: string) => boolean;
}

export function isSeen(span: Span, { since, until, takes }: Sight): boolean {
  const end = endOf(span);
  if (beginOf(span) >= until || (end !== null && end < since)) return false;
  const line = lineOf(span);
  return takes(line, canonicalise(JSON.parse(JSON.stringify(line)) as Json));
}

/** A line that says of the span what its own lines say. */
function lineOf({
  subject,
  subjectId,
  endpoint,
  device,
  item,
  granted,
  asked,
  ended,
  ...span
}: Span): AuditLine {
  const { moment, ...mark } = granted ?? asked ?? ended?.by ?? { moment: 0, seq: 0 };
  const fields: AuditFields = {
    ...mark,
    kind: 'change',
    at: new Date(moment).toISOString(),
    ...{ subject, subjectId, endpoint, device, before: span.before, managed: span.managed },
    ...{ target: item.kind, name: item.name, targetId: item.id },
  };
  return { ...fields, v: 1, version: '', seq: mark.seq, time: fields.at, prev: '', hash: '' };
}
