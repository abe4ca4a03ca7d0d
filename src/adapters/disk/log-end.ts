// Where one file of the audit log begins and ends: its first and last line that are whole.
import { fstatSync, readSync } from 'node:fs';
import { type AuditLine, parseAuditLine } from '../../core/audit-record.ts';

/** Bytes to begin with: a line is rarely longer. */
const ENOUGH = 16_384;

export interface FileEnd {
  readonly size: number;
  /** The last line that is whole: the chain goes on from there, around what was torn. Null: there is none. */
  readonly last: AuditLine | null;
  /** What comes last has no newline: a crash, or a full disk, cut it off. */
  readonly torn: boolean;
}

export function readEnd(fd: number): FileEnd {
  const { size } = fstatSync(fd);
  if (size === 0) return { size, last: null, torn: false };
  for (let length = ENOUGH; ; length *= 4) {
    const start = Math.max(0, size - length);
    const bytes = readAt(fd, start, size - start);
    const lines = bytes.toString('utf8').split('\n');
    // The first piece may begin in the middle of a line.
    if (start > 0) lines.shift();
    const last = firstWhole(lines.reverse());
    if (last !== null || start === 0) return { size, last, torn: bytes[bytes.length - 1] !== 0x0a };
  }
}

export function readFirst(fd: number): AuditLine | null {
  const { size } = fstatSync(fd);
  for (let length = ENOUGH; ; length *= 4) {
    const lines = readAt(fd, 0, Math.min(size, length)).toString('utf8').split('\n');
    // The last piece may end in the middle of a line.
    if (length < size) lines.pop();
    const first = firstWhole(lines);
    if (first !== null || length >= size) return first;
  }
}

function readAt(fd: number, start: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(fd, bytes, 0, length, start));
}

function firstWhole(lines: readonly string[]): AuditLine | null {
  for (const text of lines) {
    const line = parseAuditLine(text);
    if (line !== null) return line;
  }
  return null;
}
