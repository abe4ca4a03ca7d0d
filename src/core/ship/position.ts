// How far a destination is, and how it went there: kept over the lives of workers.
import type { AuditLine } from '../audit-record.ts';

/** The last line that is dealt with. A log in which that line isn't goes on from the first that was written no earlier. */
export interface Position {
  readonly seq: number;
  readonly hash: string;
  /** The line's `time`, RFC 3339. */
  readonly time: string;
}

export interface Progress {
  readonly position: Position;
  /** RFC 3339; null: never yet. */
  readonly succeeded: string | null;
  /** The last failure, while nothing went well since. */
  readonly failed: { readonly at: string; readonly why: string } | null;
  /** Lines that the other end doesn't take, and dropped by its own word. */
  readonly skipped: number;
  readonly rejected: number;
  /** What it said of those last. */
  readonly note: string | null;
  /** Not before, in milliseconds since the epoch: it asked for that. */
  readonly notBefore: number | null;
}

/** By `keyOf`. */
export type ShipState = Readonly<Record<string, Progress>>;

export const positionOf = ({ seq, hash, time }: AuditLine): Position => ({ seq, hash, time });

/** Milliseconds: what led up to a destination's first being seen is its business too, as the install that came before. */
const MOMENT = 60_000;

/** Where one begins that was never seen before `since`: not with a year of history. */
export const firstSeen = (since: number): Position => startingAt(Math.max(0, since - MOMENT));

/** In no log, so that what counts is the time: lines written then or later are due. */
export const startingAt = (milliseconds: number): Position => ({
  seq: 0,
  hash: '',
  time: new Date(milliseconds).toISOString(),
});

export const freshProgress = (position: Position): Progress => ({
  position,
  succeeded: null,
  failed: null,
  skipped: 0,
  rejected: 0,
  note: null,
  notBefore: null,
});

const isPosition = (value: unknown): value is Position => {
  const { seq, hash, time } = (value ?? {}) as Partial<Position>;
  return (
    typeof seq === 'number' &&
    typeof hash === 'string' &&
    typeof time === 'string' &&
    !Number.isNaN(Date.parse(time))
  );
};

/** What a file holds of it; what isn't whole counts as never seen. */
export function readShipState(value: unknown): ShipState {
  const entries = Object.entries((value ?? {}) as Readonly<Record<string, Partial<Progress>>>);
  return Object.fromEntries(
    entries.flatMap(([key, known]) =>
      isPosition(known?.position) ? [[key, { ...freshProgress(known.position), ...known }]] : [],
    ),
  );
}
