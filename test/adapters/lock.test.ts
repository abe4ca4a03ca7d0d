// The state lock: one holder at a time over all processes, and a dead one holds nothing for long.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withLock } from '../../src/adapters/disk/lock.ts';
import { freeDead } from '../../src/adapters/disk/lock-holder.ts';
import { openState } from '../../src/adapters/disk/state.ts';
import { EMPTY_LEDGER } from '../../src/core/ledger.ts';
import { fail, ok } from '../../src/core/result.ts';
import { need, until } from './hook-rig.ts';
import { Process, program } from './processes.ts';

/** Milliseconds at which anybody takes a lock over. */
const STALE = 5_000;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'scim-hook-lock-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Counts up in a file in a way that loses counts, unless nobody else does the same meanwhile. */
const COUNTER = `
import { readFile, writeFile } from 'node:fs/promises';
import { withLock } from './src/adapters/disk/lock.ts';
const [, , directory, times] = process.argv;
(async () => {
  for (let i = 0; i < Number(times); i += 1) {
    const done = await withLock(directory, async () => {
      const count = Number(await readFile(directory + '/count', 'utf8'));
      await new Promise((resolve) => setImmediate(resolve));
      await writeFile(directory + '/count', String(count + 1));
    });
    if (!done.ok) process.exit(1);
  }
})();
`;

/** Takes the lock, says so, and keeps it until its input ends. */
const HOLDER = `
import { withLock } from './src/adapters/disk/lock.ts';
withLock(process.argv[2], async () => {
  console.log('held');
  for await (const _ of process.stdin);
});
`;

async function holder(): Promise<Process> {
  const process = new Process(await program(directory, HOLDER), directory);
  expect(await process.line()).toBe('held');
  return process;
}

test('processes that want it at once take turns', async () => {
  await writeFile(join(directory, 'count'), '0');
  const file = await program(directory, COUNTER);
  const processes = Array.from({ length: 5 }, () => new Process(file, directory, '40'));
  expect(await Promise.all(processes.map((process) => process.ended()))).toEqual([0, 0, 0, 0, 0]);
  expect(await readFile(join(directory, 'count'), 'utf8')).toBe('200');
});

test('who has to wait is told so once, and gets it when the holder is done', async () => {
  await using other = await holder();
  const seen: string[] = [];
  const mine = withLock(
    directory,
    async () => seen.push('mine'),
    () => seen.push('waited'),
  );
  await until(() => seen.length > 0);
  expect(seen).toEqual(['waited']);
  await other.finish();
  expect(await mine).toEqual(ok(2));
  expect(seen).toEqual(['waited', 'mine']);
});

test('who has not to wait is told nothing', async () => {
  const told: string[] = [];
  expect(
    await withLock(
      directory,
      async () => 'done',
      () => told.push('waited'),
    ),
  ).toEqual(ok('done'));
  expect(told).toEqual([]);
});

test("a dead holder's lock is taken over", async () => {
  await using other = await holder();
  await other.kill();
  let waited = 0;
  const taken = await withLock(
    directory,
    async (held) => held.isMine(),
    () => {
      waited += 1;
    },
  );
  expect(taken).toEqual(ok(true));
  expect(waited).toBe(1);
});

test('a holder whose lock is taken away knows', async () => {
  const lost = await withLock(directory, async (held) => {
    expect(held.isMine()).toBe(true);
    await rm(join(directory, 'lock'), { recursive: true });
    await until(() => !held.isMine());
    return 'lost';
  });
  expect(lost).toEqual(ok('lost'));
});

test('it is free again after work that failed', async () => {
  const failing = withLock(directory, async () => {
    throw new Error('on purpose');
  });
  await expect(failing).rejects.toThrow('on purpose');
  let waited = false;
  const next = await withLock(
    directory,
    async () => 'next',
    () => {
      waited = true;
    },
  );
  expect([next, waited]).toEqual([ok('next'), false]);
});

test('a directory that is not there can not be locked', async () => {
  const path = join(directory, 'nowhere');
  expect(await withLock(path, async () => 'done')).toEqual(fail({ code: 'disk', path, problem: 'ENOENT' }));
});

test('without the lock, no ledger is written', async () => {
  const state = openState(directory, () => 'an-id');
  expect(await state.writeLedger(EMPTY_LEDGER)).toEqual(fail({ code: 'locked', path: directory }));
  const after = await state.withLock(async () => {
    expect(await state.writeLedger(EMPTY_LEDGER)).toEqual(ok(undefined));
    await rm(join(directory, 'lock'), { recursive: true });
    await until(async () => !(await state.writeLedger(EMPTY_LEDGER)).ok);
  });
  expect(after).toEqual(ok(undefined));
});

describe('a lock that never grows stale, as its time is kept fresh', () => {
  const lock = (): string => join(directory, 'lock');
  let timer: NodeJS.Timeout;
  beforeEach(() => {
    timer = setInterval(() => utimes(lock(), new Date(), new Date()).catch(() => {}), 200);
  });
  afterEach(() => clearInterval(timer));

  test('is taken over from a dead holder, whether it dies before somebody waits or while', async () => {
    await using first = await holder();
    await first.kill();
    expect(await withLock(directory, async () => 'mine')).toEqual(ok('mine'));
    await using second = await holder();
    let waits = false;
    const taken = withLock(
      directory,
      async () => 'mine',
      () => {
        waits = true;
      },
    );
    await until(() => waits);
    await second.kill();
    expect(await taken).toEqual(ok('mine'));
  });

  test('stays a living holder’s', async () => {
    await using other = await holder();
    await freeDead(directory, STALE);
    expect(existsSync(lock())).toBe(true);
    await other.finish();
  });

  test('stays where another took it since, or nobody wrote down whose it is', async () => {
    await using other = await holder();
    await other.kill();
    const record = await readFile(join(directory, 'lock.holder'), 'utf8');
    for (const text of [
      record.replace(/\d( *)$/, 'x$1'),
      record.replace('net:', 'net:1'),
      `x${record}`,
      '',
    ]) {
      await writeFile(join(directory, 'lock.holder'), text);
      await freeDead(directory, STALE);
      expect(existsSync(lock())).toBe(true);
    }
    await rm(join(directory, 'lock.holder'));
    await freeDead(directory, STALE);
    expect(existsSync(lock())).toBe(true);
    await writeFile(join(directory, 'lock.holder'), record);
    await rm(lock(), { recursive: true });
    await mkdir(lock());
    await freeDead(directory, STALE);
    expect(existsSync(lock())).toBe(true);
  });
});

test('a lock that is about to grow stale is left to that', async () => {
  await using other = await holder();
  await other.kill();
  const then = Date.now() / 1000 - 4.5;
  await utimes(join(directory, 'lock'), then, then);
  await freeDead(directory, STALE);
  expect(existsSync(join(directory, 'lock'))).toBe(true);
});

test('what a holder in another network namespace holds is its own', async (ctx) => {
  const unshare = need(ctx, 'unshare');
  const file = await program(directory, HOLDER);
  const child = spawn(unshare, ['--net', process.execPath, file, directory], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const first = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  if (!String(first).includes('held')) ctx.skip('no network namespace can be made here');
  await freeDead(directory, STALE);
  expect(existsSync(join(directory, 'lock'))).toBe(true);
  child.stdin.end();
  await once(child, 'exit');
});
