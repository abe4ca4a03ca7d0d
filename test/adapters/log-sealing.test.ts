// The audit log over many files: full ones are sealed, and the chain runs on, whatever dies in the middle of it.
import { chmodSync } from 'node:fs';
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openAuditLog } from '../../src/adapters/disk/audit-log.ts';
import type { AuditFields, AuditLine } from '../../src/core/audit-record.ts';
import { ok } from '../../src/core/result.ts';
import { APPEND, dyingWriter, RETAIN } from '../support/dying-writer.ts';
import { chainFaults, filesOfLog, linesOfLog, textsOfLog } from '../support/stored-log.ts';

let root: string;
let home: string;
let directory: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'scim-hook-sealing-'));
  home = join(root, 'home');
  directory = join(home, 'audit');
  await mkdir(home);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const LIMIT = 1_500;
const NOW = Date.parse('2026-11-23T18:16:06.950Z');
const open = (now = NOW, limit = LIMIT) => openAuditLog(home, { now: () => now }, '0.0.0-test', { limit });
const note = (branch: string): AuditFields => ({ kind: 'sync', at: new Date(NOW).toISOString(), branch });

async function fill(count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, n) => `b${n}`);
  for (const name of names) expect(await open().append([note(name)])).toEqual(ok(undefined));
  return names;
}

const branches = (lines: readonly Record<string, unknown>[]): unknown[] =>
  lines.filter(({ kind }) => kind === 'sync').map(({ branch }) => branch);

/** What is there, after a check of the whole chain. */
async function intact(): Promise<Record<string, unknown>[]> {
  expect(chainFaults(await textsOfLog(directory))).toEqual([]);
  return linesOfLog(directory);
}

async function all(items: AsyncIterable<AuditLine>): Promise<AuditLine[]> {
  const seen: AuditLine[] = [];
  for await (const item of items) seen.push(item);
  return seen;
}

test('a full file is sealed under the number of its first line, read-only, and the chain runs on', async () => {
  const names = await fill(20);
  const lines = await intact();
  expect(branches(lines)).toEqual(names);
  expect(lines.filter(({ kind }) => kind === 'log-start')).toHaveLength(1);
  const files = await filesOfLog(directory);
  expect(files.length).toBeGreaterThan(3);
  for (const name of files.slice(0, -1)) {
    const text = await readFile(join(directory, name), 'utf8');
    expect(name).toBe(`audit.${String(JSON.parse(text.split('\n')[0] ?? '').seq).padStart(12, '0')}.jsonl`);
    expect((await stat(join(directory, name))).mode & 0o777).toBe(0o400);
    expect(text.length).toBeGreaterThanOrEqual(LIMIT);
  }
  expect((await stat(join(directory, 'audit.jsonl'))).mode & 0o777).toBe(0o600);
});

test('read from either end, all files are one log', async () => {
  await fill(20);
  const forward = await all(open().read());
  expect(forward.map(({ seq }) => seq)).toEqual(Array.from({ length: 21 }, (_, n) => n + 1));
  expect(await all(open().readBack())).toEqual(forward.toReversed());
});

test('what is sealed while somebody reads is neither missed nor read twice', async () => {
  await fill(10);
  for (const direction of ['read', 'readBack'] as const) {
    const seen: number[] = [];
    for await (const { seq } of open()[direction]()) {
      seen.push(seq);
      // Under the reader, all that it has not read yet moves on.
      await open(NOW, 1).append([note('meanwhile')]);
    }
    const first = direction === 'read' ? seen : seen.toReversed();
    expect(first).toEqual(first.map((_, n) => n + 1));
    expect(first.length).toBeGreaterThanOrEqual(11);
  }
  await intact();
});

test('a clock that was set back does not run the log backwards over a new file', async () => {
  await open(NOW).append([note('a')]);
  await open(NOW - 3_600_000, 1).append([note('b')]);
  expect(await filesOfLog(directory)).toHaveLength(2);
  expect((await intact()).map(({ time }) => time)).toEqual(Array(3).fill(new Date(NOW).toISOString()));
});

test.each([
  ['is gone', async (file: string) => rm(file)],
  ['is empty', async (file: string) => truncate(file, 0)],
  ['holds nothing but a torn line', async (file: string) => writeFile(file, '{"at":"2026')],
])('where the live file %s, the chain goes on from the newest sealed one', async (_, damage) => {
  await fill(9);
  const live = join(directory, 'audit.jsonl');
  await open(NOW, 1).append([note('alone in its file')]);
  const before = (await linesOfLog(directory)).slice(0, -1);
  await damage(live);
  const newest = join(
    directory,
    (await filesOfLog(directory)).findLast((name) => name !== 'audit.jsonl') ?? '',
  );
  chmodSync(newest, 0o600);
  await open().append([note('on')]);
  expect(branches(await intact())).toEqual([...branches(before), 'on']);
  expect((await stat(newest)).mode & 0o777).toBe(0o400);
});

test('a sealed file that holds no line is gone around', async () => {
  const names = await fill(4);
  await writeFile(join(directory, 'audit.000000000900.jsonl'), 'nonsense\n');
  await open(NOW, 1).append([note('on')]);
  await rm(join(directory, 'audit.jsonl'));
  await open().append([note('further')]);
  expect(branches(await linesOfLog(directory))).toEqual([...names, 'further']);
});

test('a name that is taken is never written over: the file grows on', async () => {
  await open().append([note('a')]);
  const taken = join(directory, 'audit.000000000001.jsonl');
  await writeFile(taken, '');
  await open(NOW, 1).append([note('b')]);
  expect(await readFile(taken, 'utf8')).toBe('');
  expect(branches(await intact())).toEqual(['a', 'b']);
});

test('the first line says which machine it is', async () => {
  await writeFile(join(home, 'device'), 'a-device\n');
  await open().append([note('a')]);
  expect((await intact())[0]).toMatchObject({ kind: 'log-start', device: 'a-device' });
});

test('several logs, lines of any length, cut off anywhere: the chain runs on over all of it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          lines: fc.array(fc.integer({ min: 0, max: 40_000 }), { minLength: 1, maxLength: 3 }),
          tear: fc.option(fc.integer({ min: 1, max: 2_000 })),
          limit: fc.constantFrom(1, 500, 30_000),
        }),
        { maxLength: 10 },
      ),
      async (rounds) => {
        await rm(directory, { recursive: true, force: true });
        let count = 0;
        for (const { lines, tear, limit } of rounds) {
          const done = await open(NOW, limit).append(lines.map((length) => note('ü'.repeat(length))));
          expect(done).toEqual(ok(undefined));
          count += lines.length;
          if (tear !== null) await appendFile(join(directory, 'audit.jsonl'), '{'.repeat(tear));
        }
        expect(branches(await intact())).toHaveLength(count);
        expect(await all(open().read())).toHaveLength(count === 0 ? 0 : count + 1);
      },
    ),
    { numRuns: 25 },
  );
});

test('killed before any step of sealing, it loses nothing, and goes on where it was', async () => {
  const names = await fill(6);
  await open(NOW, 1_000_000).append([note('full')]);
  const before = await filesOfLog(directory);
  const prepared = join(root, 'prepared');
  await cp(home, prepared, { recursive: true });
  const writer = await dyingWriter(root, APPEND);
  const steps = new Set<string>();
  for (let step = 1; ; step += 1) {
    await rm(home, { recursive: true, force: true });
    await cp(prepared, home, { recursive: true });
    const ran = await writer.run(home, step, 1);
    for (const each of ran.steps) steps.add(each);
    expect(await open(NOW, 1_000_000).append([note('after')])).toEqual(ok(undefined));
    const lines = await intact();
    const done = branches(lines);
    expect(done.slice(0, 7)).toEqual([...names, 'full']);
    // It says what it did only once it is durable; a line that came so far may be there.
    expect(ran.lived ? [['last', 'after']] : [['after'], ['last', 'after']]).toContainEqual(done.slice(7));
    expect(lines.filter(({ kind }) => kind === 'log-start')).toHaveLength(1);
    const sealed = (await filesOfLog(directory)).slice(0, -1);
    for (const name of sealed) expect((await stat(join(directory, name))).mode & 0o777).toBe(0o400);
    if (!ran.lived) continue;
    expect(await filesOfLog(directory)).toHaveLength(before.length + 1);
    break;
  }
  for (const step of ['renameSync', 'fchmodSync', 'fsyncSync', 'writeSync', 'fdatasyncSync'])
    expect(steps).toContain(step);
});

test('killed before any step of retention, it lets go of nothing that no line speaks of', async () => {
  await fill(20);
  const prepared = join(root, 'prepared');
  await cp(home, prepared, { recursive: true });
  const writer = await dyingWriter(root, RETAIN);
  const unlinked: number[] = [];
  for (let step = 1; ; step += 1) {
    await rm(home, { recursive: true, force: true });
    await cp(prepared, home, { recursive: true });
    const ran = await writer.run(home, step, 1_000_000);
    const lines = await linesOfLog(directory);
    const gone = Number(lines[0]?.['seq']) - 1;
    const said = Math.max(0, ...lines.map(({ dropped }) => Number(dropped ?? 0)));
    expect(gone).toBeLessThanOrEqual(said);
    expect(await open(NOW, 1_000_000).append([note('after')])).toEqual(ok(undefined));
    unlinked.push(gone);
    if (!ran.lived) continue;
    expect(gone).toBe(said);
    await intact();
    expect(await readdir(directory)).toEqual(['audit.jsonl']);
    break;
  }
  // It died before, between and after.
  expect(new Set(unlinked).size).toBeGreaterThan(3);
});
