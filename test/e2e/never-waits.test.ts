// Git never waits: not for the worker, not for the directory, and not for a hook that finds nothing to do.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';

interface Staged extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly directory: FakeDirectory;
}

/** Installed, on main; whatever the directory is asked from now on, it says nothing. */
async function hanging(): Promise<Staged> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit', members: [directory.addUser({ userName: 'bob@acme.example' })] });
  // A request that hangs would hold whoever waits for it longer than any test may last.
  const config = configFor(directory.url, [rule('one', 'release/*', 'jit')], {
    scim: { endpoint: directory.url, timeout: '10m', deadline: '10m' },
  });
  const repo = await sandbox.repository('r', config, ['release/1', 'release/2']);
  await repo.install();
  directory.misbehave({ how: 'hang' });
  return {
    sandbox,
    repo,
    directory,
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** As scripts and editors do: they wait until the last who holds the other end of the pipe is gone. */
const captured = (sandbox: Sandbox, command: string, cwd: string) =>
  sandbox.run('sh', ['-c', `out=$(${command} 2>&1); printf '%s<%s>' "$?" "$out"`], cwd);

test('a caller that captures the output has it at once, whether or not a worker lived before', async () => {
  await using stage = await hanging();
  const { sandbox, repo, directory } = stage;
  await repo.stopWorker();
  const asked = directory.next();
  expect(await captured(sandbox, 'git checkout release/1', repo.path)).toMatchObject({
    stdout: "0<Switched to branch 'release/1'>",
    stderr: '',
  });
  await asked;
  const [worker] = sandbox.workers();
  expect(worker).toBeGreaterThan(0);

  expect(await captured(sandbox, 'git switch release/2', repo.path)).toMatchObject({
    stdout: "0<Switched to branch 'release/2'>",
    stderr: '',
  });
  expect(sandbox.workers()).toEqual([worker]);
  expect((await repo.progress())?.open).toHaveLength(1);
});

test('a new worktree is there at once, while its switch still waits for the directory', async () => {
  await using stage = await hanging();
  const { sandbox, repo, directory } = stage;
  await repo.stopWorker();
  const other = join(sandbox.root, 'other');
  const asked = directory.next();
  const added = await captured(sandbox, `git worktree add -q ${other} release/1`, repo.path);
  expect(added).toMatchObject({ stdout: '0<>', stderr: '' });
  await asked;
  expect(sandbox.workers()).toHaveLength(1);
  expect(await captured(sandbox, `git worktree remove ${other}`, repo.path)).toMatchObject({ stdout: '0<>' });
});

test('a clone of an installed repository carries nothing of ours, and switches in it wake nobody', async () => {
  await using stage = await hanging();
  const { sandbox, repo, directory } = stage;
  await repo.stopWorker();
  const before = directory.requests.length;
  const path = join(sandbox.root, 'clone');
  expect(await captured(sandbox, `git clone -q . ${path}`, repo.path)).toMatchObject({ stdout: '0<>' });
  const switched = await captured(sandbox, 'git checkout -q release/1', path);
  expect(switched).toMatchObject({ stdout: '0<>', stderr: '' });
  const found = await sandbox.run('sh', ['-c', 'ls .git/scim-hook; git config --get-regexp scim-hook'], path);
  expect(found.stdout).toBe('');
  expect(sandbox.workers()).toEqual([]);
  expect(directory.requests.length).toBe(before);
});

test('with the hook switched off by the environment, nothing is noted and nobody wakes', async () => {
  await using stage = await hanging();
  const { sandbox, repo } = stage;
  await repo.stopWorker();
  const { stdout: before } = await sandbox.run('cat', [join(repo.spool, 'spool')], repo.path);
  sandbox.env['SCIM_HOOK'] = '0';
  await repo.git('checkout', '-q', 'release/1');
  const { stdout: after } = await sandbox.run('cat', [join(repo.spool, 'spool')], repo.path);
  expect(after).toBe(before);
  expect(sandbox.workers()).toEqual([]);
});

test('a checkout of files is no switch: nothing is noted, nobody wakes', async () => {
  await using stage = await hanging();
  const { sandbox, repo } = stage;
  await repo.stopWorker();
  const { stdout: before } = await sandbox.run('cat', [join(repo.spool, 'spool')], repo.path);
  await writeFile(join(repo.path, 'README'), 'changed\n');
  expect(await captured(sandbox, 'git checkout -- README', repo.path)).toMatchObject({ stdout: '0<>' });
  expect(await captured(sandbox, 'git checkout release/1 -- README', repo.path)).toMatchObject({
    stdout: '0<>',
  });
  const { stdout: after } = await sandbox.run('cat', [join(repo.spool, 'spool')], repo.path);
  expect(after).toBe(before);
  expect(sandbox.workers()).toEqual([]);
});
