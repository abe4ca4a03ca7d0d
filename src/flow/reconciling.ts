// What `reconcile` brings into a wake-up: a look that began at a certain time, and somebody who hears what was seen.
import { itemKey, type Ledger } from '../core/ledger.ts';
import type { Plan, PlanInput } from '../core/plan.ts';
import type { Cache } from './ports.ts';
import type { Observed, Question } from './recall.ts';

/** One holder as seen, before anything is changed. */
export interface Seen {
  readonly input: PlanInput;
  readonly plan: Plan;
  readonly observed: Observed;
}

export interface Reconciling {
  /** Milliseconds since the epoch: what was seen before counts for nothing. */
  readonly since: number;
  readonly note: (seen: Seen) => void;
  readonly progress?: Question['progress'];
}

/** Milliseconds that a look may take for each thing in the ledger: somebody waits for it, and wants all of it. */
const LEISURE = 250;

export const leisureFor = ({ holdings, leases }: Ledger): number =>
  LEISURE * leases.reduce((sum, { wants }) => sum + wants.length, holdings.length);

/** Memory as far as it was made since the look began: a second clone needs no second look at the same things. */
export const seenSince = (cache: Cache, since: number): Cache => ({
  endpoints: Object.fromEntries(
    Object.entries(cache.endpoints).map(([endpoint, known]) => [
      endpoint,
      {
        ...known,
        subjects: Object.fromEntries(
          Object.entries(known.subjects)
            .filter(([, { readAt }]) => readAt >= since)
            .map(([id, subject]) => [
              id,
              {
                ...subject,
                presence: Object.fromEntries(
                  Object.entries(subject.presence).filter(([, { at }]) => at >= since),
                ),
              },
            ]),
        ),
      },
    ]),
  ),
});

/** What groups are called now, as far as that was read. */
export const namesOf = ({ evidence }: Pick<Observed, 'evidence'>): Map<string, string> =>
  new Map(
    [...evidence].flatMap(([id, { group }]) =>
      group === null || group.displayName === null
        ? []
        : [[itemKey({ kind: 'group', name: group.displayName, id }), group.displayName] as const],
    ),
  );
