// The audit log's chain: it goes on over processes, kills and cut-off lines, and is never glued to a torn one.
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openAuditLog } from '../../src/adapters/disk/audit-log.ts';
import type { AuditFields, AuditLine } from '../../src/core/audit-record.ts';
import { canonicalise, type Json } from '../../src/core/jcs.ts';
import { ok } from '../../src/core/result.ts';
import type { AuditLog } from '../../src/flow/ports.ts';
import { until } from './hook-rig.ts';
import { Process, program } from './processes.ts';

let home: string;
let file: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'scim-hook-audit-'));
  file = join(home, 'audit', 'audit.jsonl');
});
afterEach(() => rm(home, { recursive: true, force: true }));

const NOW = Date.parse('2026-11-23T18:16:06.950Z');
const open = (now = NOW): AuditLog => openAuditLog(home, { now: () => now }, '0.0.0-test');
const note = (branch: string): AuditFields => ({ kind: 'sync', at: new Date(NOW).toISOString(), branch });

async function texts(): Promise<string[]> {
  return (await readFile(file, 'utf8')).split('\n');
}

/** The whole lines in their order, after a check of their chain that trusts nothing but SHA-256 and JCS. */
async function intact(): Promise<AuditLine[]> {
  const lines = (await texts()).flatMap((text): AuditLine[] => {
    try {
      return [JSON.parse(text) as AuditLine];
    } catch {
      return [];
    }
  });
  let prev = '0'.repeat(64);
  lines.forEach((line, index) => {
    const { hash, ...body } = line;
    const text = canonicalise(body as unknown as Json);
    const expected = createHash('sha256').update(text).digest('hex');
    expect({ seq: line.seq, prev: line.prev, hash }).toEqual({ seq: index + 1, prev, hash: expected });
    prev = hash;
  });
  return lines;
}

const branches = (lines: readonly AuditLine[]): unknown[] =>
  lines.filter(({ kind }) => kind === 'sync').map(({ branch }) => branch);

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = [];
  for await (const item of items) seen.push(item);
  return seen;
}

/** Appends lines of many sizes under the lock, for ever; says how many it has written. */
const WRITER = `
import { openAuditLog } from './src/adapters/disk/audit-log.ts';
import { openState } from './src/adapters/disk/state.ts';
const [, , home, name] = process.argv;
const state = openState(home, () => name);
const audit = openAuditLog(home, { now: Date.now }, '0.0.0-test');
const line = (n) => ({ kind: 'sync', at: new Date().toISOString(), branch: name + '-' + n, event: 'x'.repeat((n * 997) % 40_000) });
(async () => {
  for (let n = 0; ; n += 3) {
    const done = await state.withLock(() => audit.append([line(n), line(n + 1), line(n + 2)]));
    if (!done.ok || !done.value.ok) process.exit(1);
    console.log(n + 3);
  }
})();
`;

test('several processes write, and are killed in the middle: the chain holds, and what was said to be durable is', async () => {
  const script = await program(home, WRITER);
  const durable = new Map<string, number>();
  for (const round of ['a', 'b', 'c']) {
    const names = [`${round}1`, `${round}2`, `${round}3`];
    const writers = names.map((name) => ({ name, process: new Process(script, home, name) }));
    await Promise.all(
      writers.map(async ({ name, process }) => {
        for (let turn = 0; turn < 4; turn += 1) durable.set(name, Number(await process.line()));
      }),
    );
    // In the middle of an append, most likely; the dead one's lock is for the next round to take over.
    const { size } = await stat(file);
    await until(() => statSync(file).size !== size);
    await Promise.all(writers.map(({ process }) => process.kill()));
    // What a crash of the machine leaves, now and then.
    await appendFile(file, '{"at":"2026-11-23T18:16:06.950Z","branch":"to');
    const lines = await intact();
    for (const [name, count] of durable) {
      const written = branches(lines).filter((branch) => String(branch).startsWith(`${name}-`));
      expect(written.length).toBeGreaterThanOrEqual(count);
      expect(written).toEqual(written.map((_, n) => `${name}-${n}`));
    }
  }
});

test('cut off anywhere, it goes on after its last whole line', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { minLength: 1, maxLength: 6 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (names, where) => {
        await rm(join(home, 'audit'), { recursive: true, force: true });
        const log = open();
        expect(await log.append(names.map(note))).toEqual(ok(undefined));
        const whole = Buffer.from(await readFile(file));
        const cut = Math.floor(where * whole.length);
        await truncate(file, cut);
        const before = branches(await intact());
        expect(names.slice(0, before.length)).toEqual(before);

        expect(await log.append([note('one'), note('two')])).toEqual(ok(undefined));
        expect(branches(await intact())).toEqual([...before, 'one', 'two']);
        // Nothing that was there is written over, not even what is of no use.
        expect((await readFile(file)).subarray(0, cut).equals(whole.subarray(0, cut))).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

test('the end is found behind lines longer than any buffer', async () => {
  const long = 'é'.repeat(100_000);
  await open().append([note('a'), note(long), note('b')]);
  await appendFile(file, `{"torn":"${long}`);
  await open().append([note('c')]);
  expect(branches(await intact())).toEqual(['a', long, 'b', 'c']);
});

test('read from its end, it is what it is from its beginning, turned round', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 120_000 }), { maxLength: 12 }), async (sizes) => {
      await rm(join(home, 'audit'), { recursive: true, force: true });
      const log = open();
      for (const size of sizes) await log.append([note('ü'.repeat(size))]);
      const forward = await all(log.read());
      expect(await all(log.readBack())).toEqual(forward.toReversed());
      expect(forward.length).toBe(sizes.length === 0 ? 0 : sizes.length + 1);
    }),
    { numRuns: 15 },
  );
});

test('a clock that was set back does not run the log backwards', async () => {
  await open(NOW).append([note('a')]);
  await open(NOW - 3_600_000).append([note('b')]);
  const times = (await intact()).map(({ time }) => time);
  expect(times).toEqual(times.toSorted());
});

test('an empty file starts a log; lines that are not ours are gone around', async () => {
  await mkdir(join(home, 'audit'));
  await writeFile(file, '');
  await open().append([note('a')]);
  expect((await intact()).map(({ kind }) => kind)).toEqual(['log-start', 'sync']);
  await appendFile(file, 'null\n{}\n[1]\n\n');
  await open().append([note('b')]);
  const last = (await texts()).at(-2) ?? '';
  expect(JSON.parse(last)).toMatchObject({ branch: 'b', seq: 3 });
});

test('a place that can not be written fails, and writes nothing', async () => {
  await writeFile(join(home, 'audit'), 'a file where a directory should be');
  const failed = await open().append([note('a')]);
  expect(failed).toMatchObject({ ok: false, failure: { code: 'disk' } });
});
