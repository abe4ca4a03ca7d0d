// The state directory: ledger, cache and device id of one person on one machine.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ledger } from '../../core/ledger.ts';
import { fail, ok } from '../../core/result.ts';
import type { Cache, State } from '../../flow/ports.ts';
import { sha256 } from './audit-log.ts';
import { readDevice } from './device.ts';
import { readJsonFile, writeJsonFile } from './json-file.ts';
import { type Held, withLock } from './lock.ts';
import { FOREIGN, makePrivateDirectory } from './replace-file.ts';

export const LEDGER_VERSION = 1;
const CACHE_VERSION = 2;

export function openState(home: string, newDeviceId: () => string): State {
  const ledgerFile = join(home, 'ledger.json');
  const cacheFile = join(home, 'cache.json');
  let held: Held | null = null;
  let written: string | null = null;
  return {
    withLock: async (work, waited) => {
      const made = await makePrivateDirectory(home);
      if (!made.ok) return made;
      // Under sudo with the person's HOME: what root wrote there, they could never read again.
      if (await isForeign(home)) return fail({ code: 'disk', path: home, problem: FOREIGN });
      return withLock(
        home,
        async (lock) => {
          held = lock;
          written = null;
          try {
            return await work();
          } finally {
            held = null;
          }
        },
        waited,
      );
    },
    readLedger: async () => {
      const read = await readJsonFile(
        ledgerFile,
        LEDGER_VERSION,
        (fields) => Array.isArray(fields['leases']) && Array.isArray(fields['holdings']),
      );
      if (!read.ok) return read;
      const { leases, holdings, groups = [] } = (read.value ?? {}) as Partial<Ledger>;
      if (leases === undefined || holdings === undefined) return ok(null);
      written = JSON.stringify({ leases, holdings, groups });
      return ok({ leases, holdings, groups });
    },
    writeLedger: async ({ leases, holdings, groups = [] }: Ledger) => {
      if (held?.isMine() !== true) return fail({ code: 'locked', path: home });
      const text = JSON.stringify({ leases, holdings, groups });
      if (text === written) return ok(undefined);
      const done = await writeJsonFile(ledgerFile, LEDGER_VERSION, { leases, holdings, groups });
      if (done.ok) written = text;
      return done;
    },
    readCache: async () => {
      const read = await readJsonFile(
        cacheFile,
        CACHE_VERSION,
        (fields) => typeof fields['endpoints'] === 'object',
      );
      if (!read.ok || read.value === null) return { endpoints: {} };
      const { endpoints } = read.value as unknown as Cache;
      return {
        endpoints: read.value['ledger'] === (await stampOf(ledgerFile)) ? endpoints : unsure(endpoints),
      };
    },
    writeCache: async ({ endpoints }: Cache) => {
      // Losing it costs requests, never truth: no failure of it is worth a word.
      const ledger = await stampOf(ledgerFile);
      await writeJsonFile(cacheFile, CACHE_VERSION, { endpoints, ledger });
    },
    device: (make) => readDevice(home, make ? newDeviceId : null),
  };
}

export const isForeign = async (path: string): Promise<boolean> =>
  process.getuid !== undefined && (await stat(path)).uid !== process.getuid();

/** Tells one text of the ledger from another. */
const stampOf = (file: string): Promise<string> => readFile(file, 'utf8').then(sha256, () => '');

/** Without what each subject has. */
const unsure = (endpoints: Cache['endpoints']): Cache['endpoints'] =>
  Object.fromEntries(
    Object.entries(endpoints).map(([endpoint, known]) => [endpoint, { ...known, subjects: {} }]),
  );
