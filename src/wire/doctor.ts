// What `doctor` looks with: inside a clone, outside of one, and without git.
import { parseSpan } from '../adapters/config/span.ts';
import { sha256 } from '../adapters/disk/audit-log.ts';
import { openLookout } from '../adapters/disk/lookout.ts';
import { gitEnvironment } from '../adapters/git/environment.ts';
import { openGitLookout } from '../adapters/git/lookout.ts';
import { systemClock } from '../adapters/process/clock.ts';
import { stateHome, workerBundle } from '../adapters/process/places.ts';
import { openProber } from '../adapters/scim/probe.ts';
import type { ShippingFacts } from '../core/checks/shipping.ts';
import type { Speech } from '../core/finding.ts';
import { ok } from '../core/result.ts';
import type { DoctorClone, DoctorPorts } from '../flow/doctor-ports.ts';
import { VERSION } from '../version.ts';
import { wayFinder } from './connector.ts';
import { type Here, openHere } from './here.ts';
import { settingsAt } from './nowhere.ts';
import { packageFile } from './package-files.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface Doctor extends DoctorPorts {
  close(): Promise<void>;
}

export async function openDoctor(directory: string, env: Env, speech: Speech): Promise<Doctor> {
  const here = await openHere(directory, env);
  const way = wayFinder(env, () => (here.ok ? here.value.entries : []));
  return {
    clock: systemClock,
    look: openLookout({ env, place: workerBundle(env), bundle: packageFile('dist/worker.cjs') }),
    git: openGitLookout({ directory, env: gitEnvironment(env), whole: env }),
    prober: openProber({ userAgent: `scim-hook/${VERSION}`, now: systemClock.now, way }),
    way,
    shipping: () => shippingFacts(directory, env, here.ok ? here.value : null),
    speech,
    parseSpan,
    sha256,
    version: VERSION,
    off: env['SCIM_HOOK'] === '0',
    home: here.ok ? here.value.home : stateHome(env, null),
    clone: here.ok ? ok(cloneOf(here.value)) : here,
    close: async () => {
      if (here.ok) await here.value.close();
    },
  };
}

/** Where nobody stands in a clone, git's config says less, and so do we. */
async function shippingFacts(directory: string, env: Env, here: Here | null): Promise<ShippingFacts> {
  const outside = here === null ? await settingsAt(directory, env) : ok(here.entries);
  const entries = outside.ok ? outside.value : [];
  const home = here?.home ?? stateHome(env, null);
  const place = { entries, env, home, repo: here?.commonDir ?? null, directory };
  const { secretFor, shippingStanding } = await import('./ship.ts');
  const { shipping, standings } = await shippingStanding(place);
  const destinations = standings.map(async ({ destination, lag, progress }) => ({
    ...progress,
    destination,
    lag,
    secret: destination.kind === 'webhook' ? await secretFor(place, destination.url) : null,
  }));
  return { shipping, destinations: await Promise.all(destinations) };
}

function cloneOf(here: Here): DoctorClone {
  const { entries, place, spool, worker } = here;
  return { ports: here.installPorts(), entries, place, spool, worker };
}
