// The spool: what hooks appended and nobody has settled yet. Hooks write without a lock; one settler reads at a time.
import { constants, type Stats } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSpoolLine } from '../../core/event.ts';
import type { Failure } from '../../core/failure.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Claim, Progress, Spool } from '../../flow/ports.ts';
import { readJsonFile, writeJsonFile } from './json-file.ts';
import { diskFailure, errorCode, PRIVATE_FILE } from './replace-file.ts';

export const PROGRESS_VERSION = 1;

/** Read up to here, in bytes, the spool starts over in a new file. */
const ROTATE_AT = 64 * 1024;

/** How far each file was read. A path alone doesn't tell: the file under it may be another by now. */
interface Cursor {
  readonly ino: number;
  readonly offset: number;
}

interface Stored extends Progress {
  readonly cursor: Cursor | null;
  /** Files renamed away, each with how far it was read: a hook may still hold one open and append. */
  readonly rotated: Readonly<Record<string, Cursor>>;
}

const EMPTY: Stored = { cursor: null, rotated: {}, heads: {}, reflogs: {}, open: [], unlogged: [] };

type Lines = Claim['lines'];

export function openSpool(directory: string): Spool {
  const file = join(directory, 'spool');
  const progressFile = join(directory, 'progress.json');
  return {
    claim: async () => {
      const there = await stat(directory).catch(() => null);
      // Not installed here: nothing was reported, and nothing of it can be kept.
      if (there === null) return ok({ lines: [], progress: EMPTY, commit: async () => ok(undefined) });
      const read = await readJsonFile(progressFile, PROGRESS_VERSION, (fields) =>
        Array.isArray(fields['open']),
      );
      if (!read.ok) return read;
      const stored = { ...EMPTY, ...((read.value ?? {}) as Partial<Stored>) };
      try {
        return ok(await claimLines(directory, file, progressFile, stored));
      } catch (error) {
        return fail(diskFailure(file, error));
      }
    },
  };
}

async function claimLines(
  directory: string,
  file: string,
  progressFile: string,
  stored: Stored,
): Promise<Claim> {
  const lines: Lines[number][] = [];
  const rotated: Record<string, Cursor> = {};
  const done: string[] = [];
  for (const name of await rotatedFiles(directory)) {
    const read = await readFrom(join(directory, name), stored.rotated[name] ?? stored.cursor);
    if (read === null) continue;
    lines.push(...read.lines);
    // Its tail was read again, at a later drain than the one that renamed it: every hook that had it open is done.
    const known = stored.rotated[name] !== undefined;
    if (known && read.lines.length === 0 && isSettled(name)) done.push(name);
    else rotated[name] = read.cursor;
  }
  const read = await readFrom(file, stored.cursor);
  lines.push(...(read?.lines ?? []));
  let cursor = read?.cursor ?? null;
  return {
    lines,
    progress: {
      heads: stored.heads,
      reflogs: stored.reflogs ?? {},
      ...(stored.looked === undefined ? {} : { looked: stored.looked }),
      early: stored.early ?? {},
      open: stored.open,
      unlogged: stored.unlogged,
    },
    commit: async ({ heads, reflogs = {}, looked, early = {}, open, unlogged }) => {
      const save = (): Promise<Result<void, Failure>> =>
        writeJsonFile(progressFile, PROGRESS_VERSION, {
          heads,
          reflogs,
          looked,
          early,
          open,
          unlogged,
          cursor,
          rotated,
        });
      const saved = await save();
      if (!saved.ok) return saved;
      for (const name of done.splice(0)) await rm(join(directory, name), { force: true });
      if (cursor === null || cursor.offset < ROTATE_AT) return ok(undefined);
      const name = `spool.${String(Date.now())}`;
      try {
        await rename(file, join(directory, name));
        await makeSpool(file);
      } catch (error) {
        return fail(diskFailure(file, error));
      }
      // A crash before the next line: the renamed file is then known by its inode, which the cursor has.
      rotated[name] = cursor;
      cursor = null;
      return save();
    },
  };
}

/** Ours from the start: a hook would make it with the umask it runs under, or, under sudo, as root's. */
export async function makeSpool(file: string): Promise<void> {
  const made = await open(file, 'a', PRIVATE_FILE);
  try {
    await made.chmod(PRIVATE_FILE);
  } finally {
    await made.close();
  }
}

const rotatedFiles = async (directory: string): Promise<string[]> =>
  (await readdir(directory)).filter((name) => /^spool\.\d+$/.test(name)).sort();

/** How long, in milliseconds, a hook may take between opening the spool and writing its line. */
const SLOWEST_HOOK = 10_000;

const isSettled = (name: string): boolean =>
  Math.abs(Date.now() - Number(name.slice('spool.'.length))) > SLOWEST_HOOK;

/**
 * The whole lines after the cursor. A last line without its newline is left for the next time. Opened without blocking:
 * a FIFO in its place would hold the worker for ever.
 */
async function readFrom(
  path: string,
  cursor: Cursor | null,
): Promise<{ lines: Lines[number][]; cursor: Cursor } | null> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return null;
  try {
    const stats = await file.stat();
    if (!stats.isFile())
      throw Object.assign(new Error('not a file'), { code: stats.isDirectory() ? 'EISDIR' : 'EINVAL' });
    const offset =
      cursor !== null && cursor.ino === stats.ino && cursor.offset <= stats.size ? cursor.offset : 0;
    const bytes = Buffer.alloc(stats.size - offset);
    await file.read(bytes, 0, bytes.length, offset);
    const end = bytes.lastIndexOf(0x0a) + 1;
    const texts = bytes.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
    const at = timeOf(stats);
    const lines = texts.flatMap((text, index) => {
      const line = parseSpoolLine(text);
      const isLast = index === texts.length - 1 && end === bytes.length;
      return line === null ? [] : [{ line, at, ...(isLast ? { isExact: true as const } : {}) }];
    });
    return { lines, cursor: { ino: stats.ino, offset: offset + end } };
  } finally {
    await file.close();
  }
}

/**
 * A hook can't tell the time without a fork: the file's own time is that of the last line, and a bound for the others.
 * After the clock was set back it may be one to come, and what a lease lasts is counted from it.
 */
const timeOf = (stats: Stats): number => Math.floor(Math.min(stats.mtimeMs, Date.now()));
