// Retention over real files: whatever came to pass, what is left of the log still gives every open grant.
import { mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openAuditLog } from '../../src/adapters/disk/audit-log.ts';
import { openState } from '../../src/adapters/disk/state.ts';
import type { AuditFields, AuditLine } from '../../src/core/audit-record.ts';
import { EMPTY_LEDGER, type Item, type Ledger } from '../../src/core/ledger.ts';
import { replay } from '../../src/core/rebuild.ts';
import { ok } from '../../src/core/result.ts';
import type { ConfigEntry } from '../../src/core/settings.ts';
import { retain } from '../../src/flow/retain.ts';
import { group, HOLDER, lease, TERMS } from '../core/samples.ts';
import { chainFaults, filesOfLog, linesOfLog, textsOfLog } from '../support/stored-log.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'scim-hook-retain-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const HOUR = 3_600_000;
const START = Date.parse('2026-11-23T18:00:00Z');
const KEEP: readonly ConfigEntry[] = [{ scope: 'global', key: 'scim-hook.logkeep', value: '10h' }];

/** A log in small files, with a clock that is moved by hand. */
class Machine {
  now = START;
  readonly clock = { now: () => this.now };
  readonly log = openAuditLog(home, this.clock, '0.0.0-test', { limit: 1_200 });
  ledger: Ledger = EMPTY_LEDGER;
  readonly #state = openState(home, () => 'a-device');

  async write(...lines: readonly AuditFields[]): Promise<void> {
    const at = new Date(this.now).toISOString();
    const due = lines.map((line) => ({ ...line, at }));
    expect(await this.log.append(due)).toEqual(ok(undefined));
    this.ledger = due.reduce((ledger, line) => replay(ledger, line as AuditLine), this.ledger);
  }

  async retain(keepFrom: number | null = null, entries = KEEP): Promise<AuditLine | null> {
    const state = { ...this.#state, readLedger: async () => ok(this.ledger) };
    const parseSpan = () => 10 * HOUR;
    const done = await retain({ state, log: this.log, clock: this.clock, parseSpan }, entries, keepFrom);
    if (!done.ok) throw new Error(JSON.stringify(done.failure));
    return done.value;
  }

  async rebuilt(): Promise<Ledger> {
    let ledger: Ledger = EMPTY_LEDGER;
    for await (const line of this.log.read()) ledger = replay(ledger, line);
    return ledger;
  }

  async faults(): Promise<string[]> {
    return chainFaults(await textsOfLog(join(home, 'audit')));
  }

  lines(): Promise<Record<string, unknown>[]> {
    return linesOfLog(join(home, 'audit'));
  }
}

const switched = (event: string): AuditFields => ({ kind: 'switch', at: '', event, branch: 'b' });
const granting = (event: string, id: string): AuditFields => ({
  kind: 'sync',
  at: '',
  event,
  outcome: 'applied',
  leases: [lease(id, { event })],
});

async function hours(machine: Machine, count: number): Promise<void> {
  for (let hour = 0; hour < count; hour += 1) {
    machine.now += HOUR;
    await machine.write(switched(`e-${machine.now}`), { kind: 'sync', at: '', event: `e-${machine.now}` });
  }
}

test('what is old goes in whole files, and a line says up to where', async () => {
  const machine = new Machine();
  await hours(machine, 30);
  const before = await machine.lines();
  const last = await machine.retain();
  const lines = await machine.lines();
  const gone = before.length + 1 - lines.length;
  expect(gone).toBeGreaterThan(20);
  expect(last?.seq).toBe(gone);
  const told = lines.filter(({ kind }) => kind === 'log-start');
  expect(told).toMatchObject([{ dropped: gone, droppedHash: before[gone - 1]?.['hash'] }]);
  expect(await machine.faults()).toEqual([]);
  const [first] = await filesOfLog(join(home, 'audit'));
  expect(first).toBe(`audit.${String(gone + 1).padStart(12, '0')}.jsonl`);
  // All that is young is there.
  const young = before.filter(({ time }) => Date.parse(String(time)) >= machine.now - 10 * HOUR);
  expect(lines.slice(0, -1)).toEqual(expect.arrayContaining(young));
  // Once more, there is nothing to do, and nothing is said.
  expect(await machine.retain()).toBeNull();
  expect(await machine.lines()).toEqual(lines);
});

test('nothing goes where nobody said for how long, or while nothing is old', async () => {
  const machine = new Machine();
  await hours(machine, 9);
  expect(await machine.retain()).toBeNull();
  await hours(machine, 20);
  expect(await machine.retain(null, [])).toBeNull();
  expect(await machine.lines()).toHaveLength(59);
});

test('the file in which an open lease began stays, and all that follow; it goes once that ended', async () => {
  const machine = new Machine();
  await hours(machine, 10);
  await machine.write(switched('e-grant'), granting('e-grant', 'l-1'));
  await hours(machine, 30);
  await machine.write(switched('e-renew'), granting('e-renew', 'l-1'));
  await hours(machine, 30);
  await machine.retain();
  expect(await machine.lines()).toContainEqual(expect.objectContaining({ event: 'e-grant', kind: 'switch' }));
  expect(await machine.rebuilt()).toEqual(machine.ledger);
  expect(machine.ledger.leases).toHaveLength(1);
  await machine.write({ kind: 'sync', at: '', event: 'e-end', ended: ['l-1'] });
  await hours(machine, 1);
  await machine.retain();
  expect(await machine.lines()).not.toContainEqual(expect.objectContaining({ event: 'e-renew' }));
  expect(await machine.faults()).toEqual([]);
});

test('lines that were not shipped yet stay', async () => {
  const machine = new Machine();
  await hours(machine, 40);
  expect(await machine.retain(1)).toBeNull();
  await machine.retain(30);
  const first = Number((await machine.lines())[0]?.['seq']);
  expect(first).toBeGreaterThan(1);
  expect(first).toBeLessThanOrEqual(30);
});

test('a file that can not be read is a failure, and nothing goes', async () => {
  const machine = new Machine();
  await hours(machine, 20);
  const directory = join(home, 'audit');
  await mkdir(join(directory, 'audit.000000000002.jsonl'));
  await expect(machine.retain()).rejects.toThrow('EISDIR');
  await rmdir(join(directory, 'audit.000000000002.jsonl'));
  expect(await machine.lines()).toHaveLength(41);
});

const ITEMS: readonly Item[] = [
  group('jit-a'),
  group('jit-b'),
  { kind: 'role', name: 'deployer', id: null, type: 'work' },
];
const ENDS = ['crash', 'applied', 'pending', 'rejected', 'owed'] as const;

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ is: fc.constant('idle' as const), hours: fc.integer({ min: 1, max: 12 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      is: fc.constant('change' as const),
      op: fc.constantFrom('add' as const, 'remove' as const, 'create' as const),
      item: fc.constantFrom(...ITEMS),
      end: fc.constantFrom(...ENDS),
      lease: fc.constantFrom('a', 'b', null),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant('leases' as const),
      granted: fc.subarray(['a', 'b', 'c']),
      ended: fc.subarray(['a', 'b', 'c']),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ is: fc.constant('delete' as const), item: fc.constantFrom(...ITEMS) }),
  },
  { weight: 3, arbitrary: fc.record({ is: fc.constant('retain' as const) }) },
);

function changeLines(
  event: string,
  {
    op,
    item,
    end,
    lease: id,
  }: { op: 'add' | 'remove' | 'create'; item: Item; end: string; lease: string | null },
): AuditFields[] {
  const about = {
    at: '',
    event,
    branch: 'b',
    repo: TERMS.repo,
    ...HOLDER,
    op,
    target: item.kind,
    name: item.name,
    targetId: item.id,
    ...(item.type === undefined ? {} : { type: item.type }),
    ...(op === 'create' ? { clone: '/clone', marker: `mark-${item.name}` } : {}),
    before: 'absent',
    managed: false,
    lease: id,
    rules: [],
  } as const;
  const intent: AuditFields = { ...about, kind: 'intent' };
  if (end === 'crash') return [intent];
  const outcome = end === 'applied' || end === 'pending' ? end : op === 'remove' ? 'owed' : 'failed';
  return [intent, { ...about, kind: 'change', outcome, ...(outcome === 'failed' ? { status: 400 } : {}) }];
}

test('whatever came to pass, what retention leaves gives the ledger back', async () => {
  let dropped = 0;
  let open = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      await rm(home, { recursive: true, force: true });
      const machine = new Machine();
      let events = 0;
      for (const each of [...steps, { is: 'retain' as const }]) {
        events += 1;
        const event = `e-${events}`;
        if (each.is === 'idle') await hours(machine, each.hours);
        else if (each.is === 'change') await machine.write(switched(event), ...changeLines(event, each));
        else if (each.is === 'leases')
          await machine.write(switched(event), {
            kind: 'sync',
            at: '',
            event,
            leases: each.granted.map((id) => lease(id, { event })),
            ended: each.ended.filter((id) => !each.granted.includes(id)),
          });
        else if (each.is === 'delete') {
          const { kind: target, name, id: targetId } = each.item;
          const more = { ...HOLDER, target, name, targetId, outcome: 'applied' } as const;
          await machine.write({ kind: 'change', at: '', event, op: 'delete', ...more });
        } else {
          if ((await machine.retain()) !== null) dropped += 1;
          const { leases, holdings, groups = [] } = machine.ledger;
          open += leases.length + holdings.length + groups.length;
          expect(await machine.rebuilt()).toEqual(machine.ledger);
          expect(await machine.faults()).toEqual([]);
        }
      }
    }),
    { numRuns: 15 },
  );
  expect(dropped).toBeGreaterThan(0);
  expect(open).toBeGreaterThan(0);
}, 60_000);
