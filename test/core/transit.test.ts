import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coalesce, parseSpoolLine } from '../../src/core/event.ts';
import type { Lease } from '../../src/core/lease.ts';
import { type Policy, type TransitInput, transit } from '../../src/core/transit.ts';
import { config, counter, event, HOUR, lease, MAIN, NOW, rule, SIDE, TERMS } from './samples.ts';

const { policy: version, ...terms } = TERMS;
const trusted = (...rules: Parameters<typeof config>[0]): Policy => ({
  state: 'trusted',
  config: config(rules),
  version,
  file: '.scimsyncrc',
});
const nothing: ReadonlySet<string> = new Set();

const go = (more: Partial<TransitInput>) =>
  transit({
    leases: [],
    events: [],
    heads: new Map([[MAIN.gitDir, { on: 'branch', branch: 'release/1' }]]),
    commonDir: TERMS.commonDir,
    mode: 'enforce',
    policy: trusted(rule('release')),
    terms,
    gone: { branches: nothing, upstreams: nothing },
    now: NOW,
    newId: counter('lease'),
    newEventId: counter('own'),
    ...more,
  });
const ids = (leases: readonly Lease[]): string[] => leases.map((each) => each.id);
const toMain = event('e', { branch: 'main' });

describe('a switch', () => {
  it('grants what the rules give', () => {
    const done = go({ events: [event('e')] });
    expect(ids(done.leases)).toEqual(['lease-1']);
    expect(done.granted.get('e')).toEqual(done.leases);
    expect(done.reasons.size).toBe(0);
  });

  it('says why it grants nothing', () => {
    expect(go({ events: [toMain] }).reasons.get('e')).toBe('no-rule');
    expect(go({ events: [event('e', { branch: null })] }).reasons.get('e')).toBe('detached');
  });

  it('ends what the branch before gave, by this very event', () => {
    const done = go({ leases: [lease('old')], events: [toMain] });
    expect(done.leases).toEqual([]);
    expect(ids(done.ended)).toEqual(['old']);
    expect(done.endedBy.get('old')).toBe('e');
  });

  it('acts only if nothing overtook it', () => {
    const done = go({ leases: [lease('old')], events: [{ ...toMain, superseded: true }] });
    expect(ids(done.leases)).toEqual(['old']);
    expect(done.reasons.size).toBe(0);
  });

  it('leaves the lease of another worktree alone', () => {
    const other = lease('other', { worktree: SIDE });
    expect(ids(go({ leases: [lease('old'), other], events: [toMain] }).leases)).toEqual(['other']);
  });
});

describe('somebody or somewhere else is pinned by now', () => {
  const other = { ...terms, subjectId: 'u-2' };

  it.each([
    ['another account', other],
    ['another endpoint', { ...terms, endpoint: 'https://new.example' }],
  ])('%s: what was given before ends, and what is granted is for the new one', (_, now) => {
    const done = go({ leases: [lease('old')], events: [event('e')], terms: now });
    expect(ids(done.ended)).toEqual(['old']);
    expect(done.leases).toMatchObject([{ endpoint: now.endpoint, subjectId: now.subjectId }]);
  });

  it('leaves the leases of other clones alone', () => {
    const elsewhere = lease('old', { commonDir: '/elsewhere/.git' });
    expect(ids(go({ leases: [elsewhere], terms: other }).leases)).toEqual(['old']);
  });
});

describe('no trust, no addition; leaving gives back all the same', () => {
  const broken: [string, Partial<TransitInput>, string][] = [
    ['untrusted', { policy: { state: 'untrusted', detail: '' } }, 'untrusted'],
    ['ref gone', { policy: { state: 'ref-gone', ref: 'refs/heads/x' } }, 'untrusted'],
    ['nothing pinned', { terms: null }, 'untrusted'],
    ['invalid', { policy: { state: 'invalid', where: '' } }, 'invalid-config'],
    ['release-only', { mode: 'release-only' }, 'off'],
    ['off', { mode: 'off' }, 'off'],
    ['file gone', { policy: { state: 'file-gone' } }, 'no-rule'],
  ];

  it.each(broken)('%s', (_, more, reason) => {
    const entering = go({ ...more, events: [event('e')] });
    expect(entering.leases).toEqual([]);
    expect(entering.reasons.get('e')).toBe(reason);
    const leaving = go({ ...more, leases: [lease('old')], events: [toMain] });
    expect(ids(leaving.ended)).toEqual(['old']);
  });

  it.each(broken.slice(0, 5))('%s: what is held stays until it is over', (_, more) => {
    expect(ids(go({ ...more, leases: [lease('old')] }).leases)).toEqual(['old']);
    expect(ids(go({ ...more, leases: [lease('old')], now: NOW + 12 * HOUR }).ended)).toEqual(['old']);
  });

  it.each(broken.slice(5))('%s: what this clone held ends at once', (_, more) => {
    const other = lease('other', { commonDir: '/elsewhere/.git' });
    const done = go({ ...more, leases: [lease('old'), other] });
    expect(ids(done.leases)).toEqual(['other']);
    expect(done.events.map(({ kind, branch }) => [kind, branch])).toEqual([['settle', 'release/1']]);
    expect(done.endedBy.get('old')).toBe(done.events[0]?.id);
  });

  it('audit mode grants leases; only the plan holds back', () => {
    expect(go({ mode: 'audit', events: [event('e')] }).leases).toHaveLength(1);
  });
});

describe('a rebase or bisect', () => {
  const heads = new Map([[MAIN.gitDir, { on: 'detached' as const, holding: 'release/1' }]]);

  it('holds what the branch has and grants nothing new', () => {
    const old = lease('old');
    const held = go({ heads, leases: [old], events: [event('e')] });
    expect(held.leases).toEqual([old]);
    expect(held.reasons.get('e')).toBe('detached');
    expect(go({ heads, events: [event('e')] }).leases).toEqual([]);
  });

  it('does not keep a lease by hand from being granted', () => {
    const byHand = event('e', { kind: 'manual', byHand: true, branch: 'release/1' });
    expect(go({ heads, events: [byHand] }).leases).toHaveLength(1);
  });
});

describe('by hand', () => {
  const asked = event('e', { kind: 'manual', byHand: true, branch: 'release/7' });

  it('adds to what the checkout has, and outlives a switch', () => {
    const first = go({ leases: [lease('old')], events: [asked] });
    expect(ids(first.leases)).toEqual(['old', 'lease-1']);
    expect(ids(go({ leases: first.leases, events: [toMain] }).leases)).toEqual(['lease-1']);
  });

  it('is ended by a sync without a branch, whatever its rule’s until', () => {
    const lasting = rule('release', { until: 'branch-deleted', lifetime: null });
    for (const policy of [trusted(rule('release')), trusted(lasting)]) {
      const byHand = go({ policy, events: [asked] }).leases;
      expect(ids(byHand)).toEqual(['lease-1']);
      const sync = event('s', { kind: 'manual', branch: 'main' });
      expect(ids(go({ policy, leases: byHand, events: [sync] }).ended)).toEqual(['lease-1']);
    }
  });
});

describe('what ends by itself', () => {
  it('expires, under an event of the time when it was over', () => {
    const due = lease('due', { expires: NOW - HOUR });
    const done = go({ leases: [due] });
    expect(done.events).toMatchObject([
      { kind: 'expired', at: NOW - HOUR, branch: 'release/1', place: MAIN },
    ]);
    expect(done.endedBy.get('due')).toBe('own-1');
  });

  it('one event for the leases of one checkout', () => {
    const done = go({ leases: [lease('a', { expires: NOW }), lease('b', { expires: NOW })] });
    expect(done.events).toHaveLength(1);
    expect(done.endedBy).toEqual(new Map(['a', 'b'].map((id) => [id, 'own-1'])));
  });

  it('ends with its branch or its upstream, as its until says', () => {
    const lasting = (id: string, until: Lease['until']) =>
      lease(id, { until, worktree: null, expires: null });
    const leases = [lasting('d', 'branch-deleted'), lasting('u', 'upstream-deleted'), lease('s')];
    const gone = (branches: string[], upstreams: string[]) =>
      ids(go({ leases, gone: { branches: new Set(branches), upstreams: new Set(upstreams) } }).ended);
    expect(gone(['release/1'], [])).toEqual(['d', 'u']);
    expect(gone([], ['release/1'])).toEqual(['u']);
    expect(gone(['release/2'], ['release/2'])).toEqual([]);
  });

  it('an event that waited longer than its rules last grants nothing, and says so', () => {
    const late = event('e', { at: NOW - 13 * HOUR });
    const several = [rule('a', { branches: ['**'] }), rule('b', { branches: ['**'] })];
    for (const policy of [trusted(rule('release')), trusted(...several)]) {
      const done = go({ policy, events: [late] });
      expect(done.leases).toEqual([]);
      expect(done.reasons.get('e')).toBe('expired');
    }
  });
});

it('a checkout of the current branch grants again, though the switch to it is open since yesterday', () => {
  const yesterday = event('switch', { at: NOW - 13 * HOUR });
  const head = { on: 'branch', branch: 'release/1' } as const;
  const again = parseSpoolLine(`1\t${'a'.repeat(40)}\t${'a'.repeat(40)}\t\tref: refs/heads/release/1`);
  if (again === null) throw new Error('the line was meant to be one');
  const lines = [{ line: again, at: NOW }];
  const newId = counter('renewal');
  const events = coalesce({
    place: MAIN,
    head,
    last: 'release/1',
    open: [yesterday],
    lines,
    now: NOW,
    newId,
  });
  expect(go({ events }).leases.map((each) => each.expires)).toEqual([NOW + 12 * HOUR]);
});

it('no lease ever vanishes: it is live, or it ended by an event that is told', () => {
  const hours = fc.integer({ min: -14, max: 14 }).map((count) => count * HOUR);
  const leases = fc.uniqueArray(
    fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      branch: fc.constantFrom('release/1', 'release/2'),
      worktree: fc.constantFrom(MAIN, SIDE),
      by: fc.constantFrom('checkout' as const, 'hand' as const),
      expires: hours.map((after) => NOW + after),
    }),
    { selector: (each) => each.id },
  );
  const events = fc.array(
    fc.record({
      branch: fc.constantFrom('release/1', 'release/2', 'main', null),
      place: fc.constantFrom(MAIN, SIDE),
      kind: fc.constantFrom('switch' as const, 'manual' as const),
      at: hours.map((after) => NOW + Math.min(0, after)),
    }),
    { maxLength: 3 },
  );
  const policy = fc.constantFrom(trusted(rule('release')), trusted(), { state: 'file-gone' } as const);
  fc.assert(
    fc.property(leases, events, policy, (drawn, happened, followed) => {
      const before = drawn.map(({ id, ...more }) => lease(id, more));
      const done = go({
        leases: before,
        policy: followed,
        events: happened.map((each, index) => event(`e${index}`, each)),
      });
      const told = new Set(done.events.map((each) => each.id));
      for (const { id } of before) {
        const live = ids(done.leases).includes(id);
        expect(ids(done.ended).includes(id)).toBe(!live);
        if (!live) expect(told).toContain(done.endedBy.get(id));
      }
    }),
  );
});

describe('a run', () => {
  const asks = (id: string, run: string) => event(id, { kind: 'manual', byHand: true, run });

  it('has a lease of its own, beside the checkout’s and every other run’s', () => {
    const first = go({ events: [event('e'), asks('a', 'run-a')] });
    const newId = counter('other');
    const both = go({ leases: first.leases, events: [asks('b', 'run-b')], newId });
    expect(both.leases.map((each) => each.run)).toEqual([undefined, 'run-a', 'run-b']);
    expect(new Set(ids(both.leases)).size).toBe(3);
    const again = go({ leases: both.leases, events: [asks('c', 'run-b')] });
    expect(ids(again.leases).toSorted()).toEqual(ids(both.leases).toSorted());
  });

  it('keeps it over a switch, a sync, and the end of its branch, but not over its time', () => {
    const policy = trusted(rule('release', { until: 'branch-deleted', lifetime: null }));
    const { leases } = go({ policy, events: [asks('a', 'run-a')] });
    expect(leases).toMatchObject([{ until: 'switch', expires: NOW + 12 * HOUR }]);
    const gone = { branches: new Set(['release/1']), upstreams: nothing };
    const sync = event('s', { kind: 'manual', branch: 'main' });
    const later = go({ policy, leases, events: [toMain, sync], gone });
    expect(later.leases).toEqual(leases);
    expect(go({ policy, leases, now: NOW + 12 * HOUR }).leases).toEqual([]);
  });
});

describe('a sweep', () => {
  it('ends what is lost, under one event for each place; what expired says so', () => {
    const leases = [
      lease('lost'),
      lease('lost-too', { rules: ['other'] }),
      lease('over', { branch: 'release/2', expires: NOW }),
      lease('stays', { worktree: SIDE }),
    ];
    const isLost = (each: Lease): boolean => each.worktree === MAIN;
    const done = go({ leases, isLost, policy: { state: 'untrusted', detail: '' } });
    expect(ids(done.leases)).toEqual(['stays']);
    expect(done.events.map((each) => each.kind)).toEqual(['expired', 'settle']);
  });
});
