// A marked group that somebody joined for a branch: from then on it goes with that branch.
import { keepGroup, type Ledger } from '../core/ledger.ts';
import { isMarked } from '../core/marker.ts';
import type { Change } from '../core/plan.ts';
import type { LineOf } from './change-line.ts';

export function withOwnGroup(
  ledger: Ledger,
  { own, item, lease: id, rules }: Change,
  { endpoint, subject, subjectId }: LineOf['holder'],
): Ledger {
  const lease = ledger.leases.find((each) => each.id === id);
  if (own !== true || lease === undefined || !isMarked(item.externalId)) return ledger;
  const { commonDir, branch } = lease;
  const group = { endpoint, subject, subjectId, item, commonDir, branch, lease: lease.id, rules };
  return keepGroup(ledger, { ...group, over: false });
}
