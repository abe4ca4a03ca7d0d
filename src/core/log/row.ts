// One line of the log as a row for people: who, where, what, and what came of it.
import type { AuditLine, RecordKind } from '../audit-record.ts';
import type { ChangeOutcome, EventOutcome } from '../vocabulary.ts';

export interface Row {
  /** When it happened, milliseconds since the epoch. */
  readonly at: number;
  readonly who: string;
  readonly repo: string;
  /** Empty: it is about no branch. */
  readonly branch: string;
  readonly what: string;
  readonly outcome: EventOutcome | ChangeOutcome | null;
  readonly reason: string;
  readonly ms: number | null;
  readonly seq: number;
}

/** What is left out unless somebody asks for it: that something was going to be done, and that a log began. */
export const BEHIND_THE_SCENES: ReadonlySet<RecordKind> = new Set(['intent', 'log-start']);

export const rowOf = (line: AuditLine): Row => ({
  at: Date.parse(line.at),
  who: line.subject ?? '',
  repo: line.repo ?? '',
  branch: line.branch ?? (line.branch === null ? '(none)' : ''),
  what: whatOf(line),
  outcome: line.outcome ?? null,
  reason: [line.reason, line.verified === 'confirmed' ? undefined : line.verified]
    .filter((each) => each !== undefined)
    .join(', '),
  ms: line.ms ?? null,
  seq: line.seq,
});

function whatOf({ kind, op, name = '', target, from }: AuditLine): string {
  if (kind === 'change' || kind === 'intent') {
    const sign = op === 'remove' || op === 'delete' ? '-' : '+';
    const whole = op === 'create' ? ' (a new group)' : op === 'delete' ? ' (the group itself)' : '';
    const more = target === undefined || target === 'group' ? whole : ` (${target})`;
    return `${kind === 'intent' ? 'intent ' : ''}${sign} ${name}${more}`;
  }
  if (kind === 'sync') return '= sync';
  return from === undefined ? kind : `${kind} from ${from ?? '(none)'}`;
}

/** A sign beside the word, so that a column of them can be skimmed without colours. */
export const GLYPHS: Readonly<Record<EventOutcome | ChangeOutcome, string>> = {
  applied: '✓',
  would: '~',
  failed: '✗',
  refused: '⊘',
  pending: '…',
  owed: '!',
  unchanged: '=',
  superseded: '>',
  skipped: '-',
};
