import { describe, expect, it } from 'vitest';
import {
  drop,
  EMPTY_LEDGER,
  find,
  holders,
  isOurs,
  itemKey,
  put,
  sameHolder,
} from '../../src/core/ledger.ts';
import { group, HOLDER, holding, lease } from './samples.ts';

const held = holding(group('jit-release'));

describe('the ledger', () => {
  it('holds each thing of each holder once', () => {
    const twice = put(put(EMPTY_LEDGER, held), { ...held, state: 'owed' });
    expect(twice.holdings).toEqual([{ ...held, state: 'owed' }]);
    const others = [
      holding(group('jit-release'), { subjectId: 'u-bob' }),
      holding(group('jit-release'), { endpoint: 'https://other.example/scim' }),
      holding({ kind: 'role', name: 'jit-release', id: null }),
    ];
    expect(others.reduce(put, twice).holdings).toHaveLength(4);
  });

  it('finds and drops by holder and thing', () => {
    const ledger = put(put(EMPTY_LEDGER, held), holding(group('other')));
    expect(find(ledger, { ...HOLDER, item: group('jit-release') })).toBe(held);
    expect(find(ledger, { ...HOLDER, subjectId: 'u-bob', item: group('jit-release') })).toBeUndefined();
    expect(drop(ledger, held).holdings.map((each) => each.item.name)).toEqual(['other']);
  });

  it('leaves what it was given as it was', () => {
    const before = put(EMPTY_LEDGER, held);
    put(before, { ...held, state: 'owed' });
    drop(before, held);
    expect(before.holdings).toEqual([held]);
    expect(EMPTY_LEDGER).toEqual({ leases: [], holdings: [] });
  });

  it('knows a group by its id, and a value by type and value', () => {
    expect(itemKey({ ...group('a'), name: 'renamed' })).toBe(itemKey(group('a')));
    expect(itemKey({ ...group('a'), id: 'other' })).not.toBe(itemKey(group('a')));
    const role = { kind: 'role', name: 'r', id: null } as const;
    expect(itemKey({ ...role, display: 'R' })).toBe(itemKey(role));
    expect(itemKey({ ...role, type: 'work' })).not.toBe(itemKey(role));
    expect(itemKey({ ...role, kind: 'entitlement' })).not.toBe(itemKey(role));
  });

  it.each([
    ['absent', false, true],
    ['absent', true, true],
    ['present', false, false],
    ['present', true, true],
    ['unknown', false, false],
    ['unknown', true, true],
  ] as const)('with before %s and managed %s: ours is %s', (before, managed, ours) => {
    expect(isOurs(holding(group('g'), { before, managed }))).toBe(ours);
  });

  it('lists everybody it has a say in, once', () => {
    const ledger = { leases: [lease('l'), lease('m', { subjectId: 'u-bob' })], holdings: [held] };
    expect(holders(ledger)).toEqual([
      { endpoint: HOLDER.endpoint, subjectId: 'u-alice' },
      { endpoint: HOLDER.endpoint, subjectId: 'u-bob' },
    ]);
    expect(sameHolder(held, lease('l'))).toBe(true);
  });
});
