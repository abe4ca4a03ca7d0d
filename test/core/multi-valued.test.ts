import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalsValue, mergeValue, withoutValue } from '../../src/core/multi-valued.ts';
import type { ValueFacts } from '../../src/core/scim-message.ts';

const item = fc
  .record({ name: fc.constantFrom('a', 'b', 'c'), type: fc.constantFrom('x', 'y', undefined) })
  .map(({ name, type }) => ({
    kind: 'role' as const,
    name,
    id: null,
    ...(type === undefined ? {} : { type }),
  }));
const value: fc.Arbitrary<ValueFacts> = fc
  .record({ one: item, primary: fc.boolean(), more: fc.string() })
  .map(({ one, ...rest }) => {
    const type = one.type === undefined ? {} : { type: one.type };
    return { value: one.name, ...type, whole: { value: one.name, ...type, ...rest } };
  });

describe('lists of values', () => {
  it('take a value with its type and display', () => {
    const role = { kind: 'role' as const, name: 'deployer', id: null, type: 'work', display: 'Deployer' };
    expect(mergeValue([], role)).toEqual([
      {
        value: 'deployer',
        type: 'work',
        whole: { value: 'deployer', type: 'work', display: 'Deployer' },
      },
    ]);
  });

  it('hold ours once, and everybody else’s as they were', () => {
    fc.assert(
      fc.property(fc.array(value), item, (values, ours) => {
        const merged = mergeValue(values, ours);
        expect(merged.slice(0, values.length)).toEqual(values);
        expect(merged.some((each) => equalsValue(each, ours))).toBe(true);
        expect(mergeValue(merged, ours)).toEqual(merged);
        const others = values.filter((each) => !equalsValue(each, ours));
        expect(withoutValue(merged, ours)).toEqual(others);
        expect(withoutValue(withoutValue(merged, ours), ours)).toEqual(others);
      }),
    );
  });

  it('tell values apart by type, where none and an empty one are the same', () => {
    const plain = { kind: 'role' as const, name: 'r', id: null };
    expect(equalsValue({ value: 'r', whole: {} }, { ...plain, type: '' })).toBe(true);
    expect(equalsValue({ value: 'r', type: 'work', whole: {} }, plain)).toBe(false);
    expect(equalsValue({ value: 'R', whole: {} }, plain)).toBe(false);
  });
});
