// How things stand here: whether git would run the hook, what is trusted, what is held, and what waits. Reads only.

import type { AuditLine } from '../core/audit-record.ts';
import { type OpenEvent, workedOn } from '../core/event.ts';
import type { Failure } from '../core/failure.ts';
import type { HookState, HookWay } from '../core/hook-place.ts';
import { EMPTY_LEDGER, type Ledger } from '../core/ledger.ts';
import { ok, type Result } from '../core/result.ts';
import type { ConfigEntry } from '../core/settings.ts';
import type { InstallPorts } from './install.ts';
import { hookState } from './place-hook.ts';
import { type Standing, takeStanding } from './standing.ts';

export interface Survey {
  readonly standing: Standing;
  readonly hook: { readonly path: string; readonly state: HookState; readonly how: HookWay | null };
  readonly branch: string | null;
  readonly ledger: Ledger;
  /** Lines of the spool that nobody has read yet. */
  readonly waiting: number;
  readonly open: readonly OpenEvent[];
  /** The closing line of the last event of this repository. */
  readonly last: AuditLine | null;
}

export async function survey(
  ports: InstallPorts,
  entries: readonly ConfigEntry[],
  gitDir: string,
): Promise<Result<Survey, Failure>> {
  const [standing, hook, claim, read] = await Promise.all([
    takeStanding(ports, entries),
    hookState(ports),
    ports.spool.claim(),
    ports.state.readLedger(),
  ]);
  if (!standing.ok) return standing;
  if (!hook.ok) return hook;
  if (!claim.ok) return claim;
  if (!read.ok) return read;
  const here = standing.value.worktrees.find((worktree) => worktree.place.gitDir === gitDir);
  return ok({
    standing: standing.value,
    hook: hook.value,
    branch: here === undefined ? null : workedOn(here.head),
    ledger: read.value ?? EMPTY_LEDGER,
    waiting: claim.value.lines.length,
    open: claim.value.progress.open,
    last: await lastClosing(ports, standing.value.repo),
  });
}

/** Not further back than this many lines: the last outcome is of yesterday at most, or of no interest. */
const LOOK_BACK = 2_000;

async function lastClosing({ audit }: InstallPorts, repo: string): Promise<AuditLine | null> {
  let looked = 0;
  for await (const line of audit.readBack()) {
    if (line.kind === 'sync' && line.repo === repo) return line;
    looked += 1;
    if (looked >= LOOK_BACK) break;
  }
  return null;
}
