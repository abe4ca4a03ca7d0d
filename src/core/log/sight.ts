// Which spans a report is about: those that lie in its time, and would be taken if they were a line of the log.
import type { AuditLine } from '../audit-record.ts';
import { beginOf, endOf, type Span } from './span.ts';

export interface Sight {
  readonly since: number;
  readonly until: number;
  /** Which lines are asked for; null: all of that time. */
  readonly takes: ((line: AuditLine, text: string) => boolean) | null;
}

export function isSeen(span: Span, { since, until, takes }: Sight): boolean {
  const end = endOf(span);
  if (beginOf(span) >= until || (end !== null && end < since)) return false;
  if (takes === null) return true;
  const line = lineOf(span);
  return takes(line, JSON.stringify(line));
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
  const { moment = 0, cause: _, ...mark } = granted ?? asked ?? ended?.by ?? { seq: 0 };
  const at = new Date(moment).toISOString();
  return {
    ...(JSON.parse(JSON.stringify(mark)) as Partial<AuditLine> & Pick<AuditLine, 'seq'>),
    ...{ kind: 'change', at, subject, subjectId, endpoint, device },
    ...{ target: item.kind, name: item.name, targetId: item.id },
    ...{ before: span.before, managed: span.managed, v: 1, version: '', time: at, prev: '', hash: '' },
  };
}
