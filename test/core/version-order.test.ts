import { describe, expect, it } from 'vitest';
import { isNewer } from '../../src/core/version-order.ts';

/** The example of Semantic Versioning 2.0.0 section 11, with numbers around it. */
const ORDER = [
  '0.9.10',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  '1.0.1',
  '1.2.0',
  '1.10.0',
  '2.0.0-0',
  '2.0.0',
  '10.0.0',
];

describe('isNewer', () => {
  it.each(ORDER.flatMap((a, i) => ORDER.map((b, j) => [a, b, i > j] as const)))(
    '%s over %s: %s',
    (a, b, newer) => {
      expect(isNewer(a, b)).toBe(newer);
    },
  );

  it('leaves build metadata out', () => {
    expect(isNewer('1.0.0+2', '1.0.0+1')).toBe(false);
    expect(isNewer('1.0.1+a-b', '1.0.0+z')).toBe(true);
  });

  it('takes nonsense for the oldest of all', () => {
    expect(isNewer('', '0.0.1')).toBe(false);
    expect(isNewer('0.0.1', 'x.y')).toBe(true);
  });
});
