import { describe, expect, it } from 'vitest';
import type { Item } from '../../src/core/ledger.ts';
import { byName, group, holding, lease, SIDE } from './samples.ts';
import { carryOut, factsOf, planOf, sent, type World } from './world.ts';

const RELEASE = group('jit-release');
const OTHER_CLONE = '/elsewhere/.git';
const key = (item: Item): string => `group\nid\n${item.id}`;
const world = (more: Partial<World['ledger']> = {}, ...held: Item[]): World => ({
  ledger: { leases: [], holdings: [], ...more },
  held: new Set(held.map(key)),
});
const wanted = { leases: [lease('l')] };
const jit = { isManaged: (_: string, name: string) => name.startsWith('jit-') };

describe('what a lease wants', () => {
  it('is added where it was seen absent', () => {
    const before = world(wanted);
    const planned = planOf(before, factsOf(before, [RELEASE]));
    expect(planned.changes).toMatchObject([
      {
        op: 'add',
        item: RELEASE,
        rules: ['release'],
        why: 'rule release on release/1',
        lease: 'l',
        before: 'absent',
      },
    ]);
    const after = carryOut(before, planned);
    expect(after.held).toContain(key(RELEASE));
    expect(after.ledger.holdings).toMatchObject([{ before: 'absent', state: 'held' }]);
  });

  it('is left alone where it was there before us, and stays when we leave', () => {
    const before = world(wanted, RELEASE);
    expect(planOf(before, factsOf(before, [RELEASE]))).toEqual({ changes: [], adopt: [], forget: [] });
    const left = world({}, RELEASE);
    expect(planOf(left, factsOf(left, [RELEASE]))).toEqual({ changes: [], adopt: [], forget: [] });
  });

  it('is adopted inside managed, and then goes with its last lease', () => {
    const before = world(wanted, RELEASE);
    const adopting = planOf(before, factsOf(before, [RELEASE]), jit);
    expect(adopting).toMatchObject({
      changes: [],
      adopt: [{ item: RELEASE, managed: true, before: 'present' }],
    });
    const held = carryOut(before, adopting);
    const left = { ...held, ledger: { ...held.ledger, leases: [] } };
    // Even if the rules don't manage it any more: it was ours when it was adopted.
    expect(sent(planOf(left, factsOf(left, [RELEASE])))).toEqual(['remove jit-release']);
  });

  it('was already being added when a crash came: that counts as ours, and only its line is missing', () => {
    const crashed = world({ ...wanted, holdings: [holding(RELEASE, { state: 'adding' })] }, RELEASE);
    const planned = planOf(crashed, factsOf(crashed, [RELEASE]));
    expect(planned.changes).toMatchObject([{ op: 'add', disposition: { do: 'record', happened: true } }]);
    expect(carryOut(crashed, planned).ledger.holdings).toMatchObject([{ state: 'held', before: 'absent' }]);
  });

  it('is added again where it drifted away, and owed removals are forgotten where it is wanted again', () => {
    const drifted = world({ ...wanted, holdings: [holding(RELEASE)] });
    expect(sent(planOf(drifted, factsOf(drifted, [RELEASE])))).toEqual(['add jit-release']);
    const owed = world({ ...wanted, holdings: [holding(RELEASE, { state: 'owed' })] }, RELEASE);
    expect(planOf(owed, factsOf(owed, [RELEASE]))).toMatchObject({ changes: [], adopt: [{ state: 'held' }] });
  });

  it('is ours to take back once it was seen absent, though it was unknown before', () => {
    const unsure = world({ ...wanted, holdings: [holding(RELEASE, { before: 'unknown' })] });
    const after = carryOut(unsure, planOf(unsure, factsOf(unsure, [RELEASE])));
    const left = { ...after, ledger: { ...after.ledger, leases: [] } };
    expect(sent(planOf(left, factsOf(left, [RELEASE])))).toEqual(['remove jit-release']);
  });

  it('is added, but not ours, where nobody can see whether it was there', () => {
    const before = world(wanted);
    const unknown = { presence: () => 'unknown' as const };
    const planned = planOf(before, factsOf(before, [RELEASE], unknown));
    expect(planned.changes).toMatchObject([{ op: 'add', before: 'unknown' }]);
    const after = carryOut(before, planned);
    expect(planOf(after, factsOf(after, [RELEASE], unknown))).toEqual({ changes: [], adopt: [], forget: [] });
    const left = { ...after, ledger: { ...after.ledger, leases: [] } };
    const leaving = planOf(left, factsOf(left, [RELEASE]));
    expect(leaving).toMatchObject({ changes: [], forget: [{ item: RELEASE }] });
    expect(sent(planOf(left, factsOf(left, [RELEASE]), jit))).toEqual(['remove jit-release']);
  });

  it('by another clone is kept, but only added by that clone’s own wake-up', () => {
    const before = world({ leases: [lease('l', { commonDir: OTHER_CLONE })] });
    expect(planOf(before, factsOf(before, [RELEASE])).changes).toEqual([]);
    const held = world({ ...before.ledger, holdings: [holding(RELEASE)] }, RELEASE);
    expect(planOf(held, factsOf(held, [RELEASE]))).toEqual({ changes: [], adopt: [], forget: [] });
  });
});

describe('what no lease wants', () => {
  it('goes with the last lease, not before', () => {
    const holdings = [holding(RELEASE)];
    const two = world({ leases: [lease('l'), lease('m', { worktree: SIDE })], holdings }, RELEASE);
    expect(sent(planOf(two, factsOf(two, [RELEASE])))).toEqual([]);
    const none = world({ holdings }, RELEASE);
    expect(sent(planOf(none, factsOf(none, [RELEASE])))).toEqual(['remove jit-release']);
  });

  it.each(['untrusted', 'off', 'invalid-config'] as const)(
    'goes even if nothing may be added: %s',
    (reason) => {
      const none = world({ holdings: [holding(RELEASE)] }, RELEASE);
      const additions = { may: 'not', reason } as const;
      expect(sent(planOf(none, factsOf(none, [RELEASE]), { additions }))).toEqual(['remove jit-release']);
    },
  );

  it('is taken back where it can’t be seen, and only forgotten where it was seen gone', () => {
    const none = world({ holdings: [holding(RELEASE)] });
    const unknown = { presence: () => 'unknown' as const };
    expect(sent(planOf(none, factsOf(none, [RELEASE], unknown)))).toEqual(['remove jit-release']);
    expect(planOf(none, factsOf(none, [RELEASE]))).toMatchObject({
      changes: [],
      forget: [{ item: RELEASE }],
    });
  });

  it.each(['removing', 'owed'] as const)('gets its line where it was %s and is gone', (state) => {
    const none = world({ holdings: [holding(RELEASE, { state })] });
    expect(planOf(none, factsOf(none, [RELEASE])).changes).toMatchObject([
      { op: 'remove', disposition: { do: 'record', happened: true } },
    ]);
  });

  it('and whose add a crash cut short gets the line of the add, then is taken back', () => {
    const holdings = [holding(RELEASE, { state: 'adding' })];
    const arrived = world({ holdings }, RELEASE);
    const planned = planOf(arrived, factsOf(arrived, [RELEASE]));
    expect(planned.changes.map(({ op, disposition }) => [op, disposition.do])).toEqual([
      ['add', 'record'],
      ['remove', 'apply'],
    ]);
    const never = world({ holdings });
    expect(planOf(never, factsOf(never, [RELEASE])).changes).toMatchObject([
      { op: 'add', disposition: { do: 'record', happened: false } },
    ]);
  });

  it('and is managed goes, though the ledger never heard of it; in audit mode it would', () => {
    const lost = world({}, RELEASE, group('staff'));
    const facts = factsOf(lost, [RELEASE, group('staff')]);
    expect(sent(planOf(lost, facts, jit))).toEqual(['remove jit-release']);
    expect(planOf(lost, facts, { ...jit, additions: { may: 'would' } }).changes).toMatchObject([
      { op: 'remove', disposition: { do: 'would' } },
    ]);
    expect(planOf(lost, facts, { ...jit, additions: { may: 'not', reason: 'untrusted' } }).changes).toEqual(
      [],
    );
  });

  it.each(['unknown-group', 'ambiguous-group'] as const)(
    'is not what a live lease names, when that is an %s just now',
    (missing) => {
      const held = world({ ...wanted, holdings: [holding(RELEASE)] }, RELEASE);
      const planned = planOf(held, factsOf(held, [RELEASE], { resolve: () => ({ missing }) }));
      expect(sent(planned)).toEqual([]);
      expect(planned.forget).toEqual([]);
      expect(planned.changes).toMatchObject([{ op: 'add', disposition: { do: 'refuse', reason: missing } }]);
    },
  );
});

describe('what can’t be had is refused, with the reason', () => {
  const reasonsOf = (...given: Parameters<typeof planOf>) =>
    planOf(...given).changes.map(({ disposition }) =>
      disposition.do === 'refuse' ? disposition.reason : 'no',
    );
  const before = world(wanted);
  const facts = factsOf(before, [RELEASE]);

  it('for one who isn’t eligible', () => {
    expect(reasonsOf(before, facts, { ineligible: new Set(['release']) })).toEqual(['ineligible']);
  });

  it('for what scim-hook.allow doesn’t cover, and it is taken back if we gave it', () => {
    expect(reasonsOf(before, facts, { isAllowed: () => false })).toEqual(['not-allowed']);
    const held = world({ ...wanted, holdings: [holding(RELEASE)] }, RELEASE);
    const planned = planOf(held, factsOf(held, [RELEASE]), { isAllowed: () => false });
    expect(sent(planned)).toEqual(['remove jit-release']);
  });

  it('for a templated name whose group doesn’t carry our marker', () => {
    const wants = [{ target: byName('jit-release', { templated: true }), rules: ['release'] }];
    const templated = world({ leases: [lease('l', { wants })] });
    const resolve = (marked: boolean) => ({ resolve: () => ({ found: RELEASE, marked }) });
    expect(reasonsOf(templated, factsOf(templated, [RELEASE], resolve(false)))).toEqual(['not-allowed']);
    expect(reasonsOf(templated, factsOf(templated, [RELEASE], resolve(true)))).toEqual(['no']);
  });

  it('but not what another lease, or another rule, may give', () => {
    const other = lease('m', { rules: ['all'], wants: [{ target: byName('jit-release'), rules: ['all'] }] });
    const both = world({ leases: [lease('l'), other] });
    const planned = planOf(both, factsOf(both, [RELEASE]), { ineligible: new Set(['release']) });
    expect(planned.changes.map(({ op, rules, disposition }) => [op, rules, disposition.do])).toEqual([
      ['add', ['all'], 'apply'],
    ]);
    const united = world({
      leases: [lease('l', { wants: [{ target: byName('jit-release'), rules: ['release', 'all'] }] })],
    });
    expect(
      planOf(united, factsOf(united, [RELEASE]), { ineligible: new Set(['release']) }).changes,
    ).toMatchObject([{ rules: ['all'], disposition: { do: 'apply' } }]);
  });

  it('by others is none of our business', () => {
    const theirs = world({ leases: [lease('l', { commonDir: OTHER_CLONE })] });
    expect(planOf(theirs, factsOf(theirs, [RELEASE]), { isAllowed: () => false }).changes).toEqual([]);
  });
});

it('another subject’s leases and holdings are not looked at', () => {
  const theirs = world({
    leases: [lease('l', { subjectId: 'u-bob' })],
    holdings: [holding(RELEASE, { subjectId: 'u-bob' })],
  });
  expect(planOf(theirs, factsOf(theirs, [RELEASE]))).toEqual({ changes: [], adopt: [], forget: [] });
});
