// The plan of one clone for one holder, from what its rules, its pins and a look say together.
import { isManaged } from '../core/config.ts';
import { type Holder, type Ledger, sameHolder } from '../core/ledger.ts';
import { type Additions, type Plan, type PlanInput, plan } from '../core/plan.ts';
import { grants, type Profile } from '../core/profile.ts';
import { isAllowed } from '../core/settings.ts';
import type { Prepared } from './prepare.ts';
import type { Observed } from './recall.ts';
import type { Standing } from './standing.ts';

/** What the policy and the mode let be added for this holder. */
export function additionsOf(
  { settings, policy }: Standing,
  holder: Holder,
  observed: Pick<Observed, 'refusal'>,
): Additions {
  const { pins, mode } = settings;
  if (pins === null || !sameHolder(pins, holder)) return { may: 'not', reason: 'untrusted' };
  if (mode === 'off' || mode === 'release-only') return { may: 'not', reason: 'off' };
  if (policy.state === 'invalid') return { may: 'not', reason: 'invalid-config' };
  if (policy.state !== 'trusted')
    return { may: 'not', reason: policy.state === 'file-gone' ? 'no-rule' : 'untrusted' };
  if (observed.refusal !== null) return { may: 'not', reason: observed.refusal };
  return { may: mode === 'audit' ? 'would' : 'apply' };
}

export interface Terms {
  readonly now: number;
  readonly profile: Profile;
  readonly thorough?: boolean;
}

/** The plan for a holder, from what was observed or remembered. Reads nothing, changes nothing. */
export const planFor = (...from: Parameters<typeof planInput>): Plan => plan(planInput(...from));

export function planInput(
  prepared: Pick<Prepared, 'standing'>,
  holder: Holder & { readonly subject: string },
  ledger: Ledger,
  observed: Observed,
  { now, profile, thorough = false }: Terms,
): PlanInput {
  const { standing } = prepared;
  const { policy, settings, commonDir } = standing;
  const config =
    policy.state === 'trusted' && settings.pins !== null && sameHolder(settings.pins, holder)
      ? policy.config
      : null;
  return {
    holder,
    ledger,
    facts: observed.facts,
    commonDir,
    additions: additionsOf(standing, holder, observed),
    isManaged: (kind, name) => config !== null && isManaged(config, kind, name),
    isAllowed: (name) => isAllowed(settings, name),
    isSupported: (kind) => grants(profile, kind),
    mayCreateGroups: profile.createGroups && observed.cache.traits.externalIds !== 'wrong',
    ineligible: observed.ineligible,
    undecided: observed.undecided,
    thorough,
    now,
  };
}
