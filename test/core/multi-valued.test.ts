import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalsValue, hurtBy, isSameValue, meant, mergeValue } from '../../src/core/multi-valued.ts';
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
        expect(meant(merged, ours)).not.toEqual([]);
        expect(mergeValue(merged, ours)).toEqual(merged);
      }),
    );
  });

  it('know one that nobody gave a type by the type that a server gave it, but not beside one without', () => {
    const plain = { kind: 'role' as const, name: 'r', id: null };
    const [bare, typed] = [
      { value: 'r', whole: { value: 'r' } },
      { value: 'r', type: 'Role', whole: { value: 'r', type: 'Role' } },
    ];
    expect(meant([typed], plain)).toEqual([typed]);
    expect(meant([typed, bare], plain)).toEqual([bare]);
    expect(meant([typed, bare], { ...plain, type: 'other' })).toEqual([]);
    expect(meant([typed, bare], { ...plain, type: 'role' })).toEqual([typed]);
    expect(isSameValue(typed, bare)).toBe(false);
  });

  it('tell values apart by type, where none and an empty one are the same', () => {
    const plain = { kind: 'role' as const, name: 'r', id: null };
    expect(equalsValue({ value: 'r', whole: {} }, { ...plain, type: '' })).toBe(true);
    expect(equalsValue({ value: 'r', type: 'work', whole: {} }, plain)).toBe(false);
    expect(equalsValue({ value: 'R', whole: {} }, plain)).toBe(false);
  });

  it('are not hurt by us where somebody else takes one of them away in the same moment', () => {
    const ours = { kind: 'role' as const, name: 'ours', id: null };
    const of = (value: string, more: Record<string, string> = {}): ValueFacts => ({
      value,
      ...more,
      whole: { value, ...more },
    });
    const [plain, other, typed] = [of('plain'), of('other'), of('typed', { type: 'app' })];
    const before = [plain, other, typed];
    expect(hurtBy(ours, before, before, false)).toEqual([]);
    expect(hurtBy(ours, before, [other, typed], false)).toEqual([]);
    expect(hurtBy(ours, before, [plain, other], false)).toEqual([]);
    // Nobody else could.
    expect(hurtBy(ours, before, [other, typed], true)).toEqual([plain]);
    // All of one type, all of them, or what one of them said.
    expect(hurtBy(ours, before, [typed], false)).toEqual([plain, other]);
    expect(hurtBy(ours, before, [], false)).toEqual(before);
    const cut = { ...typed, whole: { ...typed.whole, display: 'x' } };
    expect(hurtBy(ours, [plain, cut], [plain, typed], false)).toEqual([cut]);
  });
});
