// The audit log on disk: append-only JSONL, each line chained to the one before, in files that are sealed when they are
// full. Appends happen under the state lock, and under a lock of the log's own that a killed holder can't leave behind.
import { createHash } from 'node:crypto';
import { closeSync, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type AuditLine, parseAuditLine } from '../../core/audit-record.ts';
import type { Failure } from '../../core/failure.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { SealedLog } from '../../flow/log-ports.ts';
import type { AuditLog, Clock } from '../../flow/ports.ts';
import { appendLines, syncDirectory } from './append-lines.ts';
import { storedDevice } from './device.ts';
import { holdName, nameFor, type Release } from './kernel-lock.ts';
import { readEnd } from './log-end.ts';
import { fileForward, logBackward, logForward } from './log-lines.ts';
import { diskFailure, makePrivateDirectory } from './replace-file.ts';
import { liveSegment, segmentsOf } from './segments.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export interface AuditLogOptions {
  /** Bytes from which on a file is sealed. */
  readonly limit?: number;
  /** Milliseconds to wait for another writer. After that the state lock, which every caller holds, is what excludes. */
  readonly patience?: number;
}

const LIMIT = 64 * 1024 * 1024;
const PATIENCE = 3_000;

export function openAuditLog(
  home: string,
  clock: Pick<Clock, 'now'>,
  version: string,
  { limit = LIMIT, patience = PATIENCE }: AuditLogOptions = {},
): AuditLog & SealedLog {
  const directory = join(home, 'audit');
  const start = () => {
    const device = storedDevice(home);
    return device === null ? {} : { device };
  };
  const options = { directory, limit, now: clock.now, version, sha256, start };
  let rotated = false;
  /** Somebody else has the name for good: who waits each time waits for nothing. */
  let squatted = false;
  return {
    append: async (lines) => {
      if (lines.length === 0) return ok(undefined);
      const made = await makePrivateDirectory(directory);
      if (!made.ok) return made;
      let release: Release | null = null;
      try {
        release = await holdName(nameFor('audit', directory), squatted ? 0 : patience);
        squatted = release === null;
        if (appendLines(lines, options)) rotated = true;
        return ok(undefined);
      } catch (error) {
        return fail(diskFailure(liveSegment(directory), error));
      } finally {
        release?.();
      }
    },
    read: () => parsed(logForward(directory)),
    readBack: () => parsed(logBackward(directory)),
    rotated: () => rotated,
    sealed: () =>
      onDisk(directory, () =>
        sealedFiles(directory).map(({ path, last }) => ({ last, read: () => parsed(fileForward(path)) })),
      ),
    drop: (through) =>
      onDisk(directory, () => {
        for (const { path, last } of sealedFiles(directory)) if (last.seq <= through) unlinkSync(path);
        syncDirectory(directory);
      }),
  };
}

async function* parsed(lines: AsyncIterable<string>): AsyncIterable<AuditLine> {
  for await (const text of lines) {
    const line = parseAuditLine(text);
    if (line !== null) yield line;
  }
}

function onDisk<T>(directory: string, work: () => T): Result<T, Failure> {
  try {
    return ok(work());
  } catch (error) {
    return fail(diskFailure(directory, error));
  }
}

/** Oldest first, up to one without a line. */
function sealedFiles(directory: string): { readonly path: string; readonly last: AuditLine }[] {
  const found: { readonly path: string; readonly last: AuditLine }[] = [];
  for (const { path, first } of segmentsOf(directory)) {
    const last = first === null ? null : lastLine(path);
    if (last === null) break;
    found.push({ path, last });
  }
  return found;
}

function lastLine(path: string): AuditLine | null {
  const fd = openSync(path, 'r');
  try {
    return readEnd(fd).last;
  } finally {
    closeSync(fd);
  }
}
