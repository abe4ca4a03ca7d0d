// Ways to move HEAD that aren't a plain switch: what is being worked on keeps its access, and git never waits.
import { expect, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';

async function staged(sandbox: Sandbox): Promise<{ repo: Repo; directory: FakeDirectory; alice: string }> {
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit', members: [directory.addUser({ userName: 'bob@acme.example' })] });
  const repo = await sandbox.repository('r', configFor(directory.url, [rule('one', 'release/*', 'jit')]), [
    'release/1',
  ]);
  await repo.install();
  return { repo, directory, alice };
}

test('git pull --rebase on a granting branch keeps the access, with and without a conflict', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory, alice } = await staged(sandbox);
  await using _ = directory;
  await repo.checkout('release/1');
  await repo.git('clone', '-q', '.', `${sandbox.root}/upstream`);
  const upstream = `${sandbox.root}/upstream`;
  await sandbox.run('git', ['checkout', '-q', '-b', 'work', 'origin/release/1'], upstream);
  await sandbox.run('sh', ['-c', 'echo theirs >README && git commit -qam theirs'], upstream);
  await repo.write('README', 'ours\n');
  await repo.commit('ours');
  const pulled = await repo.git('pull', '-q', '--rebase', upstream, 'work');
  expect(pulled.status).not.toBe(0);
  await repo.quiet();
  expect(directory.members('jit')).toContain(alice);
  await repo.write('README', 'both\n');
  await repo.git('add', 'README');
  expect(await repo.git('-c', 'core.editor=true', 'rebase', '--continue')).toMatchObject({ status: 0 });
  await repo.quiet();
  await sandbox.run('sh', ['-c', 'echo more >more && git add more && git commit -qam more'], upstream);
  expect(await repo.git('pull', '-q', '--rebase', upstream, 'work')).toMatchObject({ status: 0 });
  await repo.quiet();
  expect(directory.members('jit')).toContain(alice);
  expect(directory.count('PATCH')).toBe(1);
});

test('bisect keeps the access; a detached HEAD gives it back', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory, alice } = await staged(sandbox);
  await using _ = directory;
  await repo.checkout('release/1');
  for (const step of ['1', '2', '3', '4']) {
    await repo.write('README', `${step}\n`);
    await repo.commit(step);
  }
  await repo.git('bisect', 'start', 'HEAD', 'HEAD~4');
  await repo.quiet();
  expect((await repo.git('symbolic-ref', '-q', 'HEAD')).status).not.toBe(0);
  expect(directory.members('jit')).toContain(alice);
  await repo.git('bisect', 'reset');
  await repo.quiet();
  expect(directory.members('jit')).toContain(alice);
  await repo.checkout('--detach');
  expect(directory.members('jit')).not.toContain(alice);
  await repo.checkout('-');
  expect(directory.members('jit')).toContain(alice);
});

test('a switch that no hook saw is found at the next wake-up', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory, alice } = await staged(sandbox);
  await using _ = directory;
  await repo.git('-c', 'core.hooksPath=/dev/null', 'checkout', '-q', 'release/1');
  expect(await repo.scimHook('sync')).toMatchObject({ status: 0 });
  expect(directory.members('jit')).toContain(alice);
  expect(await sandbox.events()).toContainEqual(
    expect.objectContaining({ kind: 'gap', from: 'main', branch: 'release/1' }),
  );
});

test('git never waits: the caller gets its output while the worker still hangs on the directory', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory } = await staged(sandbox);
  await using _ = directory;
  await repo.stopWorker();
  directory.misbehave({ how: 'hang' });
  const asked = directory.next();
  const caught = await sandbox.run(
    'sh',
    ['-c', 'out=$(git checkout release/1 2>&1); printf "<%s>" "$out"'],
    repo.path,
  );
  expect(caught.stdout).toContain("<Switched to branch 'release/1'>");
  await asked;
  expect((await repo.progress())?.open).toHaveLength(1);
});
