// A directory that doesn't answer, or asked for peace, is left alone but for one short look at each wake-up.
import type { DirectoryFailure } from './failure.ts';
import { isPassing } from './failure.ts';
import type { Circuit, Traits } from './traits.ts';

/** Milliseconds: no directory may keep us from giving back for longer than this. */
const LONGEST_PEACE = 5 * 60_000;

/** Milliseconds that a look at a directory may take which didn't answer the last time. */
const SHORT = 1_000;

/** A slow network could make every short look fail, so now and then one has all its time. */
const FULL_EVERY = 4;

/** After a wake-up: `failure` is why the directory couldn't be asked, if so; `now` in milliseconds since the epoch. */
export function afterWakeUp(traits: Traits, failure: DirectoryFailure | null, now: number): Traits {
  if (failure === null || !isPassing(failure)) {
    const { circuit: _, ...closed } = traits;
    return closed;
  }
  const wait = failure.code === 'throttled' ? Math.min(failure.retryAfter ?? 0, LONGEST_PEACE) : 0;
  return { ...traits, circuit: { failures: (traits.circuit?.failures ?? 0) + 1, until: now + wait } };
}

/** Milliseconds that the directory still wants to be left alone; a clock that jumped back doesn't make it more. */
export const peaceLeft = (circuit: Circuit | undefined, now: number): number => {
  const left = (circuit?.until ?? 0) - now;
  return left > LONGEST_PEACE ? 0 : Math.max(0, left);
};

/** Milliseconds for the first request of a wake-up. */
export function probeTimeout(circuit: Circuit | undefined, timeout: number): number {
  const failures = circuit?.failures ?? 0;
  return failures === 0 || failures % FULL_EVERY === 0 ? timeout : Math.min(timeout, SHORT);
}
