// What `sweep` and `reconcile` need: the ledger of this person, and each clone that it names, there or gone.
import { openAuditLog } from '../adapters/disk/audit-log.ts';
import { gitEnvironment } from '../adapters/git/environment.ts';
import { isClone } from '../adapters/git/locate.ts';
import { stateHome } from '../adapters/process/places.ts';
import { isRunning } from '../adapters/process/run-mark.ts';
import { parseEndpoint } from '../core/endpoint.ts';
import type { Failure } from '../core/failure.ts';
import { repositoryId } from '../core/repository-id.ts';
import { ok, type Result } from '../core/result.ts';
import { readSettings } from '../core/settings.ts';
import { isShippingSet } from '../core/ship/settings.ts';
import type { ClonesPorts } from '../flow/clones.ts';
import type { SweepPorts } from '../flow/sweep.ts';
import { VERSION } from '../version.ts';
import { openClone } from './clone.ts';
import { type Here, openHere } from './here.ts';
import { openNowhere, settingsAt } from './nowhere.ts';
import { retainLog } from './retain.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface Clones extends SweepPorts {
  /** What was logged `since`, where a destination is set: for cron and CI, where no worker may come for a long time. */
  ship(since: number): Promise<void>;
}

/** Milliseconds. */
const SHIPPING = 5_000;

export async function openClones(cwd: string, env: Env): Promise<Result<Clones, Failure>> {
  const here = await openHere(cwd, env);
  if (!here.ok && here.failure.code === 'git-missing') return here;
  // In a clone, the state directory that it was installed with; elsewhere the environment's.
  const home = here.ok ? here.value.home : stateHome(env, null);
  const named = endpointNamed(env);
  const gitEnv = gitEnvironment(env);
  const outside = here.ok ? ok(here.value.entries) : await settingsAt(cwd, env);
  // Where it can't be read, what can be given back still is.
  const known = outside.ok ? outside.value : [];
  const { state, clock } = openNowhere({ commonDir: '', repo: '', known }, home, env).ports;
  const log = openAuditLog(home, clock, VERSION);
  return ok({
    state,
    audit: log,
    clock,
    isRunning,
    ship: async (since) => {
      if (!isShippingSet(known, env)) return;
      const repo = here.ok ? here.value.commonDir : null;
      const { shipWithin } = await import('./ship.ts');
      await shipWithin({ entries: known, env, home, repo, directory: cwd }, since, SHIPPING);
    },
    retain: () => retainLog({ state, clock, log }, { entries: known, home }, env),
    here: here.ok ? installed(here.value) : null,
    isClone: (commonDir) => isClone(commonDir, gitEnv),
    open: async (commonDir) => {
      const clone = openClone(commonDir, env, { named });
      const opened = await clone.open();
      return opened.ok ? ok({ ...opened.value, close: () => clone.connector.close() }) : opened;
    },
    openNowhere: (commonDir, repo) => openNowhere({ commonDir, repo, known }, home, env, named),
  });
}

const installed = ({ commonDir, entries }: Here): ClonesPorts['here'] =>
  readSettings(entries).pins === null ? null : { commonDir, repo: repositoryId(entries) ?? '' };

/**
 * Where a run in CI was killed, nothing is pinned that the environment's token could be for: the environment says it,
 * as it did to the run. What is given back is bound to the ledger's endpoint all the same.
 */
function endpointNamed(env: Env): string | null {
  const parsed = parseEndpoint(env['SCIM_HOOK_ENDPOINT'] ?? '');
  return parsed.ok ? parsed.value : null;
}
