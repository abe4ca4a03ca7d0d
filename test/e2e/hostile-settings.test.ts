// What a clone's surroundings may carry besides the rules: git's own settings, names of branches, files in their place.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultsOfLog } from '../support/audit-check.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';

interface Staged extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly directory: FakeDirectory;
  /** Somebody else's, which must never hear of us. */
  readonly evil: FakeDirectory;
  isIn(group: string): boolean;
}

async function staged(): Promise<Staged> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const evil = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  for (const displayName of ['jit', 'admins']) directory.addGroup({ displayName, members: [bob] });
  const config = configFor(directory.url, [rule('one', 'release/**', 'jit')]);
  const repo = await sandbox.repository('r', config, ['release/1', 'plain']);
  await repo.install();
  return {
    sandbox,
    repo,
    directory,
    evil,
    isIn: (group) => directory.members(group).includes(alice),
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
      await evil[Symbol.asyncDispose]();
    },
  };
}

test('settings of one worktree, and of the environment, do not choose where access goes', async () => {
  await using stage = await staged();
  const { sandbox, repo, evil } = stage;
  await repo.git('config', 'extensions.worktreeConfig', 'true');
  await repo.git('config', '--worktree', 'scim-hook.endpoint', evil.url);
  await repo.git('config', '--worktree', 'scim-hook.subjectId', 'root');
  const env = {
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: 'scim-hook.endpoint',
    GIT_CONFIG_VALUE_0: evil.url,
    GIT_CONFIG_KEY_1: 'scim-hook.policy',
    GIT_CONFIG_VALUE_1: 'refs/heads/plain',
  };
  await repo.stopWorker();
  await sandbox.run('git', ['checkout', '-q', 'release/1'], repo.path, { env });
  await repo.quiet();
  expect(stage.isIn('jit')).toBe(true);
  const sync = await sandbox.run(process.execPath, [sandbox.bin, 'sync', '--json'], repo.path, { env });
  expect(sync.status).toBe(0);
  expect(evil.requests).toEqual([]);
});

test('mode and bounds of one worktree or one call widen nothing', async () => {
  await using stage = await staged();
  const { sandbox, repo } = stage;
  await sandbox.run('git', ['config', '--global', 'scim-hook.mode', 'audit'], sandbox.root);
  await repo.git('config', 'extensions.worktreeConfig', 'true');
  await repo.git('config', '--worktree', 'scim-hook.mode', 'enforce');
  await repo.git('config', 'scim-hook.mode', 'enforce');
  await repo.git('-c', 'scim-hook.mode=enforce', 'checkout', '-q', 'release/1');
  await repo.quiet();
  expect((await sandbox.events()).at(-1)).toMatchObject({ outcome: 'would' });
  expect(stage.isIn('jit')).toBe(false);
});

test('the pinned ref is gone: nothing more is granted, and what was held is given back on leaving', async () => {
  await using stage = await staged();
  const { repo } = stage;
  await repo.checkout('release/1');
  await repo.git('branch', '-q', '-m', 'main', 'elsewhere');
  await repo.checkout('release/1');
  expect(stage.isIn('jit')).toBe(true);
  const sync = await repo.scimHook('sync', '--branch', 'release/2', '--json');
  expect(sync.status).toBe(3);
  expect(JSON.parse(sync.stdout)).toMatchObject({ outcome: 'refused', reason: 'untrusted' });
  await repo.checkout('plain');
  expect(stage.isIn('jit')).toBe(false);
  await repo.checkout('release/1');
  expect(stage.isIn('jit')).toBe(false);
});

test('another subject in the clone is nobody we were told to change', async () => {
  await using stage = await staged();
  const { sandbox, repo, directory } = stage;
  const mallory = directory.addUser({ userName: 'mallory@acme.example' });
  await repo.git('config', 'user.email', 'mallory@acme.example');
  await repo.checkout('release/1');
  expect(stage.isIn('jit')).toBe(true);
  await repo.git('config', 'scim-hook.subjectId', mallory);
  await repo.checkout('release/1');
  await repo.checkout('plain');
  expect(stage.isIn('jit')).toBe(false);
  expect(directory.members('jit')).not.toContain(mallory);
  const sync = await repo.scimHook('sync', '--branch', 'release/2', '--json');
  expect(sync.status).toBe(3);
  expect(JSON.parse(sync.stdout)).toMatchObject({ outcome: 'refused', reason: 'subject-changed' });
  expect(directory.members('jit')).not.toContain(mallory);
  expect((await sandbox.ledger()).holdings).toEqual([]);
});

test('a branch name is text, whatever a shell, a log or a terminal would make of it', async () => {
  await using stage = await staged();
  const { sandbox, repo } = stage;
  const touch = ['touch$', '{IFS}pwned'].join('');
  const name = `release/$(${touch});\`${touch}\`&%s"{x}é\u202e🙈`;
  expect(await repo.git('checkout', '-q', '-b', name)).toMatchObject({ status: 0, stderr: '' });
  await repo.quiet();
  expect(stage.isIn('jit')).toBe(true);
  expect((await sandbox.events()).at(-1)).toMatchObject({ branch: name, outcome: 'applied' });
  const status = await repo.scimHook('status');
  expect(status.stdout).not.toContain('\u202e');
  await repo.checkout('plain');
  expect(stage.isIn('jit')).toBe(false);
  expect(await faultsOfLog(sandbox)).toEqual([]);
  expect([repo.path, repo.spool, join(repo.path, '.git')].some((at) => existsSync(join(at, 'pwned')))).toBe(
    false,
  );
});
