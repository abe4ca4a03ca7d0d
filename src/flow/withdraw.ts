// Leases that what was just observed ends: an account that isn't who was accepted, or isn't eligible any more.

import type { OpenEvent } from '../core/event.ts';
import type { Lease } from '../core/lease.ts';
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

/** What of a lease is left to somebody who isn't eligible by these rules; null: all of it is. */
function without(lease: Lease, ineligible: ReadonlySet<string>): Lease | null {
  const rules = lease.rules.filter((rule) => !ineligible.has(rule));
  if (rules.length === lease.rules.length) return null;
  const wants = lease.wants.flatMap((want) => {
    const left = want.rules.filter((rule) => !ineligible.has(rule));
    return left.length === 0 ? [] : [{ ...want, rules: left }];
  });
  return { ...lease, rules, wants };
}

/**
 * Who is not eligible holds no lease by that rule: it ends at once, and comes back only with the next checkout or sync.
 * `eventFor` opens an event for a lease that lost what another event gave it.
 */
export async function endIneligible(
  { standing, transited }: Pick<Prepared, 'standing' | 'transited'>,
  ledger: Ledger,
  holder: Holder,
  ineligible: ReadonlySet<string>,
  eventFor: (lease: Lease) => Promise<OpenEvent>,
): Promise<{ readonly ledger: Ledger; readonly transited: Transited }> {
  const changed = new Map<string, Lease>();
  for (const lease of ledger.leases) {
    if (lease.commonDir !== standing.commonDir || !sameHolder(lease, holder)) continue;
    const left = without(lease, ineligible);
    if (left !== null) changed.set(lease.id, left);
  }
  if (changed.size === 0) return { ledger, transited };
  const keep = (leases: readonly Lease[]): Lease[] =>
    leases.map((lease) => changed.get(lease.id) ?? lease).filter((lease) => lease.rules.length > 0);
  const ended = ledger.leases.filter((lease) => changed.get(lease.id)?.rules.length === 0);
  const endedBy = new Map(transited.endedBy);
  const reasons = new Map(transited.reasons);
  for (const lease of ended) {
    const granting = [...transited.granted].find(([, leases]) =>
      leases.some(({ id }) => id === lease.id),
    )?.[0];
    const event = granting ?? (await eventFor(lease)).id;
    endedBy.set(lease.id, event);
    if (!reasons.has(event)) reasons.set(event, 'ineligible');
  }
  const granted = [...transited.granted].map(([event, leases]) => [event, keep(leases)] as const);
  return {
    ledger: { ...ledger, leases: keep(ledger.leases) },
    transited: {
      ...transited,
      leases: keep(transited.leases),
      granted: new Map(granted.filter(([, leases]) => leases.length > 0)),
      ended: [...transited.ended, ...ended],
      endedBy,
      reasons,
    },
  };
}
