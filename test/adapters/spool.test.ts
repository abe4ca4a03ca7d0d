// The spool under fire: hooks append without a lock while somebody drains; no line is lost, and none is read twice.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSpool } from '../../src/adapters/disk/spool.ts';
import { ok } from '../../src/core/result.ts';
import type { Claim } from '../../src/flow/ports.ts';

const WRITERS = 10;
const LINES = 2_000;
const OID = '0'.repeat(40);

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'scim-hook-spool-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** As the hook does it: one printf a line, opened anew each time. */
function writer(index: number): ChildProcess {
  const script = `i=0; while [ $i -lt ${LINES} ]; do printf '1\\t%s\\t%s\\t\\tref: refs/heads/%s\\n' ${OID} ${OID} "w${index}-$i" >>"$1/spool"; i=$((i+1)); done`;
  return spawn('sh', ['-c', script, 'sh', directory], { stdio: 'inherit' });
}

async function drain(): Promise<{ claim: Claim; branches: string[] }> {
  const claimed = await openSpool(directory).claim();
  if (!claimed.ok) throw new Error(JSON.stringify(claimed.failure));
  return { claim: claimed.value, branches: claimed.value.lines.map(({ line }) => String(line.branch)) };
}

test('20,000 appends by ten shells while it is drained and rotated', async () => {
  const seen: string[] = [];
  const writers = Array.from({ length: WRITERS }, (_, index) => writer(index));
  const ended = Promise.all(writers.map((child) => once(child, 'exit')));
  let writing = true;
  void ended.then(() => {
    writing = false;
  });
  let rotated = false;
  for (let last = false; !last; ) {
    last = !writing;
    const { claim, branches } = await drain();
    seen.push(...branches);
    expect(await claim.commit(claim.progress)).toEqual(ok(undefined));
    rotated ||= (await readdir(directory)).some((name) => /^spool\.\d+$/.test(name));
  }
  await ended;
  const { claim, branches } = await drain();
  await claim.commit(claim.progress);
  seen.push(...branches);
  expect(rotated).toBe(true);
  expect(seen.length).toBe(WRITERS * LINES);
  expect(new Set(seen).size).toBe(WRITERS * LINES);
});

test('a claim that was not committed is read again, one that was is not', async () => {
  await writeFile(join(directory, 'spool'), `1\t${OID}\t${OID}\t\tref: refs/heads/a\n`);
  expect((await drain()).branches).toEqual(['a']);
  const { claim, branches } = await drain();
  expect(branches).toEqual(['a']);
  await claim.commit(claim.progress);
  expect((await drain()).branches).toEqual([]);
});

test('a torn last line waits for its rest; what is no line of ours is passed over', async () => {
  await writeFile(join(directory, 'spool'), `nonsense\n1\t${OID}\t${OID}\t\tref: refs/he`);
  const { claim, branches } = await drain();
  expect(branches).toEqual([]);
  await claim.commit(claim.progress);
  await appendFile(join(directory, 'spool'), 'ads/a\n');
  expect((await drain()).branches).toEqual(['a']);
});

test('only of the last line the time is known, and not while more is being written', async () => {
  const line = (branch: string): string => `1\t${OID}\t${OID}\t\tref: refs/heads/${branch}\n`;
  const exact = async (): Promise<boolean[]> =>
    (await drain()).claim.lines.map(({ isExact = false }) => isExact);
  await writeFile(join(directory, 'spool'), line('a') + line('b'));
  expect(await exact()).toEqual([false, true]);
  await appendFile(join(directory, 'spool'), line('c').slice(0, 9));
  expect(await exact()).toEqual([false, false]);
});

test('a crash right after the rename reads nothing twice', async () => {
  await writeFile(join(directory, 'spool'), `1\t${OID}\t${OID}\t\tref: refs/heads/a\n`);
  const { claim } = await drain();
  await claim.commit(claim.progress);
  await rename(join(directory, 'spool'), join(directory, 'spool.1700000000000'));
  await writeFile(join(directory, 'spool'), `1\t${OID}\t${OID}\t\tref: refs/heads/b\n`);
  expect((await drain()).branches).toEqual(['b']);
});
