// The order in which things happened, of lines that may have been written long after.
import type { AuditLine } from '../audit-record.ts';

/** By when it happened; of one moment by when it was written. */
export const byMoment = (a: Pick<AuditLine, 'at' | 'seq'>, b: Pick<AuditLine, 'at' | 'seq'>): number =>
  Date.parse(a.at) - Date.parse(b.at) || a.seq - b.seq;

/**
 * The lines of one log, those that came late put where they belong. All others keep the order in which they were
 * written, which is that of what happened: a clock that was put back doesn't turn cause and effect round.
 * `late` is sorted by moment; among `lines`, oldest first, late ones are left out.
 */
export function* inOrder(lines: Iterable<AuditLine>, late: readonly AuditLine[]): Iterable<AuditLine> {
  let next = 0;
  for (const line of lines) {
    if (line.late === true) continue;
    for (let due = late[next]; due !== undefined && byMoment(due, line) < 0; due = late[next]) {
      yield due;
      next += 1;
    }
    yield line;
  }
  yield* late.slice(next);
}
