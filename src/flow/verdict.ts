// What became of one change, for its line in the log and for whoever asked.
import { type DirectoryFailure, type Failure, isOfDirectory, isPassing, reasonOf } from '../core/failure.ts';
import type { Change } from '../core/plan.ts';
import type { ChangeOutcome, Reason, Verdict } from '../core/vocabulary.ts';
import type { Performed } from './reach.ts';

/** What became of one change. */
export interface ChangeReport {
  readonly change: Change;
  /** Null: it belongs to no event of this wake-up, and isn't worth one of its own. */
  readonly event: string | null;
  readonly outcome: ChangeOutcome;
  readonly reason?: Reason | undefined;
  readonly verified?: Verdict | undefined;
  readonly failure?: Failure | undefined;
  /** It was owed before this wake-up already. */
  readonly stillOwed?: boolean | undefined;
}

/** A change, as it turned out, and what came of it. */
export interface Told {
  readonly change: Change;
  readonly verdict: Verdicted;
}

export interface Verdicted extends Partial<Omit<Performed, 'verified' | 'failure' | 'reason'>> {
  readonly outcome: ChangeOutcome;
  readonly reason?: Reason | undefined;
  readonly verified?: Verdict | undefined;
  readonly failure?: Failure | undefined;
  readonly stillOwed?: boolean | undefined;
}

export const mayPass = ({ failure }: Performed): boolean =>
  failure !== undefined && (failure.code === 'twin-group' || (isOfDirectory(failure) && isPassing(failure)));

export const reasonFor = (failure: Failure): Reason | undefined =>
  isOfDirectory(failure) ? reasonOf(failure) : undefined;

/** What couldn't be looked up isn't refused: the same may be found the next time. */
export const refusedBy = ({ reason, failure }: { reason: Reason; failure?: DirectoryFailure }): Verdicted =>
  failure === undefined ? { outcome: 'refused', reason } : { outcome: 'failed', failure };
