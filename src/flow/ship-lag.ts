// How far destinations are behind: what is due there, counted up to a bound. Reads only.
import type { AuditLine } from '../core/audit-record.ts';
import { firstSeen, freshProgress, type Progress } from '../core/ship/position.ts';
import type { ShipLog } from './ship-ports.ts';

export interface Lag {
  readonly lines: number;
  /** There are more than were counted. */
  readonly more: boolean;
  /** When the oldest of them was written, RFC 3339. */
  readonly oldest: string | null;
}

/** Lines that are looked at, due or not, where nobody says how many. */
const MOST = 20_000;

export function lagOf(
  log: ShipLog,
  position: Progress['position'],
  takes: (line: AuditLine) => boolean,
  most = MOST,
): Lag {
  let [lines, looked] = [0, 0];
  let oldest: string | null = null;
  for (const { line } of log.after(position)) {
    if (looked >= most) return { lines, more: true, oldest };
    looked += 1;
    if (!takes(line)) continue;
    lines += 1;
    oldest ??= line.time;
  }
  return { lines, more: false, oldest };
}

/** One that was never shipped to would begin now. */
export const progressOf = (known: Progress | undefined, now: number): Progress =>
  known ?? freshProgress(firstSeen(now));
