// Leases: who holds what a branch gives, from where and until when. All time and identity come in as arguments.
import type { Config } from './config.ts';
import { decide, type Grant, unite, type Want } from './policy.ts';
import type { Until } from './vocabulary.ts';

/** The policy commit and blob that decided; the commit is null where the file is in no commit yet. */
export interface PolicyVersion {
  readonly commit: string | null;
  readonly blob: string;
}

/** A checkout: identified by its git dir, which `git worktree move` leaves alone; the path is for people. */
export interface Place {
  readonly gitDir: string;
  readonly path: string;
}

export interface Lease {
  readonly id: string;
  readonly endpoint: string;
  readonly subject: string;
  readonly subjectId: string;
  readonly device: string;
  readonly repo: string;
  /** The clone: two clones of one repository on one machine are two holders. */
  readonly commonDir: string;
  /** Null: the lease belongs to the repository, not to one checkout of it. */
  readonly worktree: Place | null;
  readonly branch: string;
  readonly rules: readonly string[];
  readonly until: Until;
  /** Milliseconds; what a renewal gives again. */
  readonly lifetime: number | null;
  /** `hand`: by `sync --branch`, so a switch doesn't end it. */
  readonly by: 'checkout' | 'hand';
  /** The one run of `scim-hook run` that it belongs to, and ends with; two runs on one branch share nothing. */
  readonly run?: string;
  /** Milliseconds since the epoch. */
  readonly granted: number;
  readonly expires: number | null;
  /** The event that granted or last renewed it. */
  readonly event: string;
  readonly policy: PolicyVersion;
  /** As last worked out from the rules; for the leases of other repositories this is all that is known here. */
  readonly wants: readonly Want[];
}

/** What every lease granted in one wake-up has in common. */
export type Terms = Pick<
  Lease,
  'endpoint' | 'subject' | 'subjectId' | 'device' | 'repo' | 'commonDir' | 'policy'
>;

export interface Entry {
  readonly place: Place;
  readonly branch: string;
  readonly by: Lease['by'];
  readonly run?: string | undefined;
  readonly event: string;
  readonly now: number;
  readonly newId: () => string;
}

export interface Transition {
  readonly leases: readonly Lease[];
  readonly ended: readonly Lease[];
  /** New or renewed. */
  readonly granted: readonly Lease[];
}

const sameWorktree = (lease: Lease, gitDir: string): boolean => lease.worktree?.gitDir === gitDir;

/** The checkout is on `branch` now (null: on none), so what other branches gave it as long as it stayed there ends. */
export function leave(leases: readonly Lease[], gitDir: string, branch: string | null): Transition {
  return partition(
    leases,
    (lease) =>
      sameWorktree(lease, gitDir) &&
      lease.by === 'checkout' &&
      lease.until === 'switch' &&
      lease.branch !== branch,
  );
}

/** Grants, or renews, what the branch gives. A renewal decides anew: what no rule gives any more ends. */
export function enter(
  leases: readonly Lease[],
  entry: Entry,
  terms: Terms,
  grants: readonly Grant[],
): Transition {
  const mine = (lease: Lease): boolean =>
    lease.commonDir === terms.commonDir &&
    lease.branch === entry.branch &&
    lease.by === entry.by &&
    lease.run === entry.run &&
    lease.endpoint === terms.endpoint &&
    lease.subjectId === terms.subjectId &&
    (lease.worktree === null || sameWorktree(lease, entry.place.gitDir));
  const granted = byTerm(entry.run === undefined ? grants : forRun(grants)).map(
    ({ until, lifetime, grants: together }) => {
      const worktree = until === 'switch' ? entry.place : null;
      const old = leases.find(
        (lease) =>
          mine(lease) &&
          lease.until === until &&
          lease.lifetime === lifetime &&
          (lease.worktree === null) === (worktree === null),
      );
      return {
        ...terms,
        id: old?.id ?? entry.newId(),
        worktree,
        branch: entry.branch,
        rules: together.map((grant) => grant.rule.name),
        until,
        lifetime,
        by: entry.by,
        ...(entry.run === undefined ? {} : { run: entry.run }),
        granted: old?.granted ?? entry.now,
        expires: lifetime === null ? null : entry.now + lifetime,
        event: entry.event,
        wants: unite(together),
      };
    },
  );
  const kept = new Set(granted.map((lease) => lease.id));
  const rest = partition(leases, mine);
  return {
    leases: [...rest.leases, ...granted],
    ended: rest.ended.filter((lease) => !kept.has(lease.id)),
    granted,
  };
}

/** Milliseconds that a run which was killed may hold something for which its rules name no time. */
const LONGEST_RUN = 12 * 3_600_000;

/** A run's lease ends with the run, and by its time at the latest: neither a switch nor a branch ends it. */
const forRun = (grants: readonly Grant[]): Grant[] =>
  grants.map((grant) => ({
    ...grant,
    rule: { ...grant.rule, until: 'switch', lifetime: grant.rule.lifetime ?? LONGEST_RUN },
  }));

/** Rules that end together share a lease. */
function byTerm(grants: readonly Grant[]): { until: Until; lifetime: number | null; grants: Grant[] }[] {
  const terms = new Map<string, { until: Until; lifetime: number | null; grants: Grant[] }>();
  for (const grant of grants) {
    const { until, lifetime } = grant.rule;
    const key = `${until} ${lifetime}`;
    const term = terms.get(key) ?? { until, lifetime, grants: [] };
    term.grants.push(grant);
    terms.set(key, term);
  }
  return [...terms.values()];
}

/**
 * What live leases give follows the rules as they are now (DESIGN section 4). A rule that was added since comes with
 * the next renewal only; one that is gone, or no longer matches, stops giving at once.
 */
export function redecide(
  leases: readonly Lease[],
  commonDir: string,
  config: Config,
  policy: PolicyVersion,
): Transition {
  const decided = leases.map((lease) => {
    if (lease.commonDir !== commonDir) return lease;
    const grants = decide(config, lease.branch).filter((grant) => lease.rules.includes(grant.rule.name));
    return { ...lease, policy, rules: grants.map((grant) => grant.rule.name), wants: unite(grants) };
  });
  return partition(decided, (lease) => lease.commonDir === commonDir && lease.rules.length === 0);
}

/** `now`: in milliseconds since the epoch, by the clock that a lease runs out by. */
export const expire = (leases: readonly Lease[], now: (lease: Lease) => number): Transition =>
  partition(leases, (lease) => lease.expires !== null && lease.expires <= now(lease));

/** Ends what the person, or the end of what it was bound to, takes back. */
export const end = (leases: readonly Lease[], ends: (lease: Lease) => boolean): Transition =>
  partition(leases, ends);

function partition(leases: readonly Lease[], ends: (lease: Lease) => boolean): Transition {
  return {
    leases: leases.filter((lease) => !ends(lease)),
    ended: leases.filter(ends),
    granted: [],
  };
}
