// Chooses the adapters for one clone. The worker and the command line open it the same way.
import { randomUUID } from 'node:crypto';
import { CONFIG_FILES, findConfigFile } from '../adapters/config/find-config.ts';
import { configReader } from '../adapters/config/read-config.ts';
import { openAuditLog } from '../adapters/disk/audit-log.ts';
import { openSpool } from '../adapters/disk/spool.ts';
import { openState } from '../adapters/disk/state.ts';
import { carriedBy } from '../adapters/git/embedded.ts';
import { type Environment, gitEnvironment, personalEnvironment } from '../adapters/git/environment.ts';
import { openRepository } from '../adapters/git/repository.ts';
import { randomIds, systemClock } from '../adapters/process/clock.ts';
import { spoolDirectory, stateHome } from '../adapters/process/places.ts';
import type { Failure } from '../core/failure.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { type ConfigEntry, readSettings } from '../core/settings.ts';
import type { SealedLog } from '../flow/log-ports.ts';
import type { AuditLog, ConfigReader, Notifier, Ports, Repository } from '../flow/ports.ts';
import { VERSION } from '../version.ts';
import { type OpenConnector, openConnector } from './connector.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface Clone {
  readonly repository: Repository;
  readonly gitEnv: Environment;
  /** Kept over wake-ups: connections stay warm. */
  readonly connector: OpenConnector;
  /** Everything for one wake-up: git's config is read anew, and the state directory is where it says. */
  open(): Promise<Result<Opened, Failure>>;
}

export interface Opened {
  readonly ports: Ports;
  readonly entries: readonly ConfigEntry[];
  readonly home: string;
  /** The audit log of the ports, with what keeps it small. */
  readonly log: AuditLog & SealedLog;
}

export interface CloneOptions {
  /** The command line's reader also says where in the file a fault is. */
  readonly config?: ConfigReader;
  /** The one endpoint that the environment says its token is for. */
  readonly named?: string | null;
}

export function openClone(
  commonDir: string,
  env: Env,
  { config = configReader, named = null }: CloneOptions = {},
): Clone {
  const gitEnv = gitEnvironment(env);
  const repository = openRepository({
    commonDir,
    env: gitEnv,
    files: CONFIG_FILES,
    readWorktreeFile: findConfigFile,
  });
  const spool = openSpool(spoolDirectory(commonDir));
  let known: readonly ConfigEntry[] = [];
  const connector = openConnector(env, { directory: commonDir, entries: () => known, named });
  return {
    repository,
    gitEnv,
    connector,
    open: async () => {
      const top = await carriedBy(commonDir, gitEnv);
      if (top !== null) return fail({ code: 'embedded-repository', gitDir: commonDir, top });
      const entries = await repository.settings();
      if (!entries.ok) return entries;
      known = entries.value;
      const home = stateHome(env, readSettings(entries.value).home);
      const log = openAuditLog(home, systemClock, VERSION);
      const ports: Ports = {
        clock: systemClock,
        ids: randomIds,
        random: Math.random,
        repository,
        config,
        spool,
        connector,
        state: openState(home, randomUUID),
        audit: log,
        notifier: notifierFor(env, home),
      };
      return ok({ ports, entries: entries.value, home, log });
    },
  };
}

/** Loaded only when there is something to tell. */
export const notifierFor = (env: Env, directory: string): Notifier => ({
  tell: async (command, notice) => {
    const { openNotifier } = await import('../adapters/process/notifier.ts');
    return openNotifier({ env: personalEnvironment(env), directory }).tell(command, notice);
  },
});
