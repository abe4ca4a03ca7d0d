// Before a worker goes: what ended in other clones meanwhile, where nobody switches, is found and given back.
import type { Lease } from '../core/lease.ts';
import { ok } from '../core/result.ts';
import { type ClonePlace, type ClonesPorts, type IsLost, visitClones } from './clones.ts';
import { readLedger } from './prepare.ts';
import { type Settled, settle } from './settle.ts';

/** `own`: the worker's clone, which it has just seen to. Nobody waits for this, and what fails is the next one's. */
export async function tend(ports: ClonesPorts, own: string): Promise<void> {
  const known = await readLedger(ports);
  const elsewhere = ({ commonDir }: { readonly commonDir: string }): boolean => commonDir !== own;
  if (!known.ok || ![...known.value.leases, ...(known.value.groups ?? [])].some(elsewhere)) return;
  await visitClones<Settled | null>(ports, {
    do: async (place, isLost) =>
      (await hasEnded(place, isLost, own))
        ? settle(place.ports, place.entries, { kind: 'sweep', isLost })
        : ok(null),
    hasWork: () => false,
  });
}

/** Looked at with git alone, so that a clone in which nothing ended costs no request. */
async function hasEnded({ ports }: ClonePlace, isLost: IsLost, own: string): Promise<boolean> {
  const { commonDir } = ports.repository;
  if (commonDir === own) return false;
  const [ledger, worktrees, branches] = await Promise.all([
    readLedger(ports),
    ports.repository.worktrees(),
    ports.repository.branches(),
  ]);
  if (!ledger.ok || !worktrees.ok || !branches.ok) return false;
  const there = new Map(branches.value.map((branch) => [branch.name, branch]));
  const isOver = (lease: Lease): boolean =>
    isLost(lease, worktrees.value) ||
    (lease.until !== 'switch' && !there.has(lease.branch)) ||
    (lease.until === 'upstream-deleted' && there.get(lease.branch)?.upstreamGone === true);
  const here = (of: { readonly commonDir: string }): boolean => of.commonDir === commonDir;
  return (
    ledger.value.leases.filter(here).some(isOver) ||
    (ledger.value.groups ?? []).filter(here).some(({ branch }) => !there.has(branch))
  );
}
