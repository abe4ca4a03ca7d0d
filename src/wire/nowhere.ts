// The adapters for a clone that is gone, or for none: no worktrees, no rules, no spool; only what the ledger holds of it.
import { randomUUID } from 'node:crypto';
import { configReader } from '../adapters/config/read-config.ts';
import { openAuditLog } from '../adapters/disk/audit-log.ts';
import { openState } from '../adapters/disk/state.ts';
import { randomIds, systemClock } from '../adapters/process/clock.ts';
import { ok } from '../core/result.ts';
import type { ConfigEntry } from '../core/settings.ts';
import type { Ports, Progress } from '../flow/ports.ts';
import { VERSION } from '../version.ts';
import { notifierFor } from './clone.ts';
import { openConnector } from './connector.ts';

export interface Gone {
  /** Where it was; empty for no clone at all. */
  readonly commonDir: string;
  /** As its leases name it, for the log. */
  readonly repo: string;
}

export interface Nowhere {
  readonly ports: Ports;
  readonly entries: readonly ConfigEntry[];
  close(): Promise<void>;
}

export function openNowhere(
  { commonDir, repo }: Gone,
  home: string,
  env: Readonly<Record<string, string | undefined>>,
  named: string | null = null,
): Nowhere {
  const progress: Progress = { heads: {}, open: [], unlogged: [] };
  const claim = { lines: [], progress, commit: () => Promise.resolve(ok(undefined)) };
  // Nothing of it is pinned, so nothing is ever granted from here.
  const entries = repo === '' ? [] : [{ scope: 'local', key: 'scim-hook.repository', value: repo }];
  const connector = openConnector(env, home, named);
  return {
    entries,
    close: () => connector.close(),
    ports: {
      clock: systemClock,
      ids: randomIds,
      repository: {
        commonDir,
        worktrees: () => Promise.resolve(ok([])),
        settings: () => Promise.resolve(ok(entries)),
        policy: (pin) => Promise.resolve(ok({ state: 'ref-gone', ref: pin })),
        branches: () => Promise.resolve(ok([])),
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
