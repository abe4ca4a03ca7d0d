// Ledger against directory in every clone: without a fix only looked at, with it one event a clone puts it right.
import type { Failure } from '../core/failure.ts';
import { type Holder, type Item, itemKey, type Ledger } from '../core/ledger.ts';
import type { Change } from '../core/plan.ts';
import { type Compared, compare, type Drifted } from '../core/reconcile.ts';
import { ok, type Result } from '../core/result.ts';
import { valueKey } from '../core/target.ts';
import { type ClonePlace, type ClonesPorts, type IsLost, type Visited, visitClones } from './clones.ts';
import type { Cache } from './ports.ts';
import { type Ask, readLedger } from './prepare.ts';
import { preview } from './preview.ts';
import { withoutPresence } from './recall.ts';
import { namesOf, type Seen } from './reconciling.ts';
import { settle } from './settle.ts';
import type { ChangeReport } from './verdict.ts';

type Came = Partial<Pick<ChangeReport, 'outcome' | 'reason' | 'verified' | 'failure'>>;

/** `outcome`: what came of putting it right, or what is known of that beforehand. */
export interface Finding extends Drifted, Came {
  readonly subject: string;
}

export interface Reconciled {
  /** As the clone itself says, which its leases may not. */
  readonly repo: string;
  readonly findings: readonly Finding[];
  readonly refused: readonly { readonly change: Change; readonly came: Came }[];
  readonly unverified: Compared['unverified'];
  readonly looked: readonly string[];
  /** What couldn't be looked at, or written down. */
  readonly failures: readonly Failure[];
}

export interface Reconciliation {
  readonly clones: readonly Visited<Reconciled>[];
  /** How many things were looked at, in all clones. */
  readonly looked: number;
  /** In the ledger, and looked at by no clone: nobody trusts the directory there any more, or it failed. */
  readonly unseen: readonly Item[];
}

export interface ReconcileOptions {
  readonly fix: boolean;
  /** Told of each clone as its look begins, and then how far it is. */
  readonly progress?: (commonDir: string, done: number, of: number) => void;
  readonly waited?: () => void;
}

export async function reconcile(
  ports: ClonesPorts,
  options: ReconcileOptions,
): Promise<Result<Reconciliation, Failure>> {
  const round = new Round(ports.clock.now(), options);
  const visit = {
    do: (place: ClonePlace, isLost: IsLost) => round.visit(place, isLost),
    hasWork: ({ holdings, groups = [] }: Ledger) => holdings.length + groups.length > 0,
  };
  const visited = await visitClones(ports, visit, ports.here);
  if (!visited.ok) return visited;
  const left = await readLedger(ports);
  if (!left.ok) return left;
  const clones = once(visited.value);
  const looked = new Set(clones.flatMap(({ done }) => (done.ok ? done.value.looked : [])));
  return ok({ clones, looked: looked.size, unseen: round.unseenOf(left.value) });
}

/** One reconcile, clone after clone: what one has seen, the next needn't look at again. */
class Round {
  private readonly since: number;
  private readonly options: ReconcileOptions;
  private readonly holders = new Set<string>();
  private cache: Cache | undefined;

  constructor(since: number, options: ReconcileOptions) {
    this.since = since;
    this.options = options;
  }

  async visit({ ports, entries }: ClonePlace, isLost: IsLost): Promise<Result<Reconciled, Failure>> {
    const { fix, progress, waited } = this.options;
    const seen: Seen[] = [];
    const { commonDir } = ports.repository;
    progress?.(commonDir, 0, 0);
    const ask: Ask = {
      kind: 'reconcile',
      isLost,
      since: this.since,
      note: (each) => seen.push(each),
      progress: (done, of) => progress?.(commonDir, done, of),
    };
    if (!fix) {
      this.cache ??= withoutPresence(await ports.state.readCache());
      const looked = await preview(ports, entries, ask, ask.progress, this.cache);
      if (!looked.ok) return looked;
      this.cache = looked.value.cache;
      return ok(this.judge(looked.value.prepared.standing.repo, seen, beforehand, []));
    }
    const settled = await settle(ports, entries, ask, waited);
    if (!settled.ok) return settled;
    const { reports, standing, unlogged } = settled.value;
    return ok(this.judge(standing.repo, seen, becoming(reports), unlogged === null ? [] : [unlogged]));
  }

  private judge(
    repo: string,
    seen: readonly Seen[],
    cameOf: (change: Change | null) => Came,
    failures: readonly Failure[],
  ): Reconciled {
    const clear = seen.filter(({ observed }) => observed.failure === null);
    const blind = seen.flatMap(({ observed }) => (observed.failure === null ? [] : [observed.failure]));
    for (const { input } of seen) this.holders.add(keyOf(input.holder));
    const compared = clear.map((each) => ({
      subject: each.input.holder.subject,
      ...compare(each.input, each.plan, namesOf(each.observed)),
    }));
    return {
      repo,
      findings: compared.flatMap(({ subject, drifted }) =>
        drifted.map((each) => ({ ...each, subject, ...cameOf(each.change) })),
      ),
      refused: compared.flatMap(({ refused }) => refused.map((change) => ({ change, came: cameOf(change) }))),
      unverified: compared.flatMap(({ unverified }) => unverified),
      looked: compared.flatMap(({ looked }) => looked),
      failures: [...blind, ...clear.flatMap(unansweredIn), ...failures],
    };
  }

  unseenOf({ leases, holdings }: Ledger): Item[] {
    const isUnseen = (holder: Holder): boolean => !this.holders.has(keyOf(holder));
    const items = new Map<string, Item>();
    for (const lease of leases.filter(isUnseen))
      for (const { target } of lease.wants)
        items.set(valueKey(target.kind, '', target.name), {
          kind: target.kind,
          name: target.name,
          id: null,
        });
    for (const { item } of holdings.filter(isUnseen)) {
      items.delete(valueKey(item.kind, '', item.name));
      items.set(itemKey(item), item);
    }
    return [...items.values()];
  }
}

/** Questions about one thing that the directory couldn't answer. */
const unansweredIn = ({ plan: { changes } }: Seen): Failure[] =>
  changes.flatMap(({ disposition }) =>
    disposition.do === 'refuse' && disposition.failure !== undefined ? [disposition.failure] : [],
  );

const keyOf = ({ endpoint, subjectId }: Holder): string => `${endpoint}\n${subjectId}`;

/** What is known of a change that nobody carries out. */
function beforehand(change: Change | null): Came {
  const disposition = change?.disposition;
  if (disposition?.do === 'refuse') return { outcome: 'refused', reason: disposition.reason };
  return disposition?.do === 'would' ? { outcome: 'would' } : {};
}

function becoming(reports: readonly ChangeReport[]): (change: Change | null) => Came {
  const own = new Map(reports.map((report) => [report.change, report]));
  // A group that was made has its id only since.
  const alike = new Map(reports.map((report) => [nameOf(report.change), report]));
  return (change) => {
    if (change === null) return { outcome: 'applied' };
    const report = own.get(change) ?? alike.get(nameOf(change));
    if (report === undefined) return {};
    const { outcome, reason, verified, failure } = report;
    // Its line was all that was missing, whatever it says.
    return change.disposition.do === 'record'
      ? { outcome: 'applied' }
      : { outcome, reason, verified, failure };
  };
}

const nameOf = ({ op, item: { kind, type, name } }: Change): string => `${op} ${valueKey(kind, type, name)}`;

/** What two clones see is said once, by the one that can do most about it. */
function once(visited: readonly Visited<Reconciled>[]): Visited<Reconciled>[] {
  const best = new Map<string, Finding>();
  for (const { done } of visited)
    for (const finding of done.ok ? done.value.findings : []) {
      const other = best.get(finding.key);
      if (other === undefined || weight(finding) < weight(other)) best.set(finding.key, finding);
    }
  const said = new Set<string>();
  const isNew = ({ key }: { readonly key: string }): boolean => {
    const fresh = !said.has(key) && !best.has(key);
    said.add(key);
    return fresh;
  };
  return visited.map((each) =>
    each.done.ok
      ? {
          ...each,
          done: ok({
            ...each.done.value,
            findings: each.done.value.findings.filter((finding) => best.get(finding.key) === finding),
            unverified: each.done.value.unverified.filter(isNew),
          }),
        }
      : each,
  );
}

const ORDER = ['applied', undefined, 'failed', 'pending', 'owed', 'would', 'refused'] as const;
const weight = ({ outcome }: Finding): number => ORDER.indexOf(outcome);
