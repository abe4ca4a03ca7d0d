// One audit line (DESIGN section 8): its fields, its place in the chain, and the check of a chain.
import { canonicalise, type Json } from './jcs.ts';
import type { Lease } from './lease.ts';
import type {
  Before,
  ChangeOutcome,
  EventKind,
  EventOutcome,
  Kind,
  Mode,
  Op,
  Reason,
  Verdict,
} from './vocabulary.ts';

export type RecordKind =
  | EventKind
  | 'intent'
  | 'change'
  | 'sync'
  | 'log-start'
  | 'install'
  | 'uninstall'
  | 'trust';

/** What one line says. Absent fields are left out of it. */
export interface AuditFields {
  readonly kind: RecordKind;
  /** When it happened, RFC 3339 UTC. */
  readonly at: string;
  readonly event?: string;
  readonly device?: string;
  readonly repo?: string;
  readonly worktree?: string | null;
  readonly branch?: string | null;
  readonly from?: string | null;
  readonly mode?: Mode;
  readonly endpoint?: string;
  readonly subject?: string;
  readonly subjectId?: string;
  readonly policy?: string | null;
  readonly rulesBlob?: string;
  /** Of a change, the rules that give it; else those that match the branch, on a closing line with what came of them. */
  readonly rules?: readonly string[];
  /** Rules that match `from`: whether that name may leave the machine. */
  readonly fromRules?: readonly string[];
  readonly op?: Op;
  readonly target?: Kind;
  readonly name?: string;
  readonly targetId?: string | null;
  readonly type?: string;
  readonly before?: Before;
  readonly managed?: boolean;
  readonly lease?: string | null;
  readonly expires?: string | null;
  readonly outcome?: EventOutcome | ChangeOutcome;
  readonly reason?: Reason;
  readonly verified?: Verdict;
  readonly status?: number;
  readonly requestId?: string;
  /** What the directory calls a change that it accepted and didn't make yet (202). */
  readonly transaction?: string;
  /** Of a group that goes with its branch: the clone whose branch that is, and the group's marker. */
  readonly clone?: string;
  readonly marker?: string;
  readonly attempts?: number;
  /** Ids of members, or values, that the directory took from others by this change; whether they are back. */
  readonly harmed?: readonly string[];
  readonly restored?: boolean;
  /** Whole milliseconds the step took. */
  readonly ms?: number;
  readonly late?: true;
  /** On a closing line: the leases it granted or renewed, whole, so that a lost ledger can be rebuilt. */
  readonly leases?: readonly Lease[];
  /** On a closing line: the ids of the leases that ended. */
  readonly ended?: readonly string[];
  /** On a `log-start` line further on: retention dropped the lines up to this one, whose hash was that. */
  readonly dropped?: number;
  readonly droppedHash?: string;
}

/** A line as it stands in the log. */
export type AuditLine = AuditFields & {
  readonly v: 1;
  readonly version: string;
  readonly seq: number;
  readonly time: string;
  readonly prev: string;
  readonly hash: string;
};

export type Sha256 = (text: string) => string;

export interface ChainEnd {
  readonly seq: number;
  readonly hash: string;
}

export const CHAIN_START: ChainEnd = { seq: 0, hash: '0'.repeat(64) };

/** Puts fields into the chain: the exact text of the line, without its newline, and the chain's new end. */
export function seal(
  fields: AuditFields,
  stamp: { readonly time: string; readonly version: string },
  after: ChainEnd,
  sha256: Sha256,
): { text: string; end: ChainEnd } {
  const body = { ...defined(fields), ...stamp, v: 1, seq: after.seq + 1, prev: after.hash };
  const hash = sha256(canonicalise(body));
  return { text: canonicalise({ ...body, hash }), end: { seq: after.seq + 1, hash } };
}

const defined = (fields: AuditFields): { [key: string]: Json } =>
  JSON.parse(JSON.stringify(fields)) as { [key: string]: Json };

/** Reads one line; null for one that was torn, or isn't ours. Its hash is not checked here. */
export function parseAuditLine(text: string): AuditLine | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const line = value as Partial<AuditLine>;
  const whole =
    typeof line.kind === 'string' &&
    typeof line.at === 'string' &&
    typeof line.time === 'string' &&
    typeof line.prev === 'string' &&
    typeof line.hash === 'string' &&
    Number.isSafeInteger(line.seq);
  return whole ? (line as AuditLine) : null;
}

/** Whether the line's hash is that of what it says. */
export function isIntact(line: AuditLine, sha256: Sha256): boolean {
  const { hash, ...body } = line;
  return sha256(canonicalise(body as unknown as Json)) === hash;
}
