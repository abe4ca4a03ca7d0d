// The audit log on disk: append-only JSONL, each line chained to the one before. Appends happen under the state lock.
import { createHash } from 'node:crypto';
import { closeSync, fdatasyncSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AuditFields,
  type AuditLine,
  CHAIN_START,
  type ChainEnd,
  parseAuditLine,
  seal,
} from '../../core/audit-record.ts';
import type { Failure } from '../../core/failure.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { AuditLog, Clock } from '../../flow/ports.ts';
import { linesBackward, linesForward } from './lines.ts';
import { diskFailure, errorCode, makePrivateDirectory, PRIVATE_FILE } from './replace-file.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export function openAuditLog(home: string, clock: Pick<Clock, 'now'>, version: string): AuditLog {
  const directory = join(home, 'audit');
  const file = join(directory, 'audit.jsonl');
  return {
    append: async (lines) => {
      const made = await makePrivateDirectory(directory);
      return made.ok ? append(directory, file, lines, clock, version) : made;
    },
    read: () => parsed(linesForward(file)),
    readBack: () => parsed(linesBackward(file)),
  };
}

async function* parsed(lines: AsyncIterable<string>): AsyncIterable<AuditLine> {
  for await (const text of lines) {
    const line = parseAuditLine(text);
    if (line !== null) yield line;
  }
}

function append(
  directory: string,
  file: string,
  lines: readonly AuditFields[],
  clock: Pick<Clock, 'now'>,
  version: string,
): Result<void, Failure> {
  if (lines.length === 0) return ok(undefined);
  let fd: number | null = null;
  try {
    fd = openSync(file, 'a+', PRIVATE_FILE);
    let { end, time, torn, empty } = readEnd(fd);
    const fresh: AuditFields[] = empty
      ? [{ kind: 'log-start', at: new Date(clock.now()).toISOString() }]
      : [];
    for (const fields of [...fresh, ...lines]) {
      // A clock that was set back doesn't run the log backwards.
      time = Math.max(time, clock.now());
      const sealed = seal(fields, { time: new Date(time).toISOString(), version }, end, sha256);
      writeWhole(fd, `${torn ? '\n' : ''}${sealed.text}\n`);
      end = sealed.end;
      torn = false;
    }
    fdatasyncSync(fd);
    if (empty) syncDirectory(directory);
    return ok(undefined);
  } catch (error) {
    return fail(diskFailure(file, error));
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

/** One write a line. A full disk takes a part of it without an error; what is left of it is a torn line. */
function writeWhole(fd: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  if (writeSync(fd, bytes) !== bytes.length) throw new Error('the disk took only a part of a line');
}

interface LogEnd {
  readonly end: ChainEnd;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** The last line has no newline: a crash, or a full disk, cut it off. */
  readonly torn: boolean;
  readonly empty: boolean;
}

/** Walks back to the last line that is whole: the chain goes on from there, around what was torn. */
function readEnd(fd: number): LogEnd {
  const { size } = fstatSync(fd);
  if (size === 0) return { end: CHAIN_START, time: 0, torn: false, empty: true };
  for (let length = 16_384; ; length *= 4) {
    const start = Math.max(0, size - length);
    const bytes = Buffer.alloc(size - start);
    readSync(fd, bytes, 0, bytes.length, start);
    const lines = bytes.toString('utf8').split('\n');
    // The first piece may begin in the middle of a line.
    if (start > 0) lines.shift();
    const last = lines
      .reverse()
      .map(parseAuditLine)
      .find((line) => line !== null);
    const torn = bytes[bytes.length - 1] !== 0x0a;
    if (last)
      return { end: { seq: last.seq, hash: last.hash }, time: Date.parse(last.time), torn, empty: false };
    if (start === 0) return { end: CHAIN_START, time: 0, torn, empty: false };
  }
}

function syncDirectory(directory: string): void {
  try {
    const fd = openSync(directory, 'r');
    fsyncSync(fd);
    closeSync(fd);
  } catch (error) {
    // Windows can't open a directory; there is nothing to sync there.
    if (errorCode(error) !== 'EPERM' && errorCode(error) !== 'EISDIR') throw error;
  }
}
