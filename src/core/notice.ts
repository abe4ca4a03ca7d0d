// What `scim-hook.notify` hears: one event that failed, was refused or is owed, with what became of its changes.
import type { OpenEvent } from './event.ts';
import { type Failure, harmOf } from './failure.ts';
import type { Item } from './ledger.ts';
import type { Ended } from './outcome.ts';
import type {
  ChangeOutcome,
  EventKind,
  EventOutcome,
  Kind,
  Mode,
  Op,
  Reason,
  Verdict,
} from './vocabulary.ts';

export interface Notice {
  readonly version: 1;
  readonly event: string;
  readonly kind: EventKind;
  /** When it happened, RFC 3339 UTC. */
  readonly at: string;
  readonly device: string;
  readonly repo: string;
  readonly worktree: string | null;
  readonly from: string | null;
  readonly branch: string | null;
  readonly subject: { readonly value: string; readonly id: string } | null;
  readonly mode: Mode;
  readonly outcome: EventOutcome;
  readonly reason?: Reason;
  readonly changes: readonly NoticeChange[];
}

export interface NoticeChange {
  readonly op: Op;
  readonly kind: Kind;
  readonly name: string;
  readonly id?: string;
  readonly rules: readonly string[];
  readonly why: string;
  readonly outcome: ChangeOutcome;
  readonly reason?: Reason;
  readonly verified?: Verdict;
  readonly harmed?: readonly string[];
  readonly restored?: boolean;
}

/** An event as it was closed. */
export interface Closed {
  readonly event: OpenEvent;
  readonly ended: Ended;
  /** Its closing line is durable, so it is over. */
  readonly over: boolean;
}

/** Once for each event. What is owed was told by the event that couldn't give it back, not at each later try. */
export function isNews({ over, ended: { outcome } }: Closed, own: readonly Report[]): boolean {
  if (!over) return false;
  const owed = own.filter((report) => report.outcome === 'owed');
  return outcome === 'failed' || outcome === 'refused' || (outcome === 'owed' && !owed.every(isOld));
}

const isOld = ({ stillOwed }: Report): boolean => stillOwed === true;

export interface NoticeSource {
  readonly device: string;
  readonly repo: string;
  readonly subject: Notice['subject'];
  readonly mode: Mode;
}

/** What became of one change. */
interface Report {
  readonly change: {
    readonly op: Op;
    readonly item: Item;
    readonly rules: readonly string[];
    readonly why: string;
  };
  readonly outcome: ChangeOutcome;
  readonly reason?: Reason | undefined;
  readonly verified?: Verdict | undefined;
  readonly stillOwed?: boolean | undefined;
  readonly failure?: Failure | undefined;
}

export const noticeOf = (
  { event, ended: { outcome, reason } }: Closed,
  { device, repo, subject, mode }: NoticeSource,
  reports: readonly Report[],
): Notice => ({
  version: 1,
  event: event.id,
  kind: event.kind,
  at: new Date(event.at).toISOString(),
  device,
  repo,
  worktree: event.place?.path ?? null,
  from: event.from,
  branch: event.branch,
  subject,
  mode,
  outcome,
  ...(reason === undefined ? {} : { reason }),
  changes: reports.map((report) => ({
    op: report.change.op,
    kind: report.change.item.kind,
    name: report.change.item.name,
    ...(report.change.item.id === null ? {} : { id: report.change.item.id }),
    rules: [...report.change.rules],
    why: report.change.why,
    outcome: report.outcome,
    ...(report.reason === undefined ? {} : { reason: report.reason }),
    ...(report.verified === undefined ? {} : { verified: report.verified }),
    ...harmOf(report.failure),
  })),
});
