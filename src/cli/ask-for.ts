// What `sync` and `plan` are asked for: the worktree somebody stands in, or a named branch by hand.
import { workedOn } from '../core/event.ts';
import type { Failure } from '../core/failure.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { readSettings } from '../core/settings.ts';
import type { Ask } from '../flow/prepare.ts';
import type { Here } from '../wire/here.ts';
import { requireTrust } from './context.ts';

export type ManualAsk = Ask & { readonly kind: 'manual' };

/** The current branch, or a lease by hand for a named one. */
export async function askFor(here: Here, branch: string | undefined): Promise<Result<ManualAsk, Failure>> {
  const { pins, misspelled } = readSettings(here.entries);
  if (misspelled !== null) return fail({ code: 'endpoint-invalid', ...misspelled });
  const trusted = requireTrust(pins !== null);
  if (!trusted.ok) return trusted;
  if (branch !== undefined) {
    if (!(await here.git.isBranchName(branch))) return fail({ code: 'bad-branch', branch });
    return ok({ kind: 'manual', place: here.place, branch, byHand: true });
  }
  const worktrees = await here.ports.repository.worktrees();
  if (!worktrees.ok) return worktrees;
  const mine = worktrees.value.find((worktree) => worktree.place.gitDir === here.place.gitDir);
  return ok({
    kind: 'manual',
    place: here.place,
    branch: mine === undefined ? null : workedOn(mine.head),
    byHand: false,
  });
}
