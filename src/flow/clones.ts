// Each clone that the ledger knows, one after the other, those that are gone last; what fails in one keeps no other waiting.
import type { Failure } from '../core/failure.ts';
import type { Lease } from '../core/lease.ts';
import type { Ledger } from '../core/ledger.ts';
import { ok, type Result } from '../core/result.ts';
import type { ConfigEntry } from '../core/settings.ts';
import type { Ports, Worktree } from './ports.ts';
import { readLedger } from './prepare.ts';

export interface ClonePlace {
  readonly ports: Ports;
  readonly entries: readonly ConfigEntry[];
  close(): Promise<void>;
}

export interface ClonesPorts {
  readonly state: Ports['state'];
  readonly audit: Ports['audit'];
  readonly clock: Ports['clock'];
  /** The clone somebody stands in, if scim-hook is installed there. */
  readonly here: { readonly commonDir: string; readonly repo: string } | null;
  /** Whether the clone is still there; a failure where nobody can tell. */
  isClone(commonDir: string): Promise<Result<boolean, Failure>>;
  open(commonDir: string): Promise<Result<ClonePlace, Failure>>;
  /** For a clone that is gone, or none: it can give back, and grants nothing. */
  openNowhere(commonDir: string, repo: string): ClonePlace;
  /** Whether the run with this mark still lives. */
  isRunning(mark: string): boolean;
}

export interface Visited<T> {
  /** The clone's common git dir; null where no clone was needed. */
  readonly commonDir: string | null;
  readonly repo: string;
  readonly gone: boolean;
  readonly done: Result<T, Failure>;
}

export type IsLost = (lease: Lease, worktrees: readonly Worktree[]) => boolean;

export interface Visit<T> {
  /** `isLost`: whether what a lease was for is gone. */
  do(place: ClonePlace, isLost: IsLost): Promise<Result<T, Failure>>;
  /** Whether anything is left that no clone saw to. */
  hasWork(ledger: Ledger, now: number): boolean;
}

/** `besides`: a clone that is visited even where the ledger doesn't know it. */
export async function visitClones<T>(
  ports: ClonesPorts,
  visit: Visit<T>,
  besides: ClonesPorts['here'] = null,
): Promise<Result<readonly Visited<T>[], Failure>> {
  const known = await readLedger(ports);
  if (!known.ok) return known;
  const clones = new Map([
    ...(besides === null ? [] : [[besides.commonDir, besides.repo] as const]),
    // What is known of a group alone doesn't say which repository it was.
    ...(known.value.groups ?? []).map(({ commonDir }) => [commonDir, ''] as const),
    ...known.value.leases.map(({ commonDir, repo }) => [commonDir, repo] as const),
  ]);
  const visited: Visited<T>[] = [];
  const gone: [commonDir: string, repo: string][] = [];
  for (const [commonDir, repo] of clones) {
    const there = await ports.isClone(commonDir);
    if (!there.ok) visited.push({ commonDir, repo, gone: false, done: there });
    else if (!there.value) gone.push([commonDir, repo]);
    else visited.push({ commonDir, repo, gone: false, done: await visitClone(ports, visit, commonDir) });
  }
  for (const [commonDir, repo] of gone) {
    const isLost = (lease: Lease): boolean =>
      lease.commonDir === commonDir && (lease.run === undefined || !ports.isRunning(lease.run));
    const done = await visitIn(ports.openNowhere(commonDir, repo), visit, isLost);
    visited.push({ commonDir, repo, gone: true, done });
  }
  // Whoever was visited saw to what is open beyond its own clone as well.
  if (visited.some(({ done }) => done.ok)) return ok(visited);
  const left = await readLedger(ports);
  if (!left.ok) return left;
  if (!visit.hasWork(left.value, ports.clock.now())) return ok(visited);
  const done = await visitIn(ports.openNowhere('', ''), visit, () => false);
  return ok([...visited, { commonDir: null, repo: '', gone: false, done }]);
}

async function visitClone<T>(
  ports: ClonesPorts,
  visit: Visit<T>,
  commonDir: string,
): Promise<Result<T, Failure>> {
  const place = await ports.open(commonDir);
  if (!place.ok) return place;
  const isLost: IsLost = (lease, worktrees) => {
    if (lease.commonDir !== commonDir) return false;
    if (lease.run !== undefined) return !ports.isRunning(lease.run);
    const { worktree } = lease;
    return worktree !== null && !worktrees.some(({ place: { gitDir } }) => gitDir === worktree.gitDir);
  };
  return visitIn(place.value, visit, isLost);
}

async function visitIn<T>(place: ClonePlace, visit: Visit<T>, isLost: IsLost): Promise<Result<T, Failure>> {
  try {
    return await visit.do(place, isLost);
  } finally {
    await place.close();
  }
}
