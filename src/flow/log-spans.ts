// Reads spans of access out of stored logs, in bounded memory: of one name or one person, or of all.
import { type AuditLine, parseAuditLine } from '../core/audit-record.ts';
import { Held } from '../core/log/held.ts';
import { byMoment, inOrder } from '../core/log/order.ts';
import type { Span } from '../core/log/span.ts';
import { Copies, type StoredLog } from './log-cover.ts';
import type { Sought } from './log-ports.ts';

/** Only lines in whose bytes one of these stands; `null`: all. */
export type Needles = readonly string[] | null;

const STEPS = ['"kind":"change"', '"kind":"intent"'];

const sought = (needles: Needles, ...more: readonly (readonly string[])[]): Sought => ({
  texts: [...(needles === null ? [] : [needles]), STEPS, ...more],
});

function* linesOf(logs: readonly StoredLog[], what: Sought, copies: Copies): Iterable<AuditLine> {
  for (const { files } of logs) {
    for (const text of files.forward(what)) {
      const line = parseAuditLine(text);
      if (line !== null && !copies.isCopy(line)) yield line;
    }
  }
}

/** Lines that were written long after what they tell of; there are few. */
export const lateLines = (logs: readonly StoredLog[], needles: Needles): AuditLine[] =>
  [...linesOf(logs, sought(needles, ['"late":true']), new Copies(logs))]
    .filter(({ late }) => late === true)
    .sort(byMoment);

/** `logs` of one machine follow one another, oldest first. `of`: what a line must be about; the bytes only hint at it. */
export function readSpans(
  logs: readonly StoredLog[],
  needles: Needles,
  of: (line: AuditLine) => boolean,
  take: (span: Span) => void,
): void {
  const late = lateLines(logs, needles);
  const held = new Held(take);
  for (const line of inOrder(linesOf(logs, sought(needles), new Copies(logs)), late))
    if (of(line)) held.add(line);
  for (const span of held.open()) take(span);
}
