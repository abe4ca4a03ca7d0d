// Many switches before anybody looked: all are accounted for, and only where HEAD ended up is acted on.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { failingGit } from '../support/meddling-git.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN, until } from '../support/sandbox.ts';

/** Makes the hook believe that a worker lives, so that lines gather; returns how to end that. */
async function withoutWorker(repo: Repo): Promise<() => Promise<void>> {
  await repo.stopWorker();
  // This process's own pid, without the worker's mark: the hook takes it for one that is on its way.
  await writeFile(join(repo.spool, 'pid'), `${process.pid}\n`);
  return () => writeFile(join(repo.spool, 'pid'), '');
}

async function staged(
  sandbox: Sandbox,
  branches: string[],
): Promise<{ repo: Repo; directory: FakeDirectory; alice: string }> {
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit', members: [directory.addUser({ userName: 'bob@acme.example' })] });
  const repo = await sandbox.repository(
    'r',
    configFor(directory.url, [rule('one', 'release/*', 'jit')]),
    branches,
  );
  await repo.install();
  return { repo, directory, alice };
}

test('there and back before anybody looked: superseded, unchanged, and nothing is sent', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory } = await staged(sandbox, ['release/1']);
  await using _ = directory;
  const end = await withoutWorker(repo);
  const before = directory.requests.length;
  await repo.git('checkout', '-q', 'release/1');
  await repo.git('checkout', '-q', 'main');
  await end();
  expect(await repo.scimHook('sync')).toMatchObject({ status: 0 });
  expect((await sandbox.events()).slice(1)).toMatchObject([
    { kind: 'switch', from: 'main', branch: 'release/1', outcome: 'superseded' },
    { kind: 'switch', from: 'release/1', branch: 'main', outcome: 'unchanged' },
    { kind: 'manual', branch: 'main', outcome: 'unchanged' },
  ]);
  expect(directory.requests.length).toBe(before);
});

test('a git that fails for a moment is asked again, though nobody switches any more', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory, alice } = await staged(sandbox, ['release/1']);
  await using _ = directory;
  const end = await withoutWorker(repo);
  await repo.git('checkout', '-q', 'release/1');
  await end();
  const env = await failingGit(sandbox, 'worktree list');
  const working = sandbox.run(process.execPath, [sandbox.workerBundle, repo.spool], repo.path, { env });
  await until('access', () => directory.members('jit').includes(alice));
  await repo.quiet();
  await repo.stopWorker();
  await working;
});

test('a storm ends where HEAD is, with a closing line for every switch', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory, alice } = await staged(sandbox, ['release/1', 'a', 'b']);
  await using _ = directory;
  const walk = ['a', 'release/1', 'b', 'main', 'release/1', 'a', 'b', 'release/1'];
  for (const branch of walk) await repo.git('checkout', '-q', branch);
  await repo.quiet();
  expect(directory.members('jit')).toContain(alice);
  const switches = (await sandbox.events()).filter((event) => event.kind === 'switch').slice(1);
  expect(switches.map((event) => event.branch)).toEqual(walk);
  expect(switches.every((event) => event.outcome !== undefined)).toBe(true);
  expect(
    new Set((await sandbox.audit()).filter((line) => line.kind === 'switch').map((line) => line.event)).size,
  ).toBe(walk.length + 1);
});

test('the same branch is no switch, and a file checkout is nothing at all', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory } = await staged(sandbox, ['release/1']);
  await using _ = directory;
  await repo.checkout('release/1');
  const lines = (await sandbox.audit()).length;
  await repo.checkout('release/1');
  await repo.write('README', 'changed\n');
  await repo.git('checkout', '--', 'README');
  await repo.quiet();
  expect((await sandbox.audit()).length).toBe(lines);
});

test('a switch that changes nothing sends nothing; one group more takes at most four requests', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory } = await staged(sandbox, ['release/1', 'release/2', 'plain']);
  await using _ = directory;
  let before = directory.requests.length;
  await repo.checkout('release/1');
  expect(directory.requests.length - before).toBeLessThanOrEqual(6);
  before = directory.requests.length;
  await repo.checkout('release/2');
  expect(directory.requests.length - before).toBe(0);
  await repo.checkout('plain');
  before = directory.requests.length;
  await repo.checkout('main');
  expect(directory.requests.length - before).toBe(0);
  await repo.checkout('release/1');
  expect(directory.requests.length - before).toBeLessThanOrEqual(4);
});
