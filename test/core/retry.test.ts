import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoff } from '../../src/core/retry.ts';

const attempts = fc.nat(2_000);
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it('doubles the longest wait with each attempt, up to a bound', () => {
  expect([0, 1, 2, 3, 4, 5, 50].map((attempt) => backoff(attempt, 0.999_999, null))).toEqual([
    250, 500, 1000, 2000, 4000, 4000, 4000,
  ]);
});

it('spreads the waits of those who failed together', () => {
  expect(backoff(3, 0.5, null)).toBe(1000);
  expect(backoff(3, 0.25, null)).toBe(500);
});

it('never comes back sooner than it was asked to, or at once', () => {
  fc.assert(
    fc.property(attempts, random, fc.option(fc.nat()), (attempt, drawn, retryAfter) => {
      const wait = backoff(attempt, drawn, retryAfter);
      expect(wait).toBeGreaterThanOrEqual(Math.max(50, retryAfter ?? 0));
      expect(wait).toBeLessThanOrEqual(Math.max(4_000, retryAfter ?? 0));
      expect(Number.isSafeInteger(wait)).toBe(true);
    }),
  );
});
