// One group, several who want it or change it at the same time: worktrees, clones, repositories, and people at the directory.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultsOfLog } from '../support/audit-check.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';

interface Staged extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly directory: FakeDirectory;
  readonly alice: string;
  readonly bob: string;
  /** A repository with these rules, and the hook in place. */
  installed(name: string, rules: object[], more?: object): Promise<Repo>;
}

async function staged(): Promise<Staged> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  directory.addGroup({ displayName: 'jit', members: [bob] });
  return {
    sandbox,
    directory,
    alice,
    bob,
    installed: async (name, rules, more = {}) => {
      const branches = ['release/1', 'release/2', 'hotfix/1'];
      const repo = await sandbox.repository(name, configFor(directory.url, rules, more), branches);
      expect(await repo.install()).toMatchObject({ status: 0 });
      return repo;
    },
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

const one = rule('one', 'release/*', 'jit');

test('two rules on one group: the one branch that only one of them gives keeps it, and names that one', async () => {
  await using stage = await staged();
  const { sandbox, directory, alice } = stage;
  const repo = await stage.installed('r', [one, rule('two', ['release/2', 'hotfix/*'], 'jit')]);
  await repo.checkout('release/2');
  expect((await sandbox.ledger()).holdings).toMatchObject([{ rules: ['one', 'two'] }]);
  await repo.checkout('hotfix/1');
  expect(directory.members('jit')).toContain(alice);
  expect(directory.count('PATCH')).toBe(1);
  const plan = await repo.scimHook('plan', '--json', '--branch', 'release/1');
  expect(JSON.parse(plan.stdout)).toMatchObject({ changes: [] });
});

test('two repositories that switch at the same moment: granted once, kept by the one, given back by the last', async () => {
  await using stage = await staged();
  const { sandbox, directory, alice, bob } = stage;
  const [a, b] = [await stage.installed('a', [one]), await stage.installed('b', [one])];
  await Promise.all([a.checkout('release/1'), b.checkout('release/2')]);
  expect(directory.members('jit')).toEqual([bob, alice]);
  expect(directory.count('PATCH')).toBe(1);
  await Promise.all([a.checkout('release/2'), b.checkout('main')]);
  expect(directory.members('jit')).toEqual([bob, alice]);
  await Promise.all([a.checkout('main'), b.checkout('release/1')]);
  expect(directory.members('jit')).toEqual([bob, alice]);
  await b.checkout('main');
  expect(directory.members('jit')).toEqual([bob]);
  expect(await faultsOfLog(sandbox)).toEqual([]);
});

test('two clones of one repository are two holders', async () => {
  await using stage = await staged();
  const { sandbox, directory, alice } = stage;
  const repo = await stage.installed('r', [one]);
  const path = join(sandbox.root, 'clone');
  await repo.git('clone', '-q', '.', path);
  await sandbox.run(process.execPath, [sandbox.bin, 'install', '--yes'], path);
  const inClone = (...args: string[]) => sandbox.run(process.execPath, [sandbox.bin, ...args], path);
  await repo.checkout('release/1');
  await sandbox.run('git', ['checkout', '-q', 'release/1'], path);
  expect(await inClone('sync')).toMatchObject({ status: 0 });
  await repo.checkout('main');
  expect(directory.members('jit')).toContain(alice);
  await sandbox.run('git', ['checkout', '-q', '--detach'], path);
  expect(await inClone('sync')).toMatchObject({ status: 0 });
  expect(directory.members('jit')).not.toContain(alice);
});

test('another repository that was never switched does not take away what this one gave', async () => {
  await using stage = await staged();
  const { directory, alice } = stage;
  const a = await stage.installed('a', [one], { managed: { groups: ['jit*'] } });
  const b = await stage.installed('b', [rule('other', 'hotfix/*', 'jit')], { managed: { groups: ['jit*'] } });
  await a.checkout('release/1');
  await b.checkout('hotfix/1');
  await b.checkout('main');
  expect(await b.scimHook('sync')).toMatchObject({ status: 0 });
  expect(directory.members('jit')).toContain(alice);
  expect(directory.count('PATCH')).toBe(1);
});

test('foreign membership stays, also over several leases and a sync', async () => {
  await using stage = await staged();
  const { sandbox, directory, alice, bob } = stage;
  directory.addGroup({ displayName: 'team', members: [bob, alice] });
  const repo = await stage.installed('r', [rule('team', 'release/*', 'team')]);
  for (const branch of ['release/1', 'release/2', 'main']) await repo.checkout(branch);
  expect(await repo.scimHook('sync', '--branch', 'release/9')).toMatchObject({ status: 0 });
  expect(await repo.scimHook('revoke', '--all')).toMatchObject({ status: 0 });
  expect(directory.members('team')).toEqual([bob, alice]);
  expect(directory.count('PATCH')).toBe(0);
  expect((await sandbox.ledger()).holdings).toEqual([]);
});

test('a managed group that somebody gave meanwhile is taken away at the next sync', async () => {
  await using stage = await staged();
  const { directory, alice, bob } = stage;
  const stray = directory.addGroup({ displayName: 'jit-old', members: [bob] });
  const repo = await stage.installed('r', [one], { managed: { groups: ['jit*'] } });
  directory.scim.groups.get(stray)?.members.push(alice);
  expect(await repo.scimHook('sync')).toMatchObject({ status: 0 });
  expect(directory.members('jit-old')).toEqual([bob]);
});

test('access that somebody took away meanwhile is there again after a sync', async () => {
  await using stage = await staged();
  const { directory, alice, bob } = stage;
  const repo = await stage.installed('r', [one]);
  await repo.checkout('release/1');
  const [group] = [...directory.scim.groups.values()];
  group?.members.splice(group.members.indexOf(alice), 1);
  expect(directory.members('jit')).toEqual([bob]);
  expect(await repo.scimHook('sync')).toMatchObject({ status: 0 });
  expect(directory.members('jit')).toEqual([bob, alice]);
  await repo.checkout('main');
  expect(directory.members('jit')).toEqual([bob]);
});
