import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AuditFields,
  type AuditLine,
  CHAIN_START,
  parseAuditLine,
  seal,
} from '../../src/core/audit-record.ts';
import { drop, EMPTY_LEDGER, type Holding, type Item, type Ledger, put } from '../../src/core/ledger.ts';
import { replay } from '../../src/core/rebuild.ts';
import { group, HOLDER, holding, lease, NOW, TERMS } from './samples.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Through the log and back, as the lines are after a crash. */
function rebuilt(all: readonly AuditFields[]): Ledger {
  const lines: AuditLine[] = [];
  let end = CHAIN_START;
  for (const fields of all) {
    const sealed = seal(fields, { time: new Date(NOW).toISOString(), version: '0.1.0' }, end, sha256);
    end = sealed.end;
    const line = parseAuditLine(sealed.text);
    if (line !== null) lines.push(line);
  }
  return lines.reduce(replay, EMPTY_LEDGER);
}

/** What a change's line says of its entry, as flow/carry-out.ts writes it. */
const line = (
  kind: 'intent' | 'change',
  op: 'add' | 'remove',
  entry: Holding,
  more: object = {},
): AuditFields => ({
  kind,
  at: new Date(entry.since).toISOString(),
  event: entry.event,
  branch: entry.branch,
  repo: entry.repo,
  ...HOLDER,
  op,
  target: entry.item.kind,
  name: entry.item.name,
  targetId: entry.item.id,
  ...(entry.item.type === undefined ? {} : { type: entry.item.type }),
  before: entry.before,
  managed: entry.managed,
  lease: entry.lease,
  rules: entry.rules,
  ...more,
});

const RELEASE = holding(group('jit-release'));

describe('replay', () => {
  it('takes an intent to add for ours to be found, and an applied one for held', () => {
    const intent = line('intent', 'add', RELEASE);
    expect(rebuilt([intent]).holdings).toEqual([{ ...RELEASE, state: 'adding' }]);
    const applied = line('change', 'add', RELEASE, { outcome: 'applied', verified: 'confirmed' });
    expect(rebuilt([intent, applied]).holdings).toEqual([RELEASE]);
  });

  it('keeps what is pending as it was: whatever is found counts as ours', () => {
    const pending = line('change', 'add', RELEASE, { outcome: 'pending', verified: 'accepted' });
    expect(rebuilt([line('intent', 'add', RELEASE), pending]).holdings).toMatchObject([{ state: 'adding' }]);
  });

  it('keeps an add whose answer made no sense: it may have arrived all the same', () => {
    const faulty = line('change', 'add', RELEASE, { outcome: 'failed', status: 500 });
    expect(rebuilt([line('intent', 'add', RELEASE), faulty]).holdings).toMatchObject([{ state: 'adding' }]);
  });

  it.each([
    ['was refused by the directory', { outcome: 'failed', status: 400 }],
    ['never arrived', { outcome: 'failed' }],
  ])('forgets an add that %s', (_, more) => {
    const failed = line('change', 'add', RELEASE, more);
    expect(rebuilt([line('intent', 'add', RELEASE), failed]).holdings).toEqual([]);
  });

  it('keeps an add that the directory said yes to and did not show: it may come true later', () => {
    const more = { outcome: 'failed', reason: 'contradicted', verified: 'contradicted' } as const;
    const failed = line('change', 'add', RELEASE, more);
    expect(rebuilt([line('intent', 'add', RELEASE), failed]).holdings).toMatchObject([{ state: 'adding' }]);
  });

  it('knows what is owed, and forgets what was given back', () => {
    const start = [line('change', 'add', RELEASE, { outcome: 'applied' }), line('intent', 'remove', RELEASE)];
    expect(rebuilt(start).holdings).toMatchObject([{ state: 'removing' }]);
    const owed = [...start, line('change', 'remove', RELEASE, { outcome: 'owed', reason: 'unreachable' })];
    expect(rebuilt(owed).holdings).toMatchObject([{ state: 'owed' }]);
    const settled = [...owed, line('change', 'remove', RELEASE, { outcome: 'applied' })];
    expect(rebuilt(settled).holdings).toEqual([]);
  });

  it.each(['would', 'refused'] as const)('learns nothing from what was only %s', (outcome) => {
    expect(rebuilt([line('change', 'add', RELEASE, { outcome })])).toEqual(EMPTY_LEDGER);
  });

  it('learns nothing from a line that lacks a part, or is of another kind', () => {
    const { subjectId: _, ...without } = line('change', 'add', RELEASE, { outcome: 'applied' });
    const other = { ...line('change', 'add', RELEASE, { outcome: 'applied' }), kind: 'install' as const };
    expect(rebuilt([without, other])).toEqual(EMPTY_LEDGER);
  });

  it('takes the leases of closing lines, the last word on each', () => {
    const sync = (more: Partial<AuditFields>): AuditFields => ({ kind: 'sync', at: '', event: 'e', ...more });
    const renewed = lease('a', { expires: NOW + 1 });
    const all = [
      sync({ leases: [lease('a'), lease('b')] }),
      sync({ leases: [renewed] }),
      sync({ ended: ['b'] }),
    ];
    expect(rebuilt(all).leases).toEqual([renewed]);
  });
});

it('the log of any history gives the ledger back', () => {
  const items: readonly Item[] = [
    group('jit-a'),
    group('jit-b'),
    { kind: 'role', name: 'deployer', id: null, type: 'work' },
    { kind: 'entitlement', name: 'jit:x', id: null },
  ];
  const step = fc.oneof(
    fc.record({
      op: fc.constantFrom('add' as const, 'remove' as const),
      item: fc.constantFrom(...items),
      before: fc.constantFrom('absent' as const, 'unknown' as const),
      end: fc.constantFrom('crash', 'applied', 'pending', 'rejected', 'owed'),
    }),
    fc.record({
      leases: fc.subarray(['a', 'b', 'c']),
      ended: fc.subarray(['a', 'b', 'c']),
      expires: fc.option(fc.nat()),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let ledger: Ledger = EMPTY_LEDGER;
      const log: AuditFields[] = [];
      for (const each of steps) {
        if ('leases' in each) {
          const leases = each.leases.map((id) => lease(id, { expires: each.expires }));
          const ended = each.ended.filter((id) => !each.leases.includes(id));
          const over = new Set([...each.leases, ...ended]);
          ledger = { ...ledger, leases: [...ledger.leases.filter(({ id }) => !over.has(id)), ...leases] };
          log.push({ kind: 'sync', at: '', event: 'e', repo: TERMS.repo, leases, ended });
          continue;
        }
        const { op, item, before, end } = each;
        const entry = holding(item, { before });
        const previous = ledger;
        ledger = put(ledger, { ...entry, state: op === 'add' ? 'adding' : 'removing' });
        log.push(line('intent', op, entry));
        if (end === 'crash') continue;
        if (op === 'add') {
          if (end === 'owed') continue;
          if (end === 'applied') ledger = put(ledger, entry);
          // A rejected add of something that was held and drifted away leaves nothing there either.
          if (end === 'rejected') ledger = drop(previous, entry);
          const outcome = end === 'rejected' ? ('failed' as const) : end;
          log.push(line('change', op, entry, { outcome, ...(end === 'rejected' ? { status: 400 } : {}) }));
        } else {
          const done = end === 'applied';
          ledger = done ? drop(ledger, entry) : put(ledger, { ...entry, state: 'owed' });
          log.push(line('change', op, entry, { outcome: done ? 'applied' : 'owed' }));
        }
      }
      expect(rebuilt(log)).toEqual(ledger);
    }),
  );
});
