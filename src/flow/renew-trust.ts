// `trust`: accepts what the clone's config proposes now in the place of what was accepted before; the hook is left alone.
import type { Failure } from '../core/failure.ts';
import { ok, type Result } from '../core/result.ts';
import { type ConfigEntry, type Pins, readSettings } from '../core/settings.ts';
import { type Accepted, accept, pinDown, type TrustOptions, type TrustPorts, writeDown } from './trust.ts';

export type RenewalOptions = Omit<TrustOptions, 'policy' | 'mode'>;

export interface Renewal extends Accepted {
  /** What was accepted before; null where nothing was. */
  readonly before: Pins | null;
  readonly changed: boolean;
}

export async function renewTrust(
  ports: TrustPorts,
  entries: readonly ConfigEntry[],
  options: RenewalOptions,
): Promise<Result<Renewal, Failure>> {
  const { pins: before, overruled } = readSettings(entries);
  const policy = await keptRef(ports, before);
  if (!policy.ok) return policy;
  const asked: TrustOptions = { ...options, policy: policy.value, mode: null };
  const accepted = await accept(ports, entries, asked);
  if (!accepted.ok) return accepted;
  const { pins } = accepted.value;
  const same =
    before !== null && (Object.keys(pins) as (keyof Pins)[]).every((key) => pins[key] === before[key]);
  if (same && overruled.length === 0) return ok({ ...accepted.value, before, changed: false });
  const pinned = await pinDown(ports, entries, accepted.value, asked);
  if (!pinned.ok) return pinned;
  const written = await writeDown(ports, entries, accepted.value, 'trust');
  return written.ok ? ok({ ...accepted.value, before, changed: true }) : written;
}

/** The pinned ref, as long as it is there. Rules that were pinned by their content are chosen anew: they may be committed. */
async function keptRef(
  { repository }: Pick<TrustPorts, 'repository'>,
  pins: Pins | null,
): Promise<Result<string | null, Failure>> {
  if (pins === null || pins.policy.startsWith('sha256:')) return ok(null);
  const read = await repository.policy(pins.policy);
  if (!read.ok) return read;
  return ok(read.value.state === 'ref-gone' ? null : pins.policy);
}
