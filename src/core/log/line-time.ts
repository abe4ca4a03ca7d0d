// When a stored line was written, read from its text: where millions of lines are passed by, none of them is parsed.
import { parseAuditLine } from '../audit-record.ts';

/** The member itself: in a string, its quotes would be escaped. What follows it in a line of ours holds no other `time`. */
const MEMBER = '"time":"';

/** Milliseconds since the epoch; null where the text is no line of ours. */
export function timeOf(text: string): number | null {
  const at = text.lastIndexOf(MEMBER);
  const start = at + MEMBER.length;
  const moment = at === -1 ? Number.NaN : Date.parse(text.slice(start, text.indexOf('"', start)));
  if (!Number.isNaN(moment) && text.endsWith('}')) return moment;
  const line = parseAuditLine(text);
  const parsed = line === null ? Number.NaN : Date.parse(line.time);
  return Number.isNaN(parsed) ? null : parsed;
}
