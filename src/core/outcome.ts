// From the outcomes of the changes to that of their event.
import type { ChangeOutcome, EventOutcome, Reason } from './vocabulary.ts';

export interface Ended {
  readonly outcome: EventOutcome;
  readonly reason?: Reason | undefined;
}

/** The heavier one speaks for all. `pending` comes first: an event with something pending isn't over. */
const WEIGHT: readonly EventOutcome[] = [
  'pending',
  'failed',
  'refused',
  'owed',
  'would',
  'applied',
  'skipped',
  'superseded',
  'unchanged',
];

/** `why`: why the event itself granted nothing, if so. */
export function outcomeOf(
  changes: readonly { readonly outcome: ChangeOutcome; readonly reason?: Reason | undefined }[],
  why: Reason | undefined,
): Ended {
  const all: Ended[] = [...changes, ...(why === undefined ? [] : [{ outcome: refusing(why), reason: why }])];
  const heaviest = WEIGHT.find((outcome) => all.some((each) => each.outcome === outcome)) ?? 'unchanged';
  const reason = all.find((each) => each.outcome === heaviest && each.reason !== undefined)?.reason;
  return { outcome: heaviest, ...(reason === undefined ? {} : { reason }) };
}

/** What an event comes to when it was kept from granting anything. */
function refusing(why: Reason): EventOutcome {
  switch (why) {
    case 'detached':
    case 'no-rule':
      return 'unchanged';
    case 'off':
    case 'expired':
      return 'skipped';
    default:
      return 'refused';
  }
}
