// What the hook file counts on: the spool's directory in the clone, and the worker's bundle in its stable place.
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Failure } from '../../core/failure.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { isNewer } from '../../core/version-order.ts';
import type { Ground, Notes, Placed } from '../../flow/setup-ports.ts';
import { asBytes } from './digest.ts';
import { writeJsonFile } from './json-file.ts';
import { diskFailure, errorCode, makePrivateDirectory, replaceFile } from './replace-file.ts';
import { makeSpool } from './spool.ts';

export interface GroundOptions {
  /** The spool's directory. */
  readonly directory: string;
  /** The bundle in this package, and where it goes: nothing in a hook points into a node_modules. */
  readonly bundle: string;
  readonly place: string;
  /** The text of our hook for a node: kept here for whoever calls us from a hook of their own. */
  readonly renderHook: (node: string) => Promise<string>;
}

const NOTES_VERSION = 1;

export function openGround({ directory, bundle, place, renderHook }: GroundOptions): Ground {
  const notesFile = join(directory, 'installed.json');
  return {
    directory,
    lay: async (node) => {
      const made = await makePrivateDirectory(directory);
      if (!made.ok) return made;
      try {
        // Made here, so that its mode doesn't depend on the umask of whoever checks out first.
        await makeSpool(join(directory, 'spool'));
      } catch (error) {
        return fail(diskFailure(join(directory, 'spool'), error));
      }
      const noted = await replaceFile(join(directory, 'node'), `${node}\n`);
      return noted.ok
        ? replaceFile(join(directory, 'hook'), Buffer.from(await renderHook(asBytes(node)), 'latin1'), 0o700)
        : noted;
    },
    notes: async () => {
      // By hand: looking at how things stand must not put a damaged file aside.
      const text = await readFile(notesFile, 'utf8').catch(() => null);
      return text === null ? NO_NOTES : notesIn(text);
    },
    note: ({ placed, setMode }) => writeJsonFile(notesFile, NOTES_VERSION, { placed, setMode }),
    clear: async () => {
      try {
        await rm(directory, { recursive: true, force: true });
        return ok(undefined);
      } catch (error) {
        return fail(diskFailure(directory, error));
      }
    },
    spoolSize: async () => {
      const found = await stat(join(directory, 'spool')).catch(() => null);
      return found?.size ?? 0;
    },
    placeWorker: () => placeWorker(bundle, place),
  };
}

const NO_NOTES: Notes = { placed: [], setMode: false };

function notesIn(text: string): Notes {
  try {
    const { version, placed, setMode } = JSON.parse(text) as Partial<Record<string, unknown>>;
    return version === NOTES_VERSION && Array.isArray(placed)
      ? { placed: placed as Placed[], setMode: setMode === true }
      : NO_NOTES;
  } catch {
    return NO_NOTES;
  }
}

async function placeWorker(bundle: string, place: string): Promise<Result<void, Failure>> {
  let ours: string;
  try {
    ours = await readFile(bundle, 'utf8');
  } catch (error) {
    return errorCode(error) === 'ENOENT'
      ? fail({ code: 'bundle-missing', path: bundle })
      : fail(diskFailure(bundle, error));
  }
  const there = await readFile(place, 'utf8').catch(() => null);
  if (there === ours || (there !== null && isNewer(bundleVersion(there), bundleVersion(ours))))
    return ok(undefined);
  try {
    await mkdir(dirname(place), { recursive: true });
  } catch (error) {
    return fail(diskFailure(dirname(place), error));
  }
  return replaceFile(place, ours);
}

/** The build puts it into the first line. */
export const bundleVersion = (text: string): string =>
  /^\/\/ scim-hook worker (\S+)$/m.exec(text.slice(0, 200))?.[1] ?? '0.0.0';
