// A rebase detaches HEAD for a while: the branch that is rebased keeps its access through it, whenever we look.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { meddlingGit } from '../support/meddling-git.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';

interface Staged extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly directory: FakeDirectory;
  readonly alice: string;
  hasAccess(): boolean;
}

/** On `release/1`, which grants; it and main both changed README, or different files. */
async function diverged({ conflict }: { conflict: boolean }): Promise<Staged> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit', members: [directory.addUser({ userName: 'bob@acme.example' })] });
  const rules = [rule('one', 'release/*', 'jit')];
  const repo = await sandbox.repository('r', configFor(directory.url, rules), ['release/1', 'plain']);
  await repo.install();
  await repo.write('README', 'as main has it\n');
  await repo.commit('On main');
  await repo.checkout('release/1');
  await repo.write(conflict ? 'README' : 'other', 'as the release has it\n');
  await repo.commit('On the release');
  return {
    sandbox,
    repo,
    directory,
    alice,
    hasAccess: () => directory.members('jit').includes(alice),
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** What git runs as its hook does all its work before git goes on: the earliest moment at which we could look. */
async function lookAtOnce({ sandbox, repo }: Staged): Promise<void> {
  await repo.stopWorker();
  await rm(join(repo.spool, 'pid'), { force: true });
  sandbox.env['SCIM_HOOK_FOREGROUND'] = '1';
}

test.each([['--merge'], ['--interactive']])(
  'git rebase %s keeps the access, also when HEAD is read before git goes on',
  async (backend) => {
    await using stage = await diverged({ conflict: false });
    const { repo } = stage;
    expect(stage.hasAccess()).toBe(true);
    await lookAtOnce(stage);
    expect(await repo.git('-c', 'core.editor=true', 'rebase', backend, 'main')).toMatchObject({ status: 0 });
    expect((await repo.git('symbolic-ref', 'HEAD')).stdout).toBe('refs/heads/release/1\n');
    expect(stage.hasAccess()).toBe(true);
    expect(stage.directory.count('PATCH')).toBe(1);
  },
);

test('a rebase that ends while HEAD is being read keeps the access', async () => {
  await using stage = await diverged({ conflict: true });
  const { sandbox, repo } = stage;
  expect((await repo.git('rebase', 'main')).status).not.toBe(0);
  await repo.write('README', 'as both have it\n');
  await repo.git('add', 'README');
  await repo.stopWorker();
  const env = await meddlingGit(sandbox, 'worktree list', 'git -C .. -c core.editor=true rebase --continue');
  await sandbox.run(process.execPath, [sandbox.bin, 'sync'], repo.path, { env });
  expect((await repo.git('symbolic-ref', 'HEAD')).stdout).toBe('refs/heads/release/1\n');
  expect(stage.hasAccess()).toBe(true);
});

test('a rebase that stops at a conflict keeps the access however often we look, and so does giving it up', async () => {
  await using stage = await diverged({ conflict: true });
  const { repo } = stage;
  expect((await repo.git('rebase', 'main')).status).not.toBe(0);
  await repo.quiet();
  expect(await repo.scimHook('sync')).toMatchObject({ status: 0 });
  expect(stage.hasAccess()).toBe(true);
  expect(await repo.git('rebase', '--abort')).toMatchObject({ status: 0 });
  await repo.quiet();
  expect(stage.hasAccess()).toBe(true);
  expect(stage.directory.count('PATCH')).toBe(1);
  await repo.checkout('plain');
  expect(stage.hasAccess()).toBe(false);
});

test('leaving in the middle of a rebase gives back', async () => {
  await using stage = await diverged({ conflict: true });
  const { repo } = stage;
  expect((await repo.git('rebase', 'main')).status).not.toBe(0);
  await repo.checkout('-f', 'plain');
  expect(stage.hasAccess()).toBe(false);
});

test('a branch that is only rebased, from elsewhere, is granted nothing before it is checked out', async () => {
  await using stage = await diverged({ conflict: true });
  const { repo } = stage;
  await repo.checkout('plain');
  expect((await repo.git('rebase', 'main', 'release/1')).status).not.toBe(0);
  await repo.quiet();
  expect(stage.hasAccess()).toBe(false);
  await repo.write('README', 'as both have it\n');
  await repo.git('add', 'README');
  expect(await repo.git('-c', 'core.editor=true', 'rebase', '--continue')).toMatchObject({ status: 0 });
  expect(await repo.scimHook('sync')).toMatchObject({ status: 0 });
  expect(stage.hasAccess()).toBe(true);
});
