// How far each destination is: a small file in the state directory, and the lock of the one process that ships.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Failure } from '../../core/failure.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { readShipState, type ShipState } from '../../core/ship/position.ts';
import type { ShipStore } from '../../flow/ship-ports.ts';
import { readJsonFile, writeJsonFile } from './json-file.ts';
import { withLock } from './lock.ts';
import { errorCode, FOREIGN, makePrivateDirectory } from './replace-file.ts';
import { isForeign } from './state.ts';

const VERSION = 1;

/** `tries`: how often to come back while somebody else ships, some 100 ms apart. */
export function openShipStore(home: string, tries: number): ShipStore {
  // A directory of its own, because a lock is on one.
  const directory = join(home, 'ship');
  const path = join(directory, 'progress.json');
  return {
    exclusively: async (work) => {
      try {
        // Under sudo with the person's HOME: what root wrote there, they could never read again.
        if (await isForeign(home)) return fail({ code: 'disk', path: home, problem: FOREIGN });
      } catch (error) {
        // No state directory: nothing was ever logged.
        if (errorCode(error) === 'ENOENT') return null;
        throw error;
      }
      const made = await makePrivateDirectory(directory);
      if (!made.ok) return made;
      const done = await withLock(directory, work, undefined, tries);
      return !done.ok && done.failure.code === 'locked' ? null : done;
    },
    read: async (): Promise<Result<ShipState, Failure>> => {
      const isWhole = (fields: Readonly<Record<string, unknown>>): boolean =>
        typeof fields['destinations'] === 'object' && fields['destinations'] !== null;
      const read = await readJsonFile(path, VERSION, isWhole);
      return read.ok ? ok(readShipState(read.value?.['destinations'])) : read;
    },
    peek: async () => {
      const text = await readFile(path, 'utf8').catch(() => '{}');
      try {
        return readShipState((JSON.parse(text) as { readonly destinations?: unknown }).destinations);
      } catch {
        return {};
      }
    },
    write: (destinations) => writeJsonFile(path, VERSION, { destinations }),
  };
}
