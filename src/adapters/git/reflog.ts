// What HEAD's reflog has since it was last read: a file that git appends to, or, with the reftable format, what git says.
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { moveOf, parseReflogLine, type ReflogLine } from '../../core/reflog.ts';
import type { ReflogCursor, ReflogTail } from '../../flow/ports.ts';
import type { Git } from './git.ts';

/** Bytes: what is further back than this since the last look is told by where HEAD is alone. */
const MOST = 4 * 1024 * 1024;

/** Bytes: a cursor's line is told from others by its end; messages can be as long as anybody likes. */
const LINE = 400;

/** Bytes: read before the cursor, for its line. */
const NEAR = 16 * 1024;

/** An empty reflog, or none: they may be off, or expired to nothing. */
const NOTHING: ReflogCursor = { offset: 0, line: '' };

/**
 * Without a cursor nothing is told: what was before us is not ours to tell. `whole`: from the beginning instead. Null:
 * it can't be read now.
 */
export async function readReflog(
  git: Git,
  commonDir: string,
  gitDir: string,
  cursor: ReflogCursor | null,
  whole: boolean,
): Promise<ReflogTail | null> {
  const isTable = await stat(join(commonDir, 'reftable')).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const from = cursor ?? (whole ? NOTHING : null);
  if (!isTable) return tailOfFile(join(gitDir, 'logs', 'HEAD'), from);
  const lines = await linesOfTable(git, gitDir);
  return lines === null ? null : tailOfTable(lines, from);
}

/** With the reftable format HEAD is a constant, and every ref that is written gives a new list of tables. */
export async function headMovedAt(gitDir: string): Promise<number | null> {
  const written = await Promise.all(
    // HEAD may be a symbolic link (core.preferSymlinkRefs).
    ['HEAD', join('reftable', 'tables.list')].map((name) => lstat(join(gitDir, name)).catch(() => null)),
  );
  const times = written.flatMap((stats) => stats?.mtimeMs ?? []);
  return times.length === 0 ? null : Math.max(...times);
}

async function tailOfFile(path: string, cursor: ReflogCursor | null): Promise<ReflogTail | null> {
  let file: FileHandle | null = null;
  try {
    // Opening a FIFO would wait for somebody to write to it.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return tailOf(await endSince(file, cursor), cursor);
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return isAbsent ? { moves: [], cursor: NOTHING } : null;
  } finally {
    await file?.close();
  }
}

interface End {
  /** Whole lines, or the end of one that is longer than all that is read. */
  readonly bytes: Buffer;
  /** Where that begins in the file. */
  readonly start: number;
}

/** As much as is needed: what was appended since, or all where the file is another one. */
async function endSince(file: FileHandle, cursor: ReflogCursor | null): Promise<End> {
  const stats = await file.stat();
  if (!stats.isFile()) throw new Error('not a file');
  const first = Math.max(0, stats.size - MOST);
  const near = Math.min(cursor?.offset ?? stats.size, stats.size) - NEAR;
  const end = await endOf(file, Math.max(first, near), stats.size);
  const isEnough = end.start === first || cursor === null || isAppendedTo(end, cursor);
  return isEnough ? end : endOf(file, first, stats.size);
}

async function endOf(file: FileHandle, start: number, size: number): Promise<End> {
  const bytes = Buffer.alloc(size - start);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
  // A line that git is still writing is for the next time.
  return { bytes: bytes.subarray(0, bytes.lastIndexOf('\n', bytesRead - 1) + 1), start };
}

function tailOf({ bytes, start }: End, cursor: ReflogCursor | null): ReflogTail {
  const offset = start + bytes.length;
  const last = linesOf(bytes.subarray(bytes.lastIndexOf('\n', -2) + 1)).at(-1);
  const next = {
    offset,
    // One character for each byte, wherever in a character the cut is.
    line: bytes.subarray(-LINE).toString('latin1'),
    ...(last === undefined ? {} : { at: last.at }),
  };
  const fresh = cursor === null ? [] : linesAfter({ bytes, start }, cursor);
  return { moves: fresh.flatMap((line) => moveOf(line) ?? []), cursor: next };
}

function isAppendedTo({ bytes, start }: End, { offset, line }: ReflogCursor): boolean {
  const known = Buffer.from(line, 'latin1');
  const here = offset - start;
  return (
    known.length > 0 &&
    here >= known.length &&
    here <= bytes.length &&
    bytes.subarray(here - known.length, here).equals(known)
  );
}

function linesAfter(end: End, cursor: ReflogCursor): readonly ReflogLine[] {
  const { bytes, start } = end;
  const { offset, line, at } = cursor;
  const known = Buffer.from(line, 'latin1');
  const here = offset - start;
  if (known.length === 0 || here <= 0) return linesOf(bytes);
  if (isAppendedTo(end, cursor)) return linesOf(bytes.subarray(here));
  // `git reflog expire` and gc write the file anew, without its oldest lines.
  const last = known.subarray(known.lastIndexOf('\n', -2) + 1);
  const found = bytes.lastIndexOf(last);
  if (found !== -1) return linesOf(bytes.subarray(found + last.length));
  // Also without the newest that we know: what is left, or came since, is newer by its time.
  return linesOf(bytes).filter((each) => at !== undefined && each.at >= at);
}

const linesOf = (bytes: Buffer): ReflogLine[] =>
  bytes
    .toString('utf8')
    .split('\n')
    .flatMap((text) => parseReflogLine(text) ?? []);

/** Newest first, as git gives them; null where git fails. */
async function linesOfTable(git: Git, gitDir: string): Promise<readonly ReflogLine[] | null> {
  const format = ['--date=unix', '--format=%H %gd %gs'];
  const listed = await git([`--git-dir=${gitDir}`, 'reflog', 'show', ...format, 'HEAD']);
  return listed.ok ? parseTable(listed.value) : null;
}

/** `<oid> HEAD@{<seconds>} <message>`; the id before is that of the next line. */
export function parseTable(text: string): readonly ReflogLine[] {
  const rows = text.split('\n').flatMap((each) => {
    const [, oid, seconds, message] = /^([0-9a-f]{40,64}) HEAD@\{(\d+)\} (.*)$/.exec(each) ?? [];
    return oid === undefined || seconds === undefined || message === undefined
      ? []
      : [{ new: oid, at: Number(seconds) * 1000, message }];
  });
  return rows.map((row, index) => ({ ...row, old: rows[index + 1]?.new ?? '0'.repeat(row.new.length) }));
}

export function tailOfTable(lines: readonly ReflogLine[], cursor: ReflogCursor | null): ReflogTail {
  const keyOf = (line: ReflogLine): string => `${line.new} ${line.at} ${line.message}`.slice(0, LINE);
  const newest = lines[0];
  // Git gives no numbers that stay, so the newest line and how many were there stand for the place.
  const next = newest === undefined ? NOTHING : { offset: lines.length, line: keyOf(newest), at: newest.at };
  if (cursor === null) return { moves: [], cursor: next };
  const fresh = freshOfTable();
  return { moves: fresh.toReversed().flatMap((line) => moveOf(line) ?? []), cursor: next };

  function freshOfTable(): readonly ReflogLine[] {
    const { offset, line: known, at } = cursor ?? NOTHING;
    if (known === '') return lines;
    // Lines of one second may be the same to the letter.
    const expected = lines.length - offset;
    const there = lines[expected];
    if (there !== undefined && keyOf(there) === known) return lines.slice(0, expected);
    const found = lines.findIndex((line) => keyOf(line) === known);
    if (found !== -1) return lines.slice(0, found);
    return lines.filter((line) => at !== undefined && line.at >= at);
  }
}
