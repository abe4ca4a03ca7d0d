// The adapters for a clone that is gone, or for none: no worktrees, no rules, no spool; only what the ledger holds of it.
import { randomUUID } from 'node:crypto';
import { CONFIG_FILES, findConfigFile } from '../adapters/config/find-config.ts';
import { configReader } from '../adapters/config/read-config.ts';
import { openAuditLog } from '../adapters/disk/audit-log.ts';
import { openState } from '../adapters/disk/state.ts';
import { gitEnvironment } from '../adapters/git/environment.ts';
import { openRepository } from '../adapters/git/repository.ts';
import { randomIds, systemClock } from '../adapters/process/clock.ts';
import type { Failure } from '../core/failure.ts';
import { ok, type Result } from '../core/result.ts';
import type { ConfigEntry } from '../core/settings.ts';
import type { Ports, Progress } from '../flow/ports.ts';
import { VERSION } from '../version.ts';
import { notifierFor } from './clone.ts';
import { openConnector } from './connector.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface Gone {
  /** Where it was; empty for no clone at all. */
  readonly commonDir: string;
  /** As its leases name it, for the log. */
  readonly repo: string;
  /** Git's config as far as it could be read. Only what the machine's owner set counts, as who hears of what is owed. */
  readonly known: readonly ConfigEntry[];
}

export interface Nowhere {
  readonly ports: Ports;
  readonly entries: readonly ConfigEntry[];
  close(): Promise<void>;
}

export function openNowhere(
  { commonDir, repo, known }: Gone,
  home: string,
  env: Env,
  named: string | null = null,
): Nowhere {
  const progress: Progress = { heads: {}, open: [], unlogged: [] };
  const claim = { lines: [], progress, commit: () => Promise.resolve(ok(undefined)) };
  // Nothing of it is pinned, so nothing is ever granted from here.
  const entries = [
    ...known.filter(({ scope }) => scope === 'system' || scope === 'global'),
    ...(repo === '' ? [] : [{ scope: 'local', key: 'scim-hook.repository', value: repo }]),
  ];
  const connector = openConnector(env, { directory: home, entries: () => entries, named });
  return {
    entries,
    close: () => connector.close(),
    ports: {
      clock: systemClock,
      ids: randomIds,
      random: Math.random,
      repository: {
        commonDir,
        worktrees: () => Promise.resolve(ok([])),
        settings: () => Promise.resolve(ok(entries)),
        policy: (pin) => Promise.resolve(ok({ state: 'ref-gone', ref: pin })),
        branches: () => Promise.resolve(ok([])),
        renames: () => Promise.resolve([]),
        reflog: () => Promise.resolve(null),
        movedAt: () => Promise.resolve(null),
        committed: () => Promise.resolve(ok(null)),
      },
      config: configReader,
      spool: { claim: () => Promise.resolve(ok(claim)) },
      state: openState(home, randomUUID),
      audit: openAuditLog(home, systemClock, VERSION),
      connector,
      notifier: notifierFor(env, home),
    },
  };
}

/** Git's config where no clone is needed for it. */
export const settingsAt = (directory: string, env: Env): Promise<Result<readonly ConfigEntry[], Failure>> =>
  openRepository({
    commonDir: directory,
    env: gitEnvironment(env),
    files: CONFIG_FILES,
    readWorktreeFile: findConfigFile,
  }).settings();
