import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../src/core/outcome.ts';
import { CHANGE_OUTCOMES, REASONS } from '../../src/core/vocabulary.ts';

const change = fc.record(
  { outcome: fc.constantFrom(...CHANGE_OUTCOMES), reason: fc.constantFrom(...REASONS) },
  { requiredKeys: ['outcome'] },
);

describe('outcomeOf', () => {
  it.each([
    [[], undefined, { outcome: 'unchanged' }],
    [[], 'no-rule', { outcome: 'unchanged', reason: 'no-rule' }],
    [[], 'detached', { outcome: 'unchanged', reason: 'detached' }],
    [[], 'off', { outcome: 'skipped', reason: 'off' }],
    [[], 'expired', { outcome: 'skipped', reason: 'expired' }],
    [[], 'untrusted', { outcome: 'refused', reason: 'untrusted' }],
    [[], 'invalid-config', { outcome: 'refused', reason: 'invalid-config' }],
    [[{ outcome: 'applied' }], 'no-rule', { outcome: 'applied' }],
    [[{ outcome: 'applied' }], 'untrusted', { outcome: 'refused', reason: 'untrusted' }],
    [[{ outcome: 'owed', reason: 'unreachable' }], 'no-rule', { outcome: 'owed', reason: 'unreachable' }],
  ] as const)('%j with %s', (changes, why, expected) => {
    expect(outcomeOf(changes, why)).toEqual(expected);
  });

  it('lets the heavier speak: pending, failed, refused, owed, would, applied', () => {
    const order = ['pending', 'failed', 'refused', 'owed', 'would', 'applied'] as const;
    for (const [index, heavy] of order.entries())
      for (const light of order.slice(index))
        expect(outcomeOf([{ outcome: light }, { outcome: heavy }], undefined)).toEqual({ outcome: heavy });
  });

  it('is the same in any order, and always the outcome of one of them', () => {
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1 }),
        fc.option(fc.constantFrom(...REASONS)),
        (changes, why) => {
          const ended = outcomeOf(changes, why ?? undefined);
          expect(outcomeOf(changes.toReversed(), why ?? undefined).outcome).toBe(ended.outcome);
          if (why === null) expect(changes.map((each) => each.outcome)).toContain(ended.outcome);
          if (ended.reason !== undefined && ended.reason !== why)
            expect(changes).toContainEqual({ outcome: ended.outcome, reason: ended.reason });
        },
      ),
    );
  });
});
