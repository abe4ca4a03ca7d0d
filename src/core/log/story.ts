// The whole story of one event, put together from its lines: what it was, what was changed by it, and how it ended.
import type { AuditLine } from '../audit-record.ts';
import type { Before, ChangeOutcome, EventOutcome, Kind, Op, Reason, Verdict } from '../vocabulary.ts';

export interface StoryChange {
  readonly op: Op;
  readonly kind: Kind;
  readonly name: string;
  readonly id: string | null;
  readonly rules: readonly string[];
  readonly lease: string | null;
  readonly expires: string | null;
  /** Whether the person had it before the change, and has it now, as far as the log knows. */
  readonly before: Before;
  readonly after: Before;
  /** Null: it was going to be done, and what came of it isn't known. */
  readonly outcome: ChangeOutcome | EventOutcome | null;
  readonly reason: Reason | null;
  readonly verified: Verdict | null;
  readonly status: number | null;
  readonly requestId: string | null;
  readonly transaction: string | null;
  readonly attempts: number | null;
  readonly ms: number | null;
  readonly at: string;
  readonly harmed: readonly string[];
  readonly restored: boolean | null;
  readonly seq: number;
}

export interface StoryEnd {
  readonly outcome: EventOutcome | ChangeOutcome;
  readonly reason: Reason | null;
  /** From when it happened until it was closed, in milliseconds. */
  readonly ms: number | null;
  readonly at: string;
  readonly seq: number;
}

export interface StoryLease {
  readonly id: string;
  readonly branch: string;
  readonly rules: readonly string[];
  /** RFC 3339; null: it ends by an event only. */
  readonly expires: string | null;
}

export interface Story {
  readonly event: string | null;
  readonly kind: string;
  readonly at: string;
  readonly subject: string | null;
  readonly subjectId: string | null;
  readonly device: string | null;
  readonly repo: string | null;
  readonly worktree: string | null;
  readonly branch: string | null;
  readonly from: string | null;
  readonly mode: string | null;
  readonly endpoint: string | null;
  /** The commit whose rules decided, and their blob. */
  readonly policy: string | null;
  readonly rulesBlob: string | null;
  readonly rules: readonly string[];
  readonly changes: readonly StoryChange[];
  readonly granted: readonly StoryLease[];
  readonly ended: readonly string[];
  /** How often it was left pending. */
  readonly tries: number;
  /** Null: it is still open. */
  readonly closed: StoryEnd | null;
  readonly lines: readonly {
    readonly seq: number;
    readonly kind: string;
    readonly time: string;
    readonly hash: string;
  }[];
}

const STEPS: ReadonlySet<string> = new Set(['intent', 'change', 'sync']);

/** `lines`: all of one event, oldest first; at least one. */
export function storyOf(lines: readonly AuditLine[]): Story | null {
  const own = lines.find(({ kind }) => !STEPS.has(kind)) ?? lines[0];
  if (own === undefined) return null;
  const last = <Key extends keyof AuditLine>(key: Key): NonNullable<AuditLine[Key]> | null =>
    lines.findLast((line) => line[key] !== undefined && line[key] !== null)?.[key] ?? null;
  const syncs = lines.filter(({ kind }) => kind === 'sync');
  const closing = syncs.find(({ outcome }) => outcome !== undefined && outcome !== 'pending');
  return {
    event: own.event ?? null,
    kind: STEPS.has(own.kind) ? 'unknown' : own.kind,
    at: own.at,
    subject: last('subject'),
    subjectId: last('subjectId'),
    device: last('device'),
    repo: last('repo'),
    worktree: last('worktree'),
    branch: own.branch ?? null,
    from: own.from ?? null,
    mode: last('mode'),
    endpoint: last('endpoint'),
    policy: last('policy'),
    rulesBlob: last('rulesBlob'),
    rules: [...new Set(lines.flatMap(({ rules = [] }) => rules))],
    changes: changesOf(lines),
    granted: syncs.flatMap(({ leases = [] }) =>
      leases.map(({ id, branch, rules, expires }) => ({
        id,
        branch,
        rules: [...rules],
        expires: expires === null ? null : new Date(expires).toISOString(),
      })),
    ),
    ended: syncs.flatMap(({ ended = [] }) => ended),
    tries: syncs.filter(({ outcome }) => outcome === 'pending').length,
    closed: closing === undefined ? null : endOf(closing),
    lines: lines.map(({ seq, kind, time, hash }) => ({ seq, kind, time, hash })),
  };
}

const endOf = (line: AuditLine): StoryEnd => ({
  outcome: line.outcome ?? 'pending',
  reason: line.reason ?? null,
  ms: line.ms ?? null,
  at: line.at,
  seq: line.seq,
});

/** Each that has its line; and what was intended, where nothing says what came of it. */
function changesOf(lines: readonly AuditLine[]): StoryChange[] {
  const isSame = (a: AuditLine, b: AuditLine): boolean =>
    a.op === b.op && a.target === b.target && a.name === b.name && a.targetId === b.targetId;
  return lines
    .filter(
      (line, at) =>
        line.kind === 'change' ||
        (line.kind === 'intent' &&
          !lines.slice(at + 1).some((later) => later.kind === 'change' && isSame(line, later))),
    )
    .map(changeOf);
}

function changeOf(line: AuditLine): StoryChange {
  const taking = line.op === 'remove' || line.op === 'delete';
  const before = taking ? 'present' : (line.before ?? 'unknown');
  return {
    op: line.op ?? 'add',
    kind: line.target ?? 'group',
    name: line.name ?? '',
    id: line.targetId ?? null,
    rules: [...(line.rules ?? [])],
    lease: line.lease ?? null,
    expires: line.expires ?? null,
    before,
    after: afterOf(line, before),
    outcome: line.outcome ?? null,
    reason: line.reason ?? null,
    verified: line.verified ?? null,
    status: line.status ?? null,
    requestId: line.requestId ?? null,
    transaction: line.transaction ?? null,
    attempts: line.attempts ?? null,
    ms: line.ms ?? null,
    at: line.at,
    harmed: [...(line.harmed ?? [])],
    restored: line.restored ?? null,
    seq: line.seq,
  };
}

function afterOf({ op, outcome, verified }: AuditLine, before: Before): Before {
  if (outcome === 'refused' || outcome === 'would') return before;
  if (outcome !== 'applied' || verified === 'contradicted') return 'unknown';
  return op === 'remove' || op === 'delete' ? 'absent' : 'present';
}
