// Deletions in a clone where nobody switches: found at a wake-up of another one, and by a sweep.
import { expect, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN, until } from '../support/sandbox.ts';

async function staged(
  sandbox: Sandbox,
): Promise<{ idle: Repo; busy: Repo; directory: FakeDirectory; alice: string }> {
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  for (const displayName of ['jit', 'other']) directory.addGroup({ displayName, members: [bob] });
  const kept = rule('kept', 'feature/*', 'jit', { until: 'branch-deleted' });
  const idle = await sandbox.repository('idle', configFor(directory.url, [kept]), ['feature/1']);
  const busy = await sandbox.repository('busy', configFor(directory.url, [rule('one', 'x/*', 'other')]), [
    'x/1',
  ]);
  await idle.install();
  await busy.install();
  await idle.checkout('feature/1');
  await idle.checkout('main');
  await idle.stopWorker();
  await busy.stopWorker();
  return { idle, busy, directory, alice };
}

test('a branch deleted elsewhere is found before the next worker goes, and costs nothing where none was', async () => {
  await using sandbox = await Sandbox.create();
  const { idle, busy, directory, alice } = await staged(sandbox);
  await using _ = directory;
  expect(directory.members('jit')).toContain(alice);
  await busy.checkout('x/1');
  await until('the worker to go', () => sandbox.workers().length === 0);
  expect(directory.members('jit')).toContain(alice);
  await idle.git('branch', '-D', 'feature/1');
  await busy.checkout('main');
  await until(
    'what the deleted branch gave to be given back',
    () => !directory.members('jit').includes(alice),
  );
  await until('the worker to go', () => sandbox.workers().length === 0);
  const events = await sandbox.events();
  expect(events.filter(({ kind }) => kind === 'branch-deleted')).toMatchObject([
    { branch: 'feature/1', outcome: 'applied' },
  ]);
  const before = directory.requests.length;
  await busy.checkout('-b', 'plain');
  await until('the worker to go', () => sandbox.workers().length === 0);
  // Of this clone alone: the other one has nothing that could have ended.
  expect(directory.requests.length - before).toBeLessThanOrEqual(1);
});

test('a worktree that was deleted in another clone is found the same way', async () => {
  await using sandbox = await Sandbox.create();
  const { idle, busy, directory, alice } = await staged(sandbox);
  await using _ = directory;
  await idle.git('branch', '-D', 'feature/1');
  await idle.scimHook('sync');
  await idle.git('worktree', 'add', '-q', `${sandbox.root}/side`, '-b', 'feature/2');
  await idle.quiet();
  expect(directory.members('jit')).toContain(alice);
  await idle.stopWorker();
  await sandbox.run('rm', ['-rf', `${sandbox.root}/side`], sandbox.root);
  await idle.git('branch', '-D', 'feature/2');
  await idle.git('worktree', 'prune');
  await idle.git('branch', '-D', 'feature/2');
  await busy.checkout('x/1');
  await until('what it gave to be given back', () => !directory.members('jit').includes(alice));
});
