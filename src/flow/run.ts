// Access for one command: taken before it starts, given back when it ends, and shared with no other run.
import type { Failure } from '../core/failure.ts';
import type { Lease, Place } from '../core/lease.ts';
import type { Holding, Item } from '../core/ledger.ts';
import { ok, type Result } from '../core/result.ts';
import { backoff } from '../core/retry.ts';
import type { ConfigEntry } from '../core/settings.ts';
import type { Target } from '../core/target.ts';
import type { Reason } from '../core/vocabulary.ts';
import type { Ports } from './ports.ts';
import { type Settled, settle } from './settle.ts';
import type { Standing } from './standing.ts';
import type { ChangeReport } from './verdict.ts';

export interface Run {
  /** Nobody else's: what belongs to this run is known by it. */
  readonly mark: string;
  readonly place: Place;
  readonly branch: string;
  readonly random: () => number;
  /** Somebody wants it to end: no further try is made. */
  readonly isStopped: () => boolean;
  readonly waited: () => void;
}

export interface Taken {
  readonly settled: Settled;
  readonly leases: readonly Lease[];
  /** Why the branch gives nothing at all, if so. */
  readonly none: Reason | null;
  /** What its leases want and could not be had, each with its reason. */
  readonly lacking: readonly ChangeReport[];
  /** Audit mode: what would have been granted. */
  readonly would: readonly ChangeReport[];
}

/** Milliseconds where no config says. */
const DEADLINE = 15_000;

const deadlineOf = ({ policy }: Standing): number =>
  policy.state === 'trusted' ? policy.config.deadline : DEADLINE;

export async function takeAccess(
  ports: Ports,
  entries: readonly ConfigEntry[],
  run: Run,
): Promise<Result<Taken, Failure>> {
  const started = ports.clock.now();
  const { place, branch, mark } = run;
  for (let attempt = 0; ; attempt++) {
    const ask = { kind: 'manual', place, branch, byHand: true, run: mark } as const;
    const settled = await settle(ports, entries, ask, run.waited);
    if (!settled.ok) return settled;
    const taken = judge(settled.value, mark);
    const waiting = taken.lacking.some(({ outcome }) => outcome === 'pending') && settled.value.again;
    const late = ports.clock.now() - started > deadlineOf(settled.value.standing);
    if (!waiting || late || run.isStopped()) return ok(taken);
    await ports.clock.pause(backoff(attempt, run.random(), null));
  }
}

function judge(settled: Settled, mark: string): Taken {
  const leases = settled.ledger.leases.filter((lease) => lease.run === mark);
  const mine = settled.reports.filter(({ change }) => change.op === 'add' && isWanted(leases, change.item));
  return {
    settled,
    leases,
    none: leases.length === 0 ? whyNone(settled.standing) : null,
    lacking: mine.filter(({ outcome }) => outcome !== 'applied' && outcome !== 'would'),
    would: mine.filter(({ outcome }) => outcome === 'would'),
  };
}

function whyNone({ settings: { mode }, policy }: Standing): Reason {
  if (mode === 'off' || mode === 'release-only') return 'off';
  if (policy.state === 'trusted' || policy.state === 'file-gone') return 'no-rule';
  return policy.state === 'invalid' ? 'invalid-config' : 'untrusted';
}

const isWanted = (leases: readonly Lease[], item: Item): boolean =>
  leases.some((lease) => lease.wants.some(({ target }) => isFor(target, item)));

/** By whichever of its names a rule knows a group: in doubt it is, and the command doesn't run on half its access. */
const isFor = (target: Target, item: Item): boolean =>
  target.kind === item.kind && [item.name, item.id, item.externalId].includes(target.name);

export interface GivenBack {
  /** What the directory has not taken back yet. It stays in the ledger, and is tried again. */
  readonly owed: readonly Holding[];
  readonly failure: Failure | null;
}

/** Ends what belongs to the run. What another lease wants as well stays until that ends. */
export async function giveBack(
  ports: Ports,
  entries: readonly ConfigEntry[],
  { mark, branch, random, waited }: Run,
): Promise<Result<GivenBack, Failure>> {
  const started = ports.clock.now();
  const read = await ports.state.readLedger();
  const leases = read.ok ? (read.value?.leases ?? []).filter((lease) => lease.run === mark) : [];
  // A lease is in the ledger before anything is sent for it.
  if (read.ok && leases.length === 0) return ok({ owed: [], failure: null });
  for (let attempt = 0; ; attempt++) {
    const ask =
      attempt === 0 ? ({ kind: 'give-back', run: mark, branch } as const) : ({ kind: 'wake' } as const);
    const settled = await settle(ports, entries, ask, waited);
    if (!settled.ok) return settled;
    const { ledger, reports, again, standing } = settled.value;
    const owed = ledger.holdings.filter(({ state, item }) => state === 'owed' && isWanted(leases, item));
    const late = ports.clock.now() - started > deadlineOf(standing);
    if (owed.length === 0 || !again || late) {
      const why = reports.find((report) => report.outcome === 'owed' && report.failure !== undefined);
      return ok({ owed, failure: why?.failure ?? null });
    }
    await ports.clock.pause(backoff(attempt, random(), null));
  }
}
