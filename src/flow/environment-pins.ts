// Whom and what `run` acts for: the clone's own pins, or, where nobody installed it (CI), those of the environment.
import type { Config } from '../core/config.ts';
import { parseEndpoint } from '../core/endpoint.ts';
import { type Failure, isPassing } from '../core/failure.ts';
import { withPins } from '../core/given-pins.ts';
import type { Place } from '../core/lease.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { backoff } from '../core/retry.ts';
import { type ConfigEntry, type Pins, readSettings } from '../core/settings.ts';
import { type ChoosingPorts, type Chosen, choosePolicy } from './choose-policy.ts';
import type { Ports } from './ports.ts';
import { findSubject } from './trust.ts';

export interface Given {
  readonly place: Place;
  /** `SCIM_HOOK_ENDPOINT`, `SCIM_HOOK_SUBJECT` and `SCIM_HOOK_POLICY`. */
  readonly endpoint: string | null;
  readonly subject: string | null;
  readonly policy: string | null;
  readonly random: () => number;
}

export type RunPorts = ChoosingPorts & Pick<Ports, 'connector' | 'clock'>;

/** Git's config with the pins to go by. The environment's are in it only where the clone has none of its own. */
export async function entriesForRun(
  ports: RunPorts,
  entries: readonly ConfigEntry[],
  given: Given,
): Promise<Result<readonly ConfigEntry[], Failure>> {
  const { pins, shared } = readSettings(entries);
  if (pins !== null) return agreeing(entries, pins, given);
  const { endpoint, subject } = given;
  if (endpoint === null || subject === null) {
    const missing = { SCIM_HOOK_ENDPOINT: endpoint, SCIM_HOOK_SUBJECT: subject };
    const variables = Object.entries(missing).flatMap(([name, value]) => (value === null ? [name] : []));
    return fail({ code: 'pins-missing', variables });
  }
  const parsed = parseEndpoint(endpoint);
  if (!parsed.ok) return fail({ code: 'endpoint-invalid', endpoint, problem: parsed.failure });
  const named = asShared(subject, shared.subject);
  if (!named.ok) return named;
  const chosen = await reviewedPolicy(ports, given);
  if (!chosen.ok) return chosen;
  const fit = checkEndpoint(entries, parsed.value, chosen.value);
  if (!fit.ok) return fit;
  const { config, pin } = chosen.value;
  const subjectId = await lookUp(ports, config, parsed.value, subject, given.random);
  if (!subjectId.ok) return subjectId;
  const known = asShared(subjectId.value, shared.subjectId);
  if (!known.ok) return known;
  return ok(withPins(entries, { endpoint: parsed.value, subject, subjectId: subjectId.value, policy: pin }));
}

/** What a person accepted here is not overruled by a variable that some directory's settings may have set. */
function agreeing(
  entries: readonly ConfigEntry[],
  pins: Pins,
  { endpoint, subject, policy }: Given,
): Result<readonly ConfigEntry[], Failure> {
  const by = 'clone';
  const parsed = endpoint === null ? null : parseEndpoint(endpoint);
  const same = parsed === null || (parsed.ok && parsed.value === pins.endpoint);
  if (!same) {
    const variable = 'SCIM_HOOK_ENDPOINT';
    return fail({ code: 'pins-differ', variable, value: endpoint ?? '', pinned: pins.endpoint, by });
  }
  if (subject !== null && subject !== pins.subject) {
    return fail({
      code: 'pins-differ',
      variable: 'SCIM_HOOK_SUBJECT',
      value: subject,
      pinned: pins.subject,
      by,
    });
  }
  if (policy !== null && policy !== pins.policy) {
    return fail({
      code: 'pins-differ',
      variable: 'SCIM_HOOK_POLICY',
      value: policy,
      pinned: pins.policy,
      by,
    });
  }
  return ok(entries);
}

/** Whose access the machine's owner says it is, nobody changes for one command. */
function asShared(given: string, shared: string | null): Result<void, Failure> {
  const differs = {
    code: 'pins-differ',
    variable: 'SCIM_HOOK_SUBJECT',
    value: given,
    by: 'machine',
  } as const;
  return shared === null || shared === given ? ok(undefined) : fail({ ...differs, pinned: shared });
}

/** Nobody is there to look at the rules, so they are those of the branch that only a review changes, or that was named. */
async function reviewedPolicy(ports: RunPorts, { policy, place }: Given): Promise<Result<Chosen, Failure>> {
  if (policy !== null) return choosePolicy(ports, { policy, place });
  const refs = await ports.git.policyRefs();
  if (!refs.ok) return refs;
  const { reviewed } = refs.value;
  if (reviewed === null) return fail({ code: 'policy-unreviewed', ref: null });
  const chosen = await choosePolicy(ports, { policy: reviewed, place });
  const absent = !chosen.ok && chosen.failure.code === 'policy-ref-invalid';
  return absent ? fail({ code: 'policy-unreviewed', ref: reviewed }) : chosen;
}

function checkEndpoint(
  entries: readonly ConfigEntry[],
  endpoint: string,
  { where, config }: Chosen,
): Result<void, Failure> {
  const { sharedEndpoint } = readSettings(entries);
  const others: readonly [string | null, string][] = [
    [sharedEndpoint, "git's global or system config"],
    [config.endpoint, where],
  ];
  for (const [other, place] of others) {
    if (other === null) continue;
    const parsed = parseEndpoint(other);
    if (parsed.ok && parsed.value === endpoint) continue;
    return fail({ code: 'endpoint-differs', asked: endpoint, proposed: other, where: place });
  }
  return ok(undefined);
}

/** Read now, each time: CI keeps nothing from one job to the next. */
async function lookUp(
  ports: RunPorts,
  config: Config,
  endpoint: string,
  subject: string,
  random: () => number,
): Promise<Result<string, Failure>> {
  const deadline = ports.clock.now() + config.deadline;
  for (let attempt = 0; ; attempt++) {
    const found = await findSubject(ports, config, endpoint, subject);
    if (found.ok) return found;
    const { failure } = found;
    const passing =
      (failure.code === 'unreachable' || failure.code === 'throttled' || failure.code === 'faulty') &&
      isPassing(failure);
    if (!passing || ports.clock.now() > deadline) return found;
    await ports.clock.pause(backoff(attempt, random(), null));
  }
}
