// The lock that the kernel frees: one holder at a time, whoever dies holding it.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { holdName } from '../../src/adapters/disk/kernel-lock.ts';
import { Process, program } from './processes.ts';

let directory: string;
let name: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'scim-hook-kernel-lock-'));
  name = `scim-hook-test/${randomUUID()}`;
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const HOLDER = `
import { holdName } from './src/adapters/disk/kernel-lock.ts';
holdName(process.argv[2], 60_000).then((release) => {
  console.log(release === null ? 'nothing' : 'held');
  process.stdin.resume();
});
`;

test('one holder at a time; who waits gets it when it is released', async () => {
  const first = await holdName(name, 0);
  expect(first).not.toBeNull();
  expect(await holdName(name, 20)).toBeNull();
  const second = holdName(name, 60_000);
  first?.();
  const release = await second;
  expect(release).not.toBeNull();
  release?.();
});

test('another name excludes nobody', async () => {
  const one = await holdName(`${name}/1`, 0);
  const two = await holdName(`${name}/2`, 0);
  expect([one, two]).not.toContain(null);
  one?.();
  two?.();
});

test('a holder that is killed leaves nothing behind', async () => {
  const script = await program(directory, HOLDER);
  await using holder = new Process(script, name);
  expect(await holder.line()).toBe('held');
  expect(await holdName(name, 20)).toBeNull();
  await holder.kill();
  const release = await holdName(name, 0);
  expect(release).not.toBeNull();
  release?.();
});

test('a stranger who connects is sent away, and keeps nobody from releasing', async () => {
  const release = await holdName(name, 0);
  const stranger = connect({ path: `\0${name.padEnd(107, '.')}` });
  await new Promise((resolve) => stranger.once('close', resolve));
  release?.();
  const again = await holdName(name, 0);
  expect(again).not.toBeNull();
  again?.();
});
