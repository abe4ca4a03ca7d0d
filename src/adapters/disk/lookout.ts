// Looks at files and programs for `doctor`: whatever it finds is left as it was.
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, type Stats } from 'node:fs';
import { open, readFile, stat, statfs } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import type { StoredFacts } from '../../core/checks/backlog.ts';
import type { PathFacts } from '../../core/checks/disk.ts';
import type { BundleFacts, ProgramFacts } from '../../core/checks/runtime.ts';
import type { Lookout } from '../../flow/lookout-ports.ts';
import { bundleVersion } from './ground.ts';
import { linesBackward, openIfThere } from './lines.ts';
import { logBackward } from './log-lines.ts';
import { errorCode, PRIVATE_DIRECTORY } from './replace-file.ts';
import { PROGRESS_VERSION } from './spool.ts';
import { LEDGER_VERSION } from './state.ts';

export interface LookoutOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The worker in its stable place, and the one in this package. */
  readonly place: string;
  readonly bundle: string;
}

/** Milliseconds for a program to name its version. */
const PATIENCE = 5_000;
const LONGEST_HEAD = 64 * 1024;

export function openLookout({ env, place, bundle }: LookoutOptions): Lookout {
  return {
    path: pathFacts,
    age: async (path) => {
      const found = await stat(path).catch(() => null);
      return found === null || found.birthtimeMs <= 0 ? null : Math.max(0, Date.now() - found.birthtimeMs);
    },
    head: readHead,
    tail: (path, count) =>
      first(count, async function* () {
        const file = await openIfThere(path);
        if (file !== null) yield* linesBackward(file);
      }),
    logTail: (directory, count) => first(count, () => logBackward(directory)),
    stored: readStored,
    program: (name) => findProgram(name, env),
    bundle: () => bundleFacts(place, bundle),
  };
}

async function first(count: number, read: () => AsyncIterable<string>): Promise<string[] | null> {
  const lines: string[] = [];
  try {
    for await (const line of read()) {
      lines.push(line);
      if (lines.length >= count) break;
    }
    return lines;
  } catch {
    return null;
  }
}

async function pathFacts(path: string): Promise<PathFacts> {
  let found: Stats;
  try {
    found = await stat(path);
  } catch (error) {
    const code = errorCode(error);
    const absent = code === 'ENOENT' || code === 'ENOTDIR';
    const nothing = { path, mine: true, mode: 0, readable: false, free: null, changed: 0 };
    return { ...nothing, kind: absent ? 'absent' : 'hidden', writable: absent && couldBeMade(path) };
  }
  const kind = found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other';
  return {
    path,
    kind,
    mine: process.getuid === undefined || found.uid === process.getuid(),
    // Windows has no such bits, and makes some up.
    mode: process.getuid === undefined ? PRIVATE_DIRECTORY : found.mode & 0o777,
    readable: may(path, constants.R_OK),
    writable: may(path, kind === 'directory' ? constants.W_OK | constants.X_OK : constants.W_OK),
    free: await freeBytes(path),
    changed: found.mtimeMs,
  };
}

function may(path: string, how: number): boolean {
  try {
    accessSync(path, how);
    return true;
  } catch {
    return false;
  }
}

/** Whether the nearest directory that is there takes new entries. */
function couldBeMade(path: string): boolean {
  let above = dirname(path);
  while (!existsSync(above) && dirname(above) !== above) above = dirname(above);
  return may(join(above, '.'), constants.W_OK | constants.X_OK);
}

async function freeBytes(path: string): Promise<number | null> {
  const found = await statfs(path).catch(() => null);
  return found === null ? null : found.bavail * found.bsize;
}

/** Opened without blocking: a FIFO in a file's place would hold us for ever. */
async function readHead(path: string): Promise<string | null> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => null);
  if (file === null) return null;
  try {
    if (!(await file.stat()).isFile()) return null;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST_HEAD), 0, LONGEST_HEAD, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return null;
  } finally {
    await file.close();
  }
}

/** What makes a file whole, for each of those that a program may find damaged or too new. */
const STORED = {
  ledger: { version: LEDGER_VERSION, lists: ['leases', 'holdings'] },
  progress: { version: PROGRESS_VERSION, lists: ['open'] },
} as const;

async function readStored(path: string, as: keyof typeof STORED): Promise<StoredFacts> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? { is: 'absent' }
      : { is: 'closed', why: code ?? String(error) };
  }
  const { version, lists } = STORED[as];
  const fields = fieldsOf(text);
  const found = fields?.['version'];
  if (typeof found === 'number' && found > version) return { is: 'newer', version: found };
  const whole = found === version && lists.every((name) => Array.isArray(fields?.[name]));
  return { is: whole ? 'whole' : 'garbage' };
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

async function findProgram(name: string, env: LookoutOptions['env']): Promise<ProgramFacts> {
  const places = isAbsolute(name)
    ? [name]
    : (env['PATH'] ?? '')
        .split(delimiter)
        .filter(isAbsolute)
        .map((directory) => join(directory, name));
  const path = places.find((place) => may(place, constants.X_OK)) ?? null;
  if (path === null) return { path: null, version: null };
  const version = await new Promise<string | null>((resolve) => {
    const kept = Object.entries(env).filter(
      ([key]) => !key.startsWith('SCIM_HOOK_') && key !== 'NODE_OPTIONS',
    );
    const options = { env: Object.fromEntries(kept), timeout: PATIENCE, windowsHide: true };
    execFile(path, ['--version'], options, (error, stdout) => resolve(error === null ? stdout.trim() : null));
  });
  return { path, version: /\d+\.\d+/.test(version ?? '') ? version : null };
}

async function bundleFacts(place: string, bundle: string): Promise<BundleFacts> {
  const [there, ours] = await Promise.all([
    readFile(place, 'utf8').catch(() => null),
    readFile(bundle, 'utf8').catch(() => null),
  ]);
  return {
    path: place,
    version: there === null ? null : bundleVersion(there),
    sameBytes: there !== null && there === ours,
  };
}
