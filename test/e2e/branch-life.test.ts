// Branches that are deleted and renamed: what they gave ends when they are really gone, and follows them to a new name.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultsOfLog } from '../support/audit-check.ts';
import { rule } from '../support/rules.ts';
import { Twins } from '../support/twins.ts';

const LIFE = [
  rule('release', 'release/*', 'jit', { until: 'branch-deleted' }),
  rule('hotfix', 'hotfix/*', 'fix', { until: 'branch-deleted' }),
  rule('tracked', 'tracked/*', 'jit', { until: 'upstream-deleted' }),
  rule('preview', 'feature/{ticket:[A-Z]+-[0-9]+}*', 'env-{ticket}', {
    until: 'branch-deleted',
    createGroups: true,
  }),
];

/** On main, holding what release/1 gives. */
async function staged(): Promise<Twins> {
  const twins = await Twins.create({ rules: LIFE });
  for (const who of ['AUTHOR', 'COMMITTER']) delete twins.sandbox.env[`GIT_${who}_DATE`];
  await twins.install();
  await twins.ours.checkout('release/1');
  await twins.ours.checkout('main');
  await twins.told();
  expect(twins.held()).toEqual(['jit']);
  return twins;
}

async function branchesOfLeases({ sandbox }: Twins): Promise<string[]> {
  return (await sandbox.ledger()).leases.map(({ branch }) => branch).sort();
}

/** Runs git as a person does, wakes us somewhere else, and gives what the log tells. */
async function toldOf(twins: Twins, ...commands: string[]): Promise<string[]> {
  for (const command of commands)
    expect(await twins.ours.git(...command.split(' '))).toMatchObject({ status: 0 });
  await twins.wake();
  expect(await faultsOfLog(twins.sandbox)).toEqual([]);
  return twins.told();
}

test.each([['branch -d release/1'], ['branch -D release/1'], ['update-ref -d refs/heads/release/1']])(
  '%s ends what the branch gave',
  async (command) => {
    await using twins = await staged();
    expect(await toldOf(twins, 'gc --quiet', 'pack-refs --all --prune')).toEqual([]);
    expect(twins.held()).toEqual(['jit']);
    expect(await toldOf(twins, command)).toEqual(['branch-deleted null→release/1']);
    expect([twins.held(), await branchesOfLeases(twins)]).toEqual([[], []]);
    expect(await toldOf(twins, 'branch release/1')).toEqual([]);
    expect(twins.held()).toEqual([]);
  },
);

test('a branch that is deleted and made again before anybody looks is there, and a copy is no rename', async () => {
  await using twins = await staged();
  expect(
    await toldOf(twins, 'branch -D release/1', 'branch release/1', 'branch -c release/1 hotfix/copy'),
  ).toEqual([]);
  expect([twins.held(), await branchesOfLeases(twins)]).toEqual([['jit'], ['release/1']]);
});

test('the current branch, renamed, is decided anew under its new name, and closed under the old one', async () => {
  await using twins = await staged();
  await twins.ours.checkout('release/1');
  await twins.told();
  const told = await toldOf(twins, 'branch -m hotfix/9');
  expect(told).toEqual(['branch-renamed release/1→hotfix/9']);
  expect([twins.held(), await branchesOfLeases(twins)]).toEqual([['fix'], ['hotfix/9']]);
  expect(await toldOf(twins, 'checkout -q main')).toEqual(['switch hotfix/9→main']);
  expect(twins.held()).toEqual(['fix']);
  expect(await toldOf(twins, 'branch -m hotfix/9 plain-again')).toEqual([
    'branch-renamed hotfix/9→plain-again',
  ]);
  expect([twins.held(), await branchesOfLeases(twins)]).toEqual([[], []]);
});

test('another branch, renamed in a chain, is what it is called in the end', async () => {
  await using twins = await staged();
  expect(await toldOf(twins, 'branch -m release/1 b', 'branch -m b hotfix/c')).toEqual([
    'branch-renamed release/1→hotfix/c',
  ]);
  expect([twins.held(), await branchesOfLeases(twins)]).toEqual([['fix'], ['hotfix/c']]);
  expect(await toldOf(twins, 'branch -m hotfix/c release/d', 'branch -m release/d hotfix/c')).toEqual([]);
  expect(twins.held()).toEqual(['fix']);
  expect(await toldOf(twins, 'branch -m hotfix/c d', 'branch -D d')).toEqual([
    'branch-deleted null→hotfix/c',
  ]);
  expect(twins.held()).toEqual([]);
});

test('a branch in another worktree, renamed, takes its access with it', async () => {
  await using twins = await staged();
  const side = join(twins.sandbox.root, 'side');
  expect(await toldOf(twins, `worktree add -q ${side} hotfix/1`)).toEqual(['switch null→hotfix/1']);
  expect(twins.held()).toEqual(['jit', 'fix']);
  const told = await toldOf(twins, 'branch -m hotfix/1 release/9');
  expect(told).toEqual(['branch-renamed hotfix/1→release/9']);
  expect([twins.held(), await branchesOfLeases(twins)]).toEqual([['jit'], ['release/1', 'release/9']]);
});

test('a branch of a name that was renamed long ago is deleted, not renamed', async () => {
  await using twins = await staged();
  const { ours } = twins;
  // Long ago: hotfix/x was called release/7, and nobody has been on it since.
  twins.sandbox.env['GIT_COMMITTER_DATE'] = '2026-01-02T03:04:05Z';
  await toldOf(twins, 'branch release/7', 'branch -m release/7 hotfix/x');
  delete twins.sandbox.env['GIT_COMMITTER_DATE'];
  await ours.checkout('-b', 'release/7');
  await ours.checkout('main');
  await twins.told();
  expect(await branchesOfLeases(twins)).toEqual(['release/1', 'release/7']);
  expect(await toldOf(twins, 'branch -D release/7')).toEqual(['branch-deleted null→release/7']);
  expect([twins.held(), await branchesOfLeases(twins)]).toEqual([['jit'], ['release/1']]);
});

test('where reflogs are off, a renamed branch is gone, and its new name begins with a checkout', async () => {
  await using twins = await staged();
  await twins.ours.git('config', 'core.logAllRefUpdates', 'false');
  await twins.sandbox.run('rm', ['-r', join(twins.ours.path, '.git', 'logs')], twins.ours.path);
  expect(await toldOf(twins, 'branch -m release/1 release/2x')).toEqual(['branch-deleted null→release/1']);
  expect(twins.held()).toEqual([]);
  expect(await toldOf(twins, 'checkout -q release/2x')).toEqual(['switch main→release/2x']);
  const told = await toldOf(twins, 'branch -m hotfix/2y');
  expect(new Set(told)).toEqual(new Set(['gap release/2x→hotfix/2y', 'branch-deleted null→release/2x']));
  expect(twins.held()).toEqual(['fix']);
});

test('an unborn branch is there while somebody is on it', async () => {
  await using twins = await staged();
  expect(await toldOf(twins, 'checkout -q --orphan hotfix/orphan')).toEqual(['switch main→hotfix/orphan']);
  expect(await toldOf(twins, 'status')).toEqual([]);
  expect(twins.held()).toEqual(['jit', 'fix']);
  const told = await toldOf(twins, 'checkout -q -f main');
  expect(new Set(told)).toEqual(new Set(['switch hotfix/orphan→main', 'branch-deleted null→hotfix/orphan']));
  expect(twins.held()).toEqual(['jit']);
});

test('a branch that is deleted while it is rebased is gone', async () => {
  await using twins = await staged();
  const { ours } = twins;
  await ours.write('README', 'main\n');
  await ours.commit('On main');
  await ours.checkout('release/1');
  await ours.write('README', 'release\n');
  await ours.commit('On the release');
  await twins.told();
  expect((await ours.git('rebase', 'main')).status).not.toBe(0);
  expect(await toldOf(twins, 'status')).toEqual([]);
  expect(twins.held()).toEqual(['jit']);
  expect(await toldOf(twins, 'update-ref -d refs/heads/release/1')).toEqual([
    'branch-deleted null→release/1',
  ]);
  expect([twins.held(), await branchesOfLeases(twins)]).toEqual([[], []]);
});

test('a branch whose upstream goes is over once fetch --prune has seen it', async () => {
  await using twins = await staged();
  const { ours, sandbox } = twins;
  const bare = join(sandbox.root, 'upstream.git');
  await ours.git('clone', '-q', '--bare', '.', bare);
  await toldOf(twins, 'branch -D release/1', `remote add origin ${bare}`);
  expect(await toldOf(twins, 'checkout -q -b tracked/1', 'push -q -u origin tracked/1')).toEqual([
    'switch main→tracked/1',
  ]);
  await ours.checkout('main');
  await twins.told();
  await sandbox.run('git', ['branch', '-D', 'tracked/1'], bare);
  expect(await toldOf(twins, 'fetch -q')).toEqual([]);
  expect(twins.held()).toEqual(['jit']);
  expect(await toldOf(twins, 'fetch -q --prune')).toEqual(['branch-deleted null→tracked/1']);
  expect(twins.held()).toEqual([]);
});

test('the group that came with a branch goes with it, and one of the new name comes when it is renamed', async () => {
  await using twins = await staged();
  const groups = (): string[] =>
    [...twins.directory.scim.groups.values()].flatMap(({ displayName, members }) =>
      displayName.startsWith('env-') ? `${displayName} ${members.includes(twins.alice)}` : [],
    );
  await twins.ours.checkout('-b', 'feature/PAY-7-refunds');
  await twins.ours.checkout('main');
  expect(groups()).toEqual(['env-PAY-7 true']);
  await toldOf(twins, 'branch -m feature/PAY-7-refunds feature/PAY-8');
  expect(groups()).toEqual(['env-PAY-8 true']);
  await toldOf(twins, 'branch -D feature/PAY-8');
  expect(groups()).toEqual([]);
  expect(await twins.sandbox.ledger()).toMatchObject({ groups: [] });
});
