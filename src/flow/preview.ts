// A dry run: the very plan that a sync would carry out, from the same steps, with nothing written.
import type { Failure } from '../core/failure.ts';
import type { Plan } from '../core/plan.ts';
import { ok, type Result } from '../core/result.ts';
import type { ConfigEntry } from '../core/settings.ts';
import type { Reason } from '../core/vocabulary.ts';
import { holdersConcerned, view } from './holder.ts';
import type { Ports } from './ports.ts';
import { type Ask, type Prepared, prepare } from './prepare.ts';
import { EMPTY_ENDPOINT, type Observed, type Question, withoutPresence } from './recall.ts';
import { deadlineOf } from './standing.ts';

export interface Preview {
  readonly prepared: Prepared;
  readonly plans: readonly { readonly plan: Plan; readonly observed: Observed }[];
  /** Why the asked branch would grant nothing, if so. */
  readonly reason: Reason | undefined;
}

export async function preview(
  ports: Ports,
  entries: readonly ConfigEntry[],
  ask: Ask,
  progress?: Question['progress'],
): Promise<Result<Preview, Failure>> {
  const prepared = await prepare(ports, entries, ask);
  if (!prepared.ok) return prepared;
  const { ledger, asked } = prepared.value;
  let { transited } = prepared.value;
  const cache = withoutPresence(await ports.state.readCache());
  const plans: { plan: Plan; observed: Observed }[] = [];
  for (const holder of holdersConcerned(prepared.value)) {
    const { standing } = prepared.value;
    const seen = await view({
      ports,
      prepared: { standing, transited },
      holder,
      ledger,
      cache: cache.endpoints[holder.endpoint] ?? EMPTY_ENDPOINT,
      deadline: deadlineOf(standing, ports.clock.now()),
      progress,
    });
    transited = seen.transited;
    plans.push({ plan: seen.plan, observed: seen.observed });
  }
  return ok({
    prepared: prepared.value,
    plans,
    reason: asked === null ? undefined : transited.reasons.get(asked.id),
  });
}
