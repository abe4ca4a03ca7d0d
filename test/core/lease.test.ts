import { describe, expect, it } from 'vitest';
import type { Rule } from '../../src/core/config.ts';
import { type Entry, end, enter, expire, type Lease, leave, redecide } from '../../src/core/lease.ts';
import { decide } from '../../src/core/policy.ts';
import { byName, CLONE, config, counter, HOUR, lease, MAIN, NOW, rule, SIDE, TERMS } from './samples.ts';

const ids = (leases: readonly Lease[]): string[] => leases.map((each) => each.id);

const enterWith = (leases: readonly Lease[], rules: readonly Rule[], more: Partial<Entry> = {}) => {
  const branch = more.branch ?? 'release/1';
  const entry: Entry = {
    place: MAIN,
    branch,
    by: 'checkout',
    event: 'e-enter',
    now: NOW,
    newId: counter('new'),
    ...more,
  };
  return enter(leases, entry, TERMS, decide(config(rules), branch));
};

describe('leave', () => {
  const here = lease('here');
  const elsewhere = lease('elsewhere', { worktree: SIDE });
  const byHand = lease('by-hand', { by: 'hand' });
  const ofRepository = lease('repository', { worktree: null, until: 'branch-deleted' });
  const all = [here, elsewhere, byHand, ofRepository];

  it('ends what this checkout held for another branch, and nothing else', () => {
    const left = leave(all, MAIN.gitDir, 'main');
    expect(ids(left.ended)).toEqual(['here']);
    expect(ids(left.leases)).toEqual(['elsewhere', 'by-hand', 'repository']);
  });

  it('ends nothing where the branch is still the same', () => {
    expect(leave(all, MAIN.gitDir, 'release/1').ended).toEqual([]);
  });

  it('ends it for a detached HEAD too', () => {
    expect(ids(leave(all, MAIN.gitDir, null).ended)).toEqual(['here']);
  });
});

describe('enter', () => {
  it('grants one lease for rules that end together, another for those that don’t', () => {
    const rules = [
      rule('a', { branches: ['**'] }),
      rule('b', { branches: ['**'] }),
      rule('c', { branches: ['**'], lifetime: HOUR }),
      rule('d', { branches: ['**'], until: 'branch-deleted', lifetime: null }),
    ];
    const { granted } = enterWith([], rules);
    expect(granted.map((each) => [each.rules, each.expires, each.worktree])).toEqual([
      [['a', 'b'], NOW + 12 * HOUR, MAIN],
      [['c'], NOW + HOUR, MAIN],
      [['d'], null, null],
    ]);
    expect(new Set(ids(granted)).size).toBe(3);
  });

  it('keeps the id and the first grant when it renews, and starts the time anew', () => {
    const old = lease('old');
    const { granted, leases, ended } = enterWith([old], [rule('release')]);
    expect(granted).toEqual([{ ...old, expires: NOW + 12 * HOUR, event: 'e-enter' }]);
    expect(leases).toEqual(granted);
    expect(ended).toEqual([]);
  });

  it('decides anew when it renews: what no rule gives any more ends', () => {
    const { granted, ended } = enterWith([lease('old')], [rule('release', { lifetime: HOUR })]);
    expect(ids(granted)).toEqual(['new-1']);
    expect(ids(ended)).toEqual(['old']);
    expect(ids(enterWith([lease('old')], []).ended)).toEqual(['old']);
  });

  it.each([
    ['of another worktree', lease('other', { worktree: SIDE })],
    ['of another clone', lease('other', { commonDir: '/elsewhere/.git' })],
    ['of another branch', lease('other', { branch: 'release/2' })],
    ['by hand', lease('other', { by: 'hand' })],
    ['of another subject', lease('other', { subjectId: 'u-bob' })],
    ['at another endpoint', lease('other', { endpoint: 'https://other.example/scim' })],
  ])('leaves a lease %s alone', (_, other) => {
    const { leases, ended } = enterWith([other], [rule('release')]);
    expect(ended).toEqual([]);
    expect(leases).toContainEqual(other);
    expect(ids(leases)).toEqual(['other', 'new-1']);
  });

  it('shares what lasts as long as the branch between all checkouts of a clone', () => {
    const rules = [rule('release', { until: 'branch-deleted', lifetime: null })];
    const first = enterWith([], rules);
    const second = enterWith(first.leases, rules, { place: SIDE });
    expect(ids(second.leases)).toEqual(ids(first.leases));
  });

  it('is the same when done twice', () => {
    const rules = [
      rule('release'),
      rule('all', { branches: ['**'], lifetime: null, until: 'upstream-deleted' }),
    ];
    const once = enterWith([], rules);
    expect(enterWith(once.leases, rules).leases).toEqual(once.leases);
  });
});

describe('redecide', () => {
  const policy = { commit: 'c2', blob: 'b2' };

  it('ends a lease none of whose rules is left, and takes on the new policy', () => {
    const kept = lease('kept', { branch: 'hotfix/1', rules: ['hotfix'] });
    const { leases, ended } = redecide([lease('gone'), kept], CLONE, config([rule('hotfix')]), policy);
    expect(ids(ended)).toEqual(['gone']);
    expect(leases).toEqual([
      { ...kept, policy, wants: [{ target: byName('jit-hotfix'), rules: ['hotfix'] }] },
    ]);
  });

  it('follows what a rule gives now, but brings no rule that came later', () => {
    const rules = [rule('release', { grant: [byName('jit-new')] }), rule('all', { branches: ['**'] })];
    const { leases } = redecide([lease('old')], CLONE, config(rules), policy);
    expect(leases.map((each) => [each.rules, each.wants])).toEqual([
      [['release'], [{ target: byName('jit-new'), rules: ['release'] }]],
    ]);
  });

  it('knows nothing of other clones’ rules', () => {
    const other = lease('other', { commonDir: '/elsewhere/.git' });
    expect(redecide([other], CLONE, config([]), policy)).toEqual({ leases: [other], ended: [], granted: [] });
  });
});

describe('expire and end', () => {
  it('end what is over to the millisecond, never what has no end', () => {
    const due = lease('due', { expires: NOW });
    const live = lease('live', { expires: NOW + 1 });
    const endless = lease('endless', { expires: null });
    expect(ids(expire([due, live, endless], () => NOW).ended)).toEqual(['due']);
    expect(ids(expire([due, live, endless], () => NOW).leases)).toEqual(['live', 'endless']);
    expect(ids(end([due, live], (each) => each.id === 'live').leases)).toEqual(['due']);
  });
});
