// Access that several rules, worktrees or repositories want: it goes with the last of them, and only if it is ours.
import { expect, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, Sandbox, TOKEN } from '../support/sandbox.ts';

async function people(): Promise<{ directory: FakeDirectory; alice: string; bob: string }> {
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  return { directory, alice, bob };
}

test('two rules on one group: it is granted once, and kept while one of them wants it', async () => {
  await using sandbox = await Sandbox.create();
  const { directory, alice, bob } = await people();
  await using _ = directory;
  directory.addGroup({ displayName: 'jit', members: [bob] });
  const rules = [rule('one', 'release/*', 'jit'), rule('two', ['release/*', 'hotfix/*'], 'jit')];
  const repo = await sandbox.repository('r', configFor(directory.url, rules), ['release/1', 'hotfix/1']);
  await repo.install();
  await repo.checkout('release/1');
  expect(directory.members('jit')).toEqual([bob, alice]);
  const change = (await sandbox.audit()).find((line) => line.kind === 'change');
  expect(change).toMatchObject({
    op: 'add',
    rules: ['one', 'two'],
    outcome: 'applied',
    verified: 'confirmed',
    before: 'absent',
  });
  await repo.checkout('hotfix/1');
  expect(directory.members('jit')).toEqual([bob, alice]);
  expect(directory.count('PATCH')).toBe(1);
  await repo.checkout('main');
  expect(directory.members('jit')).toEqual([bob]);
});

test('membership that was there before stays; a managed one is adopted, and goes with its lease', async () => {
  await using sandbox = await Sandbox.create();
  const { directory, alice, bob } = await people();
  await using _ = directory;
  directory.addGroup({ displayName: 'team', members: [bob, alice] });
  directory.addGroup({ displayName: 'jit-x', members: [bob, alice] });
  const config = configFor(directory.url, [rule('one', 'release/*', ['team', 'jit-x'])], {
    managed: { groups: ['jit-*'] },
  });
  const repo = await sandbox.repository('r', config, ['release/1']);
  await repo.git('checkout', '-q', 'release/1');
  await repo.install();
  expect(directory.members('jit-x')).toEqual([bob, alice]);
  expect(directory.count('PATCH')).toBe(0);
  await repo.checkout('main');
  expect(directory.members('team')).toEqual([bob, alice]);
  expect(directory.members('jit-x')).toEqual([bob]);
});

test('a managed group that no lease holds is taken away', async () => {
  await using sandbox = await Sandbox.create();
  const { directory, alice, bob } = await people();
  await using _ = directory;
  directory.addGroup({ displayName: 'jit-old', members: [bob, alice] });
  const config = configFor(directory.url, [rule('one', 'release/*', 'jit-x')], {
    managed: { groups: ['jit-*'] },
  });
  const repo = await sandbox.repository('r', config);
  await repo.install();
  expect(directory.members('jit-old')).toEqual([bob]);
});

test('two worktrees on granting branches: the last one to leave gives back', async () => {
  await using sandbox = await Sandbox.create();
  const { directory, alice, bob } = await people();
  await using _ = directory;
  directory.addGroup({ displayName: 'jit', members: [bob] });
  const repo = await sandbox.repository('r', configFor(directory.url, [rule('one', 'release/*', 'jit')]), [
    'release/1',
    'release/2',
  ]);
  await repo.install();
  await repo.checkout('release/1');
  await repo.git('worktree', 'add', '-q', `${sandbox.root}/other`, 'release/2');
  await repo.quiet();
  await repo.checkout('main');
  expect(directory.members('jit')).toEqual([bob, alice]);
  await sandbox.run('git', ['checkout', '-q', '--detach'], `${sandbox.root}/other`);
  await repo.quiet();
  expect(directory.members('jit')).toEqual([bob]);
});

test('a worktree that is deleted gives back at the next wake-up', async () => {
  await using sandbox = await Sandbox.create();
  const { directory, alice, bob } = await people();
  await using _ = directory;
  directory.addGroup({ displayName: 'jit', members: [bob] });
  const repo = await sandbox.repository('r', configFor(directory.url, [rule('one', 'release/*', 'jit')]), [
    'release/1',
    'plain',
  ]);
  await repo.install();
  await repo.git('worktree', 'add', '-q', `${sandbox.root}/other`, 'release/1');
  await repo.quiet();
  expect(directory.members('jit')).toEqual([bob, alice]);
  await repo.git('worktree', 'remove', `${sandbox.root}/other`);
  await repo.checkout('plain');
  expect(directory.members('jit')).toEqual([bob]);
});

test('two repositories granting one group: the last one to leave gives back', async () => {
  await using sandbox = await Sandbox.create();
  const { directory, alice, bob } = await people();
  await using _ = directory;
  directory.addGroup({ displayName: 'jit', members: [bob] });
  const config = configFor(directory.url, [rule('one', 'release/*', 'jit')]);
  const [a, b] = [
    await sandbox.repository('a', config, ['release/1']),
    await sandbox.repository('b', config, ['release/1']),
  ];
  await a.install();
  await b.install();
  await a.checkout('release/1');
  await b.checkout('release/1');
  expect(directory.count('PATCH')).toBe(1);
  await a.checkout('main');
  expect(directory.members('jit')).toEqual([bob, alice]);
  await b.checkout('main');
  expect(directory.members('jit')).toEqual([bob]);
});

test('roles and entitlements come and go, and what others gave stays as it is', async () => {
  await using sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  await using _ = directory;
  const foreign = { value: 'viewer', type: 'app', display: 'Viewer', primary: true };
  const alice = directory.addUser({ userName: ALICE, roles: [foreign] });
  const grant = { roles: ['deployer'], entitlements: [{ value: 'jit:artifacts', type: 'store' }] };
  const repo = await sandbox.repository(
    'r',
    configFor(directory.url, [{ name: 'one', branches: ['release/*'], grant }]),
    ['release/1'],
  );
  await repo.install();
  await repo.checkout('release/1');
  expect(directory.user(alice)).toMatchObject({
    roles: [foreign, { value: 'deployer' }],
    entitlements: [{ value: 'jit:artifacts', type: 'store' }],
  });
  await repo.checkout('main');
  expect(directory.user(alice).roles).toEqual([foreign]);
  expect(directory.user(alice).entitlements ?? []).toEqual([]);
});
