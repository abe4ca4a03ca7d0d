// Reads on in the audit log from a line that is known by its number: found by halving the file, read piece by piece.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type AuditLine, parseAuditLine } from '../../core/audit-record.ts';
import type { ShipLog, Stored } from '../../flow/ship-ports.ts';
import { errorCode } from './replace-file.ts';
import { type Segment, segmentsOf } from './segments.ts';

const CHUNK = 64 * 1024;
const NEWLINE = 0x0a;

/** `directory`: the log's. */
export function openShipLog(directory: string): ShipLog {
  return {
    after: function* (position) {
      const segments = segmentsOf(directory);
      const { seq, hash } = position;
      if (seq > 0) {
        const holding = segments.findLastIndex(({ first }) => first !== null && first <= seq);
        const following = from(segments.slice(Math.max(holding, 0)), (line) => line.seq < seq);
        const known = following.next();
        if (known.done !== true && known.value.line.seq === seq && known.value.line.hash === hash) {
          yield* following;
          return;
        }
        following.return(undefined);
      }
      // Never seen, or another log than it was, or one that lost its end: what was written since then is due.
      yield* from(segments, ({ time }) => time < position.time);
    },
  };
}

/** Lines of several files, from the first one on that isn't before what is looked for. */
function* from(
  segments: readonly Segment[],
  isBefore: (line: AuditLine) => boolean,
): Generator<Stored, undefined> {
  for (const { path } of segments) yield* fromFile(path, isBefore);
}

function* fromFile(path: string, isBefore: (line: AuditLine) => boolean): Generator<Stored> {
  const fd = opened(path);
  if (fd === null) return;
  try {
    for (const stored of lines(fd, beginningOf(fd, isBefore))) if (!isBefore(stored.line)) yield stored;
  } finally {
    closeSync(fd);
  }
}

/** An offset before which every line is before what is looked for: number and time only grow. */
function beginningOf(fd: number, isBefore: (line: AuditLine) => boolean): number {
  let [low, high] = [0, fstatSync(fd).size];
  while (high - low > CHUNK) {
    const middle = Math.floor((low + high) / 2);
    const next = lineAfter(fd, middle, high);
    if (next !== null && isBefore(next)) low = middle;
    else high = middle;
  }
  return low;
}

/** The first whole line that begins after an offset. */
function lineAfter(fd: number, offset: number, end: number): AuditLine | null {
  for (const { line } of lines(fd, offset, end)) return line;
  return null;
}

/** Whole lines; where the offset is inside of one, from the next. Memory is bounded by the longest line. */
function* lines(fd: number, offset: number, end = Number.POSITIVE_INFINITY): Generator<Stored> {
  let rest = Buffer.alloc(0);
  // Whether a line begins there shows in the byte before.
  let at = Math.max(0, offset - 1);
  let isWhole = offset === 0;
  while (at < end) {
    const chunk = Buffer.alloc(CHUNK);
    const read = readSync(fd, chunk, 0, CHUNK, at);
    if (read === 0) return;
    at += read;
    const bytes = Buffer.concat([rest, chunk.subarray(0, read)]);
    let start = 0;
    for (let stop = bytes.indexOf(NEWLINE); stop !== -1; stop = bytes.indexOf(NEWLINE, start)) {
      const text = bytes.toString('utf8', start, stop);
      const line = isWhole ? parseAuditLine(text) : null;
      isWhole = true;
      start = stop + 1;
      if (line !== null) yield { line, text };
    }
    rest = bytes.subarray(start);
  }
}

/** Null: retention took it away since it was listed. */
function opened(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
