// A wake-up of every clone the ledger knows, and of those that are gone: what expired or lost its reason is given back.
import type { Failure } from '../core/failure.ts';
import type { Lease } from '../core/lease.ts';
import { isOurs, type Ledger } from '../core/ledger.ts';
import { ok, type Result } from '../core/result.ts';
import type { ConfigEntry } from '../core/settings.ts';
import type { Ports, Worktree } from './ports.ts';
import { readLedger } from './prepare.ts';
import { type Settled, settle } from './settle.ts';

export interface SweepPlace {
  readonly ports: Ports;
  readonly entries: readonly ConfigEntry[];
  close(): Promise<void>;
}

export interface SweepPorts {
  readonly state: Ports['state'];
  readonly audit: Ports['audit'];
  readonly clock: Ports['clock'];
  /** Whether the clone is still there; a failure where nobody can tell. */
  isClone(commonDir: string): Promise<Result<boolean, Failure>>;
  open(commonDir: string): Promise<Result<SweepPlace, Failure>>;
  /** For a clone that is gone, or none: it can give back, and grants nothing. */
  openNowhere(commonDir: string, repo: string): SweepPlace;
  /** Whether the run with this mark still lives. */
  isRunning(mark: string): boolean;
}

export interface Swept {
  /** The clone's common git dir; null where no clone was needed. */
  readonly commonDir: string | null;
  readonly repo: string;
  readonly gone: boolean;
  readonly done: Result<Settled, Failure>;
}

/** One after the other, each for itself: what fails in one clone keeps no other from giving back. */
export async function sweep(ports: SweepPorts): Promise<Result<readonly Swept[], Failure>> {
  const known = await readLedger(ports);
  if (!known.ok) return known;
  const clones = new Map([
    // What is known of a group alone doesn't say which repository it was.
    ...(known.value.groups ?? []).map(({ commonDir }) => [commonDir, ''] as const),
    ...known.value.leases.map(({ commonDir, repo }) => [commonDir, repo] as const),
  ]);
  const swept: Swept[] = [];
  const gone: [commonDir: string, repo: string][] = [];
  for (const [commonDir, repo] of clones) {
    const there = await ports.isClone(commonDir);
    if (!there.ok) swept.push({ commonDir, repo, gone: false, done: there });
    else if (!there.value) gone.push([commonDir, repo]);
    else swept.push({ commonDir, repo, gone: false, done: await sweepClone(ports, commonDir) });
  }
  for (const [commonDir, repo] of gone) {
    const isLost = (lease: Lease): boolean =>
      lease.commonDir === commonDir && (lease.run === undefined || !ports.isRunning(lease.run));
    const done = await settleIn(ports.openNowhere(commonDir, repo), isLost);
    swept.push({ commonDir, repo, gone: true, done });
  }
  // Whoever settled, settled what was open beyond its own clone as well.
  if (swept.some(({ done }) => done.ok)) return ok(swept);
  const left = await readLedger(ports);
  if (!left.ok) return left;
  if (!hasWork(left.value, ports.clock.now())) return ok(swept);
  const done = await settleIn(ports.openNowhere('', ''), () => false);
  return ok([...swept, { commonDir: null, repo: '', gone: false, done }]);
}

async function sweepClone(ports: SweepPorts, commonDir: string): Promise<Result<Settled, Failure>> {
  const place = await ports.open(commonDir);
  if (!place.ok) return place;
  return settleIn(place.value, (lease, worktrees) => {
    if (lease.commonDir !== commonDir) return false;
    if (lease.run !== undefined) return !ports.isRunning(lease.run);
    const { worktree } = lease;
    return worktree !== null && !worktrees.some(({ place: { gitDir } }) => gitDir === worktree.gitDir);
  });
}

async function settleIn(
  { ports, entries, close }: SweepPlace,
  isLost: (lease: Lease, worktrees: readonly Worktree[]) => boolean,
): Promise<Result<Settled, Failure>> {
  try {
    return await settle(ports, entries, { kind: 'sweep', isLost });
  } finally {
    await close();
  }
}

const hasWork = ({ leases, holdings, groups = [] }: Ledger, now: number): boolean =>
  groups.some(({ over }) => over) ||
  leases.some(({ expires }) => expires !== null && expires <= now) ||
  holdings.some((holding) => isOurs(holding) && (holding.state !== 'held' || leases.length === 0));
