// An account that isn't who was accepted any more: whatever this clone asked for it is over at once, not only refused.
import { type Holder, type Ledger, sameHolder } from '../core/ledger.ts';
import type { Transited } from '../core/transit.ts';
import type { Reason } from '../core/vocabulary.ts';
import type { Prepared } from './prepare.ts';

/**
 * Refusing additions isn't enough: a lease granted now would keep what the account holds from a lease before it. So
 * its leases end, and what would have granted says why it didn't.
 */
export function withdraw(
  { transited, standing }: Pick<Prepared, 'transited' | 'standing'>,
  ledger: Ledger,
  holder: Holder,
): { readonly ledger: Ledger; readonly transited: Transited } {
  const lost = ledger.leases.filter(
    (lease) => lease.commonDir === standing.commonDir && sameHolder(lease, holder),
  );
  const isLost = ({ id }: { readonly id: string }): boolean => lost.some((lease) => lease.id === id);
  const refused = [...transited.granted].filter(([, leases]) => leases.some(isLost)).map(([event]) => event);
  const granted = [...transited.granted]
    .map(([event, leases]) => [event, leases.filter((lease) => !isLost(lease))] as const)
    .filter(([, leases]) => leases.length > 0);
  const acting = refused[0] ?? transited.events.find((event) => !event.superseded)?.id;
  const reason: Reason = 'subject-changed';
  return {
    ledger: { ...ledger, leases: ledger.leases.filter((lease) => !isLost(lease)) },
    transited: {
      ...transited,
      leases: transited.leases.filter((lease) => !isLost(lease)),
      granted: new Map(granted),
      ended: [...transited.ended, ...lost],
      endedBy: new Map([
        ...transited.endedBy,
        ...lost.flatMap(({ id }) => (acting === undefined ? [] : [[id, acting] as const])),
      ]),
      reasons: new Map([...transited.reasons, ...refused.map((event) => [event, reason] as const)]),
    },
  };
}
