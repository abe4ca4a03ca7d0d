// Switches that no hook reported: the log has them all the same, each once, as git's own reflog has them.
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultsOfLog } from '../support/audit-check.ts';
import { Twins } from '../support/twins.ts';

async function staged(): Promise<Twins> {
  const twins = await Twins.create();
  // What git writes into reflogs is the time that it is.
  for (const who of ['AUTHOR', 'COMMITTER']) delete twins.sandbox.env[`GIT_${who}_DATE`];
  return twins.install();
}

const UNSEEN = ['-c', 'core.hooksPath=/dev/null'];

/** HEAD's switches as git has them, oldest first, each with its second. */
async function reflogOf({ ours }: Twins): Promise<string[]> {
  const { stdout } = await ours.git('reflog', '--date=unix', '--format=%gd %gs');
  const switches = stdout.matchAll(/@\{(\d+)\} checkout: moving from (\S+) to (\S+)/g);
  return [...switches].map(([, seconds, from, to]) => `${seconds} ${from}→${to}`).toReversed();
}

/** The same of our log. */
async function loggedOf({ sandbox, ours }: Twins): Promise<string[]> {
  const lines = (await sandbox.audit()).filter(
    ({ kind, from, worktree }) =>
      (kind === 'switch' || kind === 'gap') && typeof from === 'string' && worktree === ours.path,
  );
  return lines.map(({ at, from, branch }) => `${Math.floor(Date.parse(at) / 1000)} ${from}→${branch}`);
}

async function expectComplete(twins: Twins): Promise<void> {
  const [logged, reflog] = [await loggedOf(twins), await reflogOf(twins)];
  // Whether a switch that was reported was in this second or the next one, the spool knows better than the reflog.
  expect(logged.map((each) => each.replace(/^\d+ /, ''))).toEqual(
    reflog.map((each) => each.replace(/^\d+ /, '')),
  );
  logged.forEach((each, index) => {
    expect(
      Math.abs(Number.parseInt(each, 10) - Number.parseInt(reflog[index] ?? '', 10)),
    ).toBeLessThanOrEqual(1);
  });
  expect(await faultsOfLog(twins.sandbox)).toEqual([]);
}

test('several in a row, there and back, are told one by one, and only the last acts', async () => {
  await using twins = await staged();
  const { ours, directory } = twins;
  for (const branch of ['release/1', 'main', 'hotfix/1', 'release/1', 'plain', 'release/2'])
    await ours.git(...UNSEEN, 'checkout', '-q', branch);
  await twins.wake();
  const events = await twins.sandbox.events();
  const gaps = events.filter(({ kind }) => kind === 'gap');
  expect(gaps.map(({ from, branch, outcome }) => `${from}→${branch} ${outcome}`)).toEqual([
    'main→release/1 superseded',
    'release/1→main superseded',
    'main→hotfix/1 superseded',
    'hotfix/1→release/1 superseded',
    'release/1→plain superseded',
    'plain→release/2 applied',
  ]);
  expect(twins.held()).toEqual(['jit']);
  expect(directory.count('PATCH')).toBe(1);
  await expectComplete(twins);
});

test('there and back between reported ones, at one commit, is told where it was', async () => {
  await using twins = await staged();
  const { ours } = twins;
  await ours.git('checkout', '-q', 'release/1');
  await ours.git(...UNSEEN, 'checkout', '-q', 'plain');
  await ours.git(...UNSEEN, 'checkout', '-q', 'release/1');
  await ours.git('checkout', '-q', 'hotfix/1');
  await ours.git(...UNSEEN, 'checkout', '-q', 'release/1');
  await ours.git('checkout', '-q', 'plain');
  await twins.wake();
  await expectComplete(twins);
  expect((await twins.told()).filter((each) => each.startsWith('switch'))).toHaveLength(3);
  expect(twins.held()).toEqual([]);
});

test('while the hook is gone nothing is settled, and everything is once it is back', async () => {
  await using twins = await staged();
  const { ours, sandbox } = twins;
  const hook = join(ours.path, '.git', 'hooks', 'post-checkout');
  await ours.git('checkout', '-q', 'release/1');
  await ours.quiet();
  await rename(hook, `${hook}.away`);
  for (const branch of ['hotfix/1', 'main', 'release/2', 'plain']) await ours.git('checkout', '-q', branch);
  await sandbox.run('git', ['checkout', '-q', 'hotfix/1'], join(sandbox.root, 'waker'));
  expect(twins.held()).toEqual(['jit']);
  await rename(`${hook}.away`, hook);
  await sandbox.run('git', ['checkout', '-q', '--detach'], join(sandbox.root, 'waker'));
  await ours.quiet();
  expect(twins.held()).toEqual([]);
  await expectComplete(twins);
});

test('while Node is missing the hook goes on noting, and nothing of it is lost', async () => {
  await using twins = await staged();
  const { ours, sandbox } = twins;
  await ours.stopWorker();
  const hook = join(ours.path, '.git', 'hooks', 'post-checkout');
  const text = await readFile(hook, 'utf8');
  const broken = join(sandbox.root, 'no-node');
  await writeFile(broken, '#!/bin/sh\nexit 127\n');
  await chmod(broken, 0o755);
  await writeFile(hook, text.replace(/^node='.*'$/m, `node='${broken}'`));
  for (const branch of ['release/1', 'plain', 'hotfix/1']) {
    expect(await ours.git('checkout', '-q', branch)).toEqual({ status: 0, stdout: '', stderr: '' });
    await ours.git(...UNSEEN, 'checkout', '-q', 'main');
  }
  expect(twins.held()).toEqual([]);
  await writeFile(hook, text);
  await twins.wake();
  await ours.checkout('release/1');
  expect(twins.held()).toEqual(['jit']);
  await expectComplete(twins);
  const kinds = (await twins.told()).map((each) => each.split(' ')[0]);
  expect(kinds).toEqual(['switch', 'gap', 'switch', 'gap', 'switch', 'gap', 'switch']);
});

test('in a worktree other than the one that wakes us they are found, and before hooks were there they are not ours', async () => {
  await using twins = await Twins.create();
  const { ours, sandbox } = twins;
  for (const who of ['AUTHOR', 'COMMITTER']) delete sandbox.env[`GIT_${who}_DATE`];
  await ours.git('worktree', 'add', '-q', join(sandbox.root, 'before'), 'release/1');
  await ours.git('checkout', '-q', 'release/2');
  await ours.git('checkout', '-q', 'main');
  await twins.install();
  await twins.wake();
  // Was there before us, and nobody has checked it out since.
  expect([(await loggedOf(twins)).length, twins.held()]).toEqual([0, []]);
  const before = join(sandbox.root, 'before');
  await sandbox.run('git', [...UNSEEN, 'checkout', '-q', 'hotfix/1'], before);
  await twins.wake();
  expect([await twins.told(), twins.held()]).toEqual([['gap release/1→hotfix/1'], ['fix']]);
});

test('a time that somebody made up neither shortens nor lengthens what is granted', async () => {
  await using twins = await Twins.create({ rules: [forAnHour] });
  const { ours, sandbox } = twins;
  await twins.install();
  for (const date of ['2001-01-01T00:00:00Z', '2096-01-01T00:00:00Z']) {
    sandbox.env['GIT_COMMITTER_DATE'] = date;
    for (const config of [[], UNSEEN]) {
      await ours.git(...config, 'checkout', '-q', 'release/1');
      await twins.wake();
      const [lease] = (await sandbox.ledger()).leases;
      expect(Math.abs((lease?.expires ?? 0) - 3_600_000 - Date.now())).toBeLessThan(60_000);
      await ours.git('checkout', '-q', 'main');
      await ours.quiet();
    }
  }
});

const forAnHour = {
  name: 'release',
  branches: ['release/*'],
  grant: { groups: ['jit'] },
  for: '1h',
};
