// A span of access: something that somebody had, from the line of the log that gave it to the one that took it back.
import type { AuditLine } from '../audit-record.ts';
import type { HoldingState, Item } from '../ledger.ts';
import type { Before } from '../vocabulary.ts';
import type { EventFacts } from './happenings.ts';

type Defined<T> = { readonly [key in keyof Required<T>]: T[key] | undefined };

/** What a line says of one end of a span, in one shape: there may be hundreds of thousands. */
export interface Mark
  extends Defined<
    Pick<
      AuditLine,
      | 'event'
      | 'repo'
      | 'branch'
      | 'worktree'
      | 'policy'
      | 'rulesBlob'
      | 'rules'
      | 'lease'
      | 'expires'
      | 'outcome'
      | 'reason'
      | 'verified'
      | 'late'
    >
  > {
  readonly seq: number;
  /** Its `at` in milliseconds since the epoch. */
  readonly moment: number;
  /** What the event was, where its own line was seen shortly before. */
  readonly cause: EventFacts | undefined;
}

/**
 * `released`: a removal was carried out. `never-came`: what was asked for was refused, or never arrived. `lost`: it was
 * gone from the directory when scim-hook looked again, and who took it the log doesn't say.
 */
export const SPAN_ENDS = ['released', 'never-came', 'lost'] as const;
export type SpanEnd = (typeof SPAN_ENDS)[number];

export interface Span {
  readonly endpoint: string;
  readonly subject: string;
  readonly subjectId: string;
  /** The machine whose log this is: each takes back only what it gave. */
  readonly device: string;
  readonly item: Item;
  readonly before: Before;
  readonly managed: boolean;
  /** What the ledger said of it, from when on; the first is where the span begins. */
  readonly steps: readonly { readonly from: number; readonly state: HoldingState }[];
  /** The request for it, or what is known of that so far (202, no answer); null where the log has neither. */
  readonly asked: Mark | null;
  /** The line that says it was given; null while nobody knows, or where it was there before the log knew of it. */
  readonly granted: Mark | null;
  /** Why it could not be taken back, the last time that it was tried. */
  readonly owed: Mark | null;
  readonly ended: { readonly how: SpanEnd; readonly by: Mark } | null;
}

/** How sure it is that somebody had it: `given` is between the request and the answer to it. */
export const CERTAINTIES = ['held', 'given', 'maybe', 'owed', 'returning'] as const;
export type Certainty = (typeof CERTAINTIES)[number];

export const beginOf = (span: Span): number => span.granted?.moment ?? span.steps[0]?.from ?? 0;

export const endOf = ({ ended }: Span): number | null => ended?.by.moment ?? null;

/** What the ledger said of it then, as the log tells up to that moment; null: nothing. */
export function stateAt(span: Span, moment: number): HoldingState | null {
  const end = endOf(span);
  if (end !== null && moment >= end) return null;
  return span.steps.findLast(({ from }) => from <= moment)?.state ?? null;
}

/** Whether somebody had it then, by all that the log says, also of what became of it later; null: they didn't. */
export function certaintyAt(span: Span, moment: number): Certainty | null {
  const state = stateAt(span, moment);
  switch (state) {
    case null:
      return null;
    case 'held':
      return 'held';
    case 'owed':
      return 'owed';
    case 'adding':
      if (span.ended?.how === 'never-came') return null;
      return span.granted === null ? 'maybe' : 'given';
    case 'removing':
      return span.ended === null && span.steps.at(-1)?.state === 'removing' ? 'maybe' : 'returning';
  }
}

/** Whether it was ever given, as far as anybody knows. */
export const isAccess = (span: Span): boolean => span.ended?.how !== 'never-came';
