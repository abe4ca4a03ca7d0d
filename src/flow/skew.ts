// By whose clock leases run out: the directory's, where ours differs from it.
import type { Lease } from '../core/lease.ts';
import type { Ledger } from '../core/ledger.ts';
import { profileOf } from '../core/profile.ts';
import { SIGNIFICANT_SKEW, type Skews } from '../core/skew.ts';
import type { Transited } from '../core/transit.ts';
import type { Cache, Ports } from './ports.ts';
import { EMPTY_ENDPOINT } from './recall.ts';
import type { Standing } from './standing.ts';

/** Milliseconds for the one request. */
const TIMEOUT = 3_000;

/** What is used, by endpoint, and what of it was asked for just now: also where that is no difference. */
export interface Clocks {
  readonly skews: Skews;
  readonly measured: Skews;
}

/**
 * What is remembered of each endpoint's clock; and asked anew where a lease is due by either clock, or where ours went
 * back since the last look: a clock that jumped would end a lease, or keep it, wrongly.
 */
export async function readSkews(
  { state, connector, clock }: Pick<Ports, 'state' | 'connector' | 'clock'>,
  { settings: { pins }, policy }: Pick<Standing, 'settings' | 'policy'>,
  leases: readonly Lease[],
  looked: number | undefined,
): Promise<Clocks> {
  const { endpoints } = await state.readCache();
  const skews = new Map<string, number>();
  const measured = new Map<string, number>();
  const now = clock.now();
  const wentBack = looked !== undefined && looked > now + SIGNIFICANT_SKEW;
  for (const endpoint of new Set([...leases.map((lease) => lease.endpoint), pins?.endpoint ?? ''])) {
    const known = endpoints[endpoint] ?? EMPTY_ENDPOINT;
    const remembered = known.traits.skew ?? 0;
    const due = leases.some(
      ({ endpoint: at, expires }) =>
        at === endpoint && expires !== null && (wentBack || expires <= now || expires <= now + remembered),
    );
    const skew = due && pins?.endpoint === endpoint ? await ask() : null;
    if (skew !== null) measured.set(endpoint, skew);
    const current = skew ?? remembered;
    if (Math.abs(current) > SIGNIFICANT_SKEW) skews.set(endpoint, current);

    async function ask(): Promise<number | null> {
      const timeout = policy.state === 'trusted' ? policy.config.timeout : TIMEOUT;
      const profile = profileOf(known.profile);
      const directory = connector.connect(endpoint, { pinned: true, timeout, profile });
      // Whatever it answers, and to whomever: a Date comes with it (RFC 9110 section 6.6.1).
      await directory.provider();
      return directory.skew();
    }
  }
  return { skews, measured };
}

/** What was learned of clocks is for later wake-ups, too: they may have nothing else to ask. */
export const withSkews = (cache: Cache, measured: Skews): Cache => ({
  endpoints: {
    ...cache.endpoints,
    ...Object.fromEntries(
      [...measured].map(([endpoint, skew]) => {
        const known = cache.endpoints[endpoint] ?? EMPTY_ENDPOINT;
        return [endpoint, { ...known, traits: { ...known.traits, skew } }];
      }),
    ),
  },
});

/** Leases that were granted by a clock that turned out to be wrong last as long as they should after all. */
export function retime(
  { ledger, transited }: { readonly ledger: Ledger; readonly transited: Transited },
  endpoint: string,
  { used, measured }: { readonly used: Skews; readonly measured: number | null },
): { readonly ledger: Ledger; readonly transited: Transited } {
  const by = (measured ?? 0) - (used.get(endpoint) ?? 0);
  if (measured === null || Math.abs(by) <= SIGNIFICANT_SKEW) return { ledger, transited };
  const fresh = new Set([...transited.granted.values()].flat().map(({ id }) => id));
  const shift = (lease: Lease): Lease =>
    fresh.has(lease.id) && lease.endpoint === endpoint && lease.expires !== null
      ? { ...lease, expires: lease.expires + by }
      : lease;
  return {
    ledger: { ...ledger, leases: ledger.leases.map(shift) },
    transited: {
      ...transited,
      leases: transited.leases.map(shift),
      granted: new Map([...transited.granted].map(([event, leases]) => [event, leases.map(shift)] as const)),
    },
  };
}
