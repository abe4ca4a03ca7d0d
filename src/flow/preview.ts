// A dry run: the very plan that a sync would carry out, from the same steps, with nothing written.
import type { Failure } from '../core/failure.ts';
import type { Plan } from '../core/plan.ts';
import { ok, type Result } from '../core/result.ts';
import type { ConfigEntry } from '../core/settings.ts';
import type { Reason } from '../core/vocabulary.ts';
import { holdersConcerned, view } from './holder.ts';
import type { Cache, Ports } from './ports.ts';
import { type Ask, type Prepared, prepare } from './prepare.ts';
import { EMPTY_ENDPOINT, type Observed, type Question, withoutPresence } from './recall.ts';
import { leisureFor } from './reconciling.ts';
import { deadlineOf } from './standing.ts';

export interface Preview {
  readonly prepared: Prepared;
  readonly plans: readonly { readonly plan: Plan; readonly observed: Observed }[];
  /** Why the asked branch would grant nothing, if so. */
  readonly reason: Reason | undefined;
  /** With what was seen, for another look in the same moment. */
  readonly cache: Cache;
}

export async function preview(
  ports: Ports,
  entries: readonly ConfigEntry[],
  ask: Ask,
  progress?: Question['progress'],
  known?: Cache,
): Promise<Result<Preview, Failure>> {
  const prepared = await prepare(ports, entries, ask);
  if (!prepared.ok) return prepared;
  const { ledger, asked } = prepared.value;
  let { transited } = prepared.value;
  let cache = known ?? withoutPresence(await ports.state.readCache());
  const plans: { plan: Plan; observed: Observed }[] = [];
  for (const holder of holdersConcerned(prepared.value)) {
    const { standing, reconciling } = prepared.value;
    const seen = await view({
      ports,
      prepared: { ...prepared.value, transited },
      holder,
      ledger,
      cache: cache.endpoints[holder.endpoint] ?? EMPTY_ENDPOINT,
      deadline:
        deadlineOf(standing, ports.clock.now()) + (reconciling === undefined ? 0 : leisureFor(ledger)),
      progress,
    });
    transited = seen.transited;
    cache = { endpoints: { ...cache.endpoints, [holder.endpoint]: seen.observed.cache } };
    plans.push({ plan: seen.plan, observed: seen.observed });
  }
  return ok({
    prepared: prepared.value,
    plans,
    cache,
    reason: asked === null ? undefined : transited.reasons.get(asked.id),
  });
}
