// When to try again: exponential backoff with full jitter, never sooner than the directory asked for.

/** Milliseconds. */
const SHORTEST = 50;
const FIRST = 250;
const LONGEST = 4_000;

/**
 * The wait before the next attempt, in milliseconds. `attempt` counts from 0; `random` is in [0, 1);
 * `retryAfter` is what the directory asked for, in milliseconds (RFC 9110 section 10.2.3).
 */
export function backoff(attempt: number, random: number, retryAfter: number | null): number {
  const ceiling = Math.min(LONGEST, FIRST * 2 ** attempt);
  return Math.max(Math.ceil(ceiling * random), SHORTEST, retryAfter ?? 0);
}
