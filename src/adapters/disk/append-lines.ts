// One append to the audit log, in one go: find the chain's end, seal the file if it is full, write line by line, sync.
// Nobody else writes meanwhile. After a crash between any two steps, the next append goes on from what is there.
import {
  closeSync,
  existsSync,
  fchmodSync,
  fdatasyncSync,
  fsyncSync,
  openSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { type AuditFields, type AuditLine, CHAIN_START, type Sha256, seal } from '../../core/audit-record.ts';
import { type FileEnd, readEnd, readFirst } from './log-end.ts';
import { errorCode, PRIVATE_FILE } from './replace-file.ts';
import { liveSegment, sealedSegment, segmentsOf } from './segments.ts';

const SEALED_FILE = 0o400;

export interface AppendOptions {
  readonly directory: string;
  /** Bytes from which on the file that grows is sealed. */
  readonly limit: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly version: string;
  readonly sha256: Sha256;
  /** What the first line of a log says besides. */
  readonly start: () => Pick<AuditFields, 'device'>;
}

/** Throws what the disk says. True: a file was sealed on the way. */
export function appendLines(lines: readonly AuditFields[], options: AppendOptions): boolean {
  const { directory, now, version, sha256 } = options;
  const live = liveSegment(directory);
  let fd = openSync(live, 'a+', PRIVATE_FILE);
  try {
    let { size, last, torn } = readEnd(fd);
    const full = size >= options.limit && last !== null && sealFile(fd, directory);
    if (full) {
      const next = openSync(live, 'a+', PRIVATE_FILE);
      closeSync(fd);
      fd = next;
      ({ size, torn } = readEnd(fd));
    }
    last ??= lastSealed(directory);
    // The rename and the new file's name.
    if (size === 0) syncDirectory(directory);
    const at = new Date(now()).toISOString();
    const fresh: AuditFields[] =
      last === null && size === 0 ? [{ kind: 'log-start', at, ...options.start() }] : [];
    let end = last === null ? CHAIN_START : { seq: last.seq, hash: last.hash };
    let time = last === null ? 0 : Date.parse(last.time);
    for (const fields of [...fresh, ...lines]) {
      // A clock that was set back doesn't run the log backwards.
      time = Math.max(time, now());
      const sealed = seal(fields, { time: new Date(time).toISOString(), version }, end, sha256);
      writeWhole(fd, `${torn ? '\n' : ''}${sealed.text}\n`);
      end = sealed.end;
      torn = false;
    }
    fdatasyncSync(fd);
    return full;
  } finally {
    closeSync(fd);
  }
}

/** One write a line. A full disk takes a part of it without an error; what is left of it is a torn line. */
function writeWhole(fd: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  if (writeSync(fd, bytes) !== bytes.length) throw new Error('the disk took only a part of a line');
}

/** False where it can't be: then the file grows on. */
function sealFile(fd: number, directory: string): boolean {
  const first = readFirst(fd);
  if (first === null) return false;
  const sealed = sealedSegment(directory, first.seq);
  // What somebody put back, or a fork, is never written over.
  if (existsSync(sealed)) return false;
  fsyncSync(fd);
  try {
    renameSync(liveSegment(directory), sealed);
  } catch {
    return false;
  }
  protect(fd);
  return true;
}

/** Against a slip of the hand; some file systems have no such rights, and need not. */
function protect(fd: number): void {
  try {
    fchmodSync(fd, SEALED_FILE);
  } catch {
    // The chain shows what was changed all the same.
  }
}

/** Where the live file has no line, the chain goes on from the newest sealed one that has. */
function lastSealed(directory: string): AuditLine | null {
  for (const { path, first } of segmentsOf(directory).toReversed()) {
    if (first === null) continue;
    const end = endOfSealed(path);
    if (end.last !== null) return end.last;
  }
  return null;
}

function endOfSealed(path: string): FileEnd {
  const fd = openSync(path, 'r');
  try {
    // Whoever sealed it may have died before this.
    protect(fd);
    return readEnd(fd);
  } finally {
    closeSync(fd);
  }
}

/** A name is durable only once its directory is. */
export function syncDirectory(directory: string): void {
  try {
    const fd = openSync(directory, 'r');
    fsyncSync(fd);
    closeSync(fd);
  } catch (error) {
    // Windows can't open a directory; there is nothing to sync there.
    if (errorCode(error) !== 'EPERM' && errorCode(error) !== 'EISDIR') throw error;
  }
}
