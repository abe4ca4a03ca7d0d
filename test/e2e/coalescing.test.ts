// Switches that come while an earlier one is still being worked on: each is closed once, and HEAD decides in the end.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultsOfLog } from '../support/audit-check.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { meddlingGit } from '../support/meddling-git.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN, until } from '../support/sandbox.ts';

interface Staged extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly directory: FakeDirectory;
  hasAccess(): boolean;
}

async function staged(): Promise<Staged> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit', members: [directory.addUser({ userName: 'bob@acme.example' })] });
  const config = configFor(directory.url, [rule('one', 'release/*', 'jit')]);
  const repo = await sandbox.repository('r', config, ['release/1', 'release/2', 'plain']);
  await repo.install();
  return {
    sandbox,
    repo,
    directory,
    hasAccess: () => directory.members('jit').includes(alice),
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** The next request of this kind to reach the directory. */
async function arrival(directory: FakeDirectory, method: string): Promise<void> {
  while ((await directory.next()).method !== method);
}

async function expectNothingLeft({ sandbox, hasAccess }: Staged): Promise<void> {
  expect(hasAccess()).toBe(false);
  expect(await sandbox.ledger()).toMatchObject({ leases: [], holdings: [] });
  expect(await faultsOfLog(sandbox)).toEqual([]);
}

test('ten switches before anybody looked: ten events, ten closing lines, and only the last one acts', async () => {
  await using stage = await staged();
  const { sandbox, repo, directory } = stage;
  await repo.stopWorker();
  // This process's own pid, without the worker's mark: the hook takes it for one that is on its way.
  await writeFile(join(repo.spool, 'pid'), `${process.pid}\n`);
  const turn = ['release/1', 'plain', 'release/2', 'main', 'plain'];
  const walk = [...turn, ...turn.toReversed().slice(1), 'release/2'];
  for (const branch of walk) await repo.git('checkout', '-q', branch);
  expect(directory.count('PATCH')).toBe(0);
  await writeFile(join(repo.spool, 'pid'), '');
  expect(await repo.scimHook('sync')).toMatchObject({ status: 0 });

  const events = (await sandbox.events()).filter(({ kind }) => kind === 'switch').slice(1);
  expect(events.map(({ from, branch }) => [from, branch])).toEqual(
    walk.map((branch, index) => [walk[index - 1] ?? 'main', branch]),
  );
  const [last, ...earlier] = events.toReversed();
  expect(last).toMatchObject({ branch: 'release/2', outcome: 'applied' });
  expect(new Set(earlier.map(({ outcome }) => outcome))).toEqual(new Set(['superseded']));
  expect(directory.count('PATCH')).toBe(1);
  expect(stage.hasAccess()).toBe(true);
  expect(await faultsOfLog(sandbox)).toEqual([]);
});

test.each([
  ['hangs', { how: 'hang' }],
  ['is carried out but not answered', { how: 'lose-answer' }],
] as const)('left again while the grant %s: nothing is left of it', async (_, misbehaviour) => {
  await using stage = await staged();
  const { repo, directory } = stage;
  directory.misbehave(misbehaviour, { method: 'PATCH', times: 1 });
  const granting = arrival(directory, 'PATCH');
  await repo.git('checkout', '-q', 'release/1');
  await granting;
  await repo.checkout('plain');
  await expectNothingLeft(stage);
});

test('back again while the removal hangs: the access is there in the end, once', async () => {
  await using stage = await staged();
  const { sandbox, repo, directory } = stage;
  await repo.checkout('release/1');
  directory.misbehave({ how: 'hang' }, { method: 'PATCH', times: 1 });
  const removing = arrival(directory, 'PATCH');
  await repo.git('checkout', '-q', 'plain');
  await removing;
  await repo.checkout('release/2');
  expect(stage.hasAccess()).toBe(true);
  expect(directory.members('jit')).toHaveLength(2);
  expect(await faultsOfLog(sandbox)).toEqual([]);
  await repo.checkout('main');
  await expectNothingLeft(stage);
});

test('a switch that comes while a sync begins: the sync acts for where HEAD is by then', async () => {
  await using stage = await staged();
  const { sandbox, repo } = stage;
  await repo.checkout('release/1');
  await repo.stopWorker();
  const env = await meddlingGit(sandbox, 'worktree list', 'git -C .. checkout -q plain');
  await sandbox.run(process.execPath, [sandbox.bin, 'sync'], repo.path, { env });
  await repo.quiet();
  expect((await repo.git('symbolic-ref', '--short', 'HEAD')).stdout).toBe('plain\n');
  await expectNothingLeft(stage);
});

test('a switch in each of three worktrees at once: every one is settled, and the last to leave gives back', async () => {
  await using stage = await staged();
  const { sandbox, repo } = stage;
  const places = ['one', 'two', 'three'].map((name) => join(sandbox.root, name));
  for (const place of places) await repo.git('worktree', 'add', '-q', '--detach', place);
  await repo.quiet();
  const checkout = (place: string, branch: string) => sandbox.run('git', ['checkout', '-q', branch], place);
  const [first = '', second = '', third = ''] = places;
  await Promise.all([checkout(first, 'release/1'), checkout(second, 'release/2'), checkout(third, 'plain')]);
  await repo.quiet();
  expect((await sandbox.ledger()).leases).toHaveLength(2);
  expect(stage.hasAccess()).toBe(true);
  await Promise.all([checkout(first, '--detach'), checkout(third, '--detach')]);
  await repo.quiet();
  expect(stage.hasAccess()).toBe(true);
  await checkout(second, '--detach');
  await repo.quiet();
  await until('the ledger to be written', async () => (await sandbox.ledger()).leases.length === 0);
  await expectNothingLeft(stage);
});
