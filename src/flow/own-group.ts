// A marked group that somebody joined for a branch: from then on it goes with that branch.
import { keepGroup, type Ledger } from '../core/ledger.ts';
import { isMarked } from '../core/marker.ts';
import type { Change } from '../core/plan.ts';
import type { LineOf } from './change-line.ts';

/** `branch`: of the event, where a crash came between and the lease is over by now: then the group goes at the next wake-up. */
export function withOwnGroup(
  ledger: Ledger,
  { own, item, lease: id, rules }: Change,
  { endpoint, subject, subjectId }: LineOf['holder'],
  branch: string | null = null,
): Ledger {
  if (own !== true || !isMarked(item.externalId)) return ledger;
  const lease = ledger.leases.find((each) => each.id === id);
  return keepGroup(ledger, {
    endpoint,
    subject,
    subjectId,
    item,
    commonDir: lease?.commonDir ?? '',
    branch: lease?.branch ?? branch ?? '',
    lease: id,
    rules,
    over: lease === undefined,
  });
}
