// Leases run out by the directory's clock where it differs from ours, whichever of the two is wrong, and whenever it went
// wrong.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { faultsOfLog } from '../support/audit-check.ts';
import { rule } from '../support/rules.ts';
import { until } from '../support/sandbox.ts';
import { Twins } from '../support/twins.ts';

const HOUR = 3_600_000;

/** On main; the directory's clock is this far ahead of ours. */
async function staged(lasts: string, ahead = 0): Promise<Twins> {
  const twins = await Twins.create({ rules: [rule('release', 'release/*', 'jit', { for: lasts })] });
  twins.directory.ahead = ahead;
  await twins.install();
  return twins;
}

async function expiryOf({ sandbox }: Twins): Promise<number> {
  return (await sandbox.ledger()).leases[0]?.expires ?? Number.NaN;
}

const passed = (time: number): Promise<boolean> => until('the time to be over', () => Date.now() > time);

test.each([[5], [-5]])(
  'with a directory %d hours ahead, a lease lasts as long as its rule says',
  async (hours) => {
    await using twins = await staged('1h', hours * HOUR);
    await twins.ours.checkout('release/1');
    const off = (await expiryOf(twins)) - (Date.now() + hours * HOUR + HOUR);
    expect(Math.abs(off)).toBeLessThan(60_000);
    await twins.wake();
    expect(twins.held()).toEqual(['jit']);
    expect(await faultsOfLog(twins.sandbox)).toEqual([]);
  },
);

test.each([[5], [-5]])('with a directory %d hours ahead, a lease is over when it says so', async (hours) => {
  await using twins = await staged('2s', hours * HOUR);
  await twins.ours.checkout('release/1');
  await passed((await expiryOf(twins)) - hours * HOUR + 1_000);
  await twins.wake();
  expect(twins.held()).toEqual([]);
  expect((await twins.told()).filter((each) => each.startsWith('expired'))).toEqual([
    'expired null→release/1',
  ]);
});

test('a directory that is less than a minute off changes nothing', async () => {
  await using twins = await staged('1h', 40_000);
  const before = Date.now();
  await twins.ours.checkout('release/1');
  const granted = (await expiryOf(twins)) - HOUR;
  expect(granted >= before - 1_000 && granted <= Date.now()).toBe(true);
});

/** What makes a process believe in another time; null where Debian's `faketime` is not there. */
function faked(by: string): Record<string, string> | null {
  const { stdout, status } = spawnSync('faketime', ['-f', by, 'printenv', 'LD_PRELOAD'], {
    encoding: 'utf8',
  });
  if (status === 0)
    return { LD_PRELOAD: stdout.trim(), FAKETIME: by, FAKETIME_DONT_FAKE_MONOTONIC: '1', FAKE_UTIME: '1' };
  if (process.env['SCIM_HOOK_TEST_TOOLS'] === 'required') throw new Error('faketime is not installed');
  return null;
}

/** From now on, our clock is this far from everybody's. */
async function jump(twins: Twins, by: string | null): Promise<boolean> {
  const { env } = twins.sandbox;
  const fakes = by === null ? {} : faked(by);
  if (fakes === null) return false;
  await twins.ours.stopWorker();
  for (const name of ['LD_PRELOAD', 'FAKETIME', 'FAKETIME_DONT_FAKE_MONOTONIC', 'FAKE_UTIME'])
    delete env[name];
  Object.assign(env, fakes);
  return true;
}

test('our clock jumps ahead and back again: what was granted is not over before its time', async ({
  skip,
}) => {
  await using twins = await staged('1h');
  await twins.ours.checkout('release/1');
  if (!(await jump(twins, '+5h'))) skip('faketime is not installed');
  for (const _ of ['once', 'again']) {
    await twins.wake();
    expect(twins.held()).toEqual(['jit']);
  }
  // What is granted now lasts an hour too, though by our clock it was over four hours ago.
  await twins.ours.checkout('release/2');
  expect(Math.abs((await expiryOf(twins)) - Date.now() - HOUR)).toBeLessThan(60_000);
  await jump(twins, null);
  await twins.wake();
  expect(twins.held()).toEqual(['jit']);
  expect(await faultsOfLog(twins.sandbox)).toEqual([]);
});

test('our clock is put back: what was granted is not held for longer', async ({ skip }) => {
  await using twins = await staged('3s');
  await twins.ours.checkout('release/1');
  const over = await expiryOf(twins);
  if (!(await jump(twins, '-5h'))) skip('faketime is not installed');
  await twins.wake();
  await passed(over + 1_000);
  await twins.wake();
  expect(twins.held()).toEqual([]);
  expect(await faultsOfLog(twins.sandbox)).toEqual([]);
});
