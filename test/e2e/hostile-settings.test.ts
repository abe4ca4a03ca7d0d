// What a clone's surroundings may carry besides the rules: git's own settings, names of branches, files in their place.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultsOfLog } from '../support/audit-check.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN, until } from '../support/sandbox.ts';

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

/** A directory of the tree, tracked, that git takes for a git directory of its own; what it says is a stranger's. */
async function plant({ repo, evil }: Staged, where: string, core: string): Promise<string> {
  const id = evil.addUser({ userName: ALICE });
  const path = join(repo.path, where);
  for (const part of ['objects', 'refs', 'scim-hook']) {
    await mkdir(join(path, part), { recursive: true });
    await writeFile(join(path, part, 'keep'), '');
  }
  await writeFile(join(path, 'HEAD'), 'ref: refs/heads/release/1\n');
  const pins = `[scim-hook]\n\tendpoint = ${evil.url}\n\tsubject = ${ALICE}\n\tsubjectId = ${id}\n\tpolicy = refs/heads/main\n`;
  await writeFile(join(path, 'config'), `[core]\n\trepositoryformatversion = 0\n\t${core}\n${pins}`);
  await repo.commit(`Plant ${where}`);
  return path;
}

const EMBEDDED = 'lies among the files of';

test.each([
  ['bare', 'bare = true', ''],
  ['with the tree for its worktree', 'worktree = ..', ''],
  ['inside of another one', 'worktree = ..', 'inner'],
])('a git directory among the files of a branch, %s, gets no token', async (_, core, inner) => {
  await using stage = await staged();
  const { sandbox, repo, evil } = stage;
  const outer = await plant(stage, 'vendored', core);
  const path = inner === '' ? outer : await plant(stage, join('vendored', inner), core);
  const run = (...args: string[]) =>
    sandbox.run(process.execPath, [sandbox.bin, ...args], path, { input: `${TOKEN}\n` });
  for (const args of [['sync'], ['plan'], ['login'], ['logout'], ['status'], ['trust', '--yes']]) {
    const ran = await run(...args);
    expect([args[0], ran.stderr]).toEqual([args[0], expect.stringContaining(EMBEDDED)]);
    expect(ran).toMatchObject({ status: 3, stdout: '' });
  }
  expect((await run('doctor')).stdout).toContain(EMBEDDED);
  await run('sweep');
  // As a hook of all repositories would start it.
  await writeFile(join(path, 'scim-hook', 'spool'), `1\t${'0'.repeat(40)}\t${'0'.repeat(40)}\t\tref: x\n`);
  const env = { SCIM_HOOK_FOREGROUND: '1' };
  await sandbox.run(process.execPath, [sandbox.workerBundle, join(path, 'scim-hook')], path, { env });
  expect(evil.requests).toEqual([]);
  // The clone around it goes on working.
  expect((await repo.scimHook('sync')).status).toBe(0);
});

test('a git directory among the files of a branch cannot borrow the settings of the clone around it', async () => {
  await using stage = await staged();
  const { sandbox } = stage;
  const path = await plant(stage, 'vendored', 'worktree = ..');
  await writeFile(join(path, 'commondir'), '../.git\n');
  const ran = await sandbox.run(process.execPath, [sandbox.bin, 'sync'], path);
  expect(ran).toMatchObject({ status: 3, stderr: expect.stringContaining(EMBEDDED) });
  expect(stage.isIn('jit')).toBe(false);
});

test('a bare repository does not choose where a token goes', async () => {
  await using stage = await staged();
  const { sandbox, evil } = stage;
  const bare = join(sandbox.root, 'bare.git');
  await sandbox.run('git', ['init', '-q', '--bare', bare], sandbox.root);
  for (const [key, value] of [
    ['endpoint', evil.url],
    ['subject', ALICE],
    ['subjectId', 'x'],
    ['policy', 'refs/heads/main'],
  ] as const)
    await sandbox.run('git', ['config', `scim-hook.${key}`, value], bare);
  const input = `${TOKEN}\n`;
  const ran = await sandbox.run(process.execPath, [sandbox.bin, 'login'], bare, { input });
  expect(ran).toMatchObject({ status: 2, stderr: expect.stringContaining('No endpoint is accepted here') });
  expect(evil.requests).toEqual([]);
});

test.each(['submodule', 'worktree', 'separate', 'worktrees of a bare one'])(
  'a git directory elsewhere that a `.git` file names is a clone like any other: %s',
  async (kind) => {
    await using stage = await staged();
    const { sandbox, repo, directory } = stage;
    const outer = await sandbox.repository('outer', null);
    let path = join(outer.path, 'inner');
    switch (kind) {
      case 'submodule':
        await outer.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', repo.path, 'inner');
        break;
      case 'worktree':
        await repo.git('worktree', 'add', '-q', path, 'release/1');
        break;
      case 'separate':
        await mkdir(join(outer.path, 'gits'));
        await outer.git('clone', '-q', '--separate-git-dir', join(outer.path, 'gits', 'x'), repo.path, path);
        break;
      default:
        await outer.git('clone', '-q', '--bare', repo.path, join(path, '.bare'));
        await writeFile(join(path, '.git'), 'gitdir: ./.bare\n');
        await sandbox.run('git', ['worktree', 'add', '-q', 'one', 'release/1'], path);
        path = join(path, 'one');
    }
    const run = (...args: string[]) => sandbox.run(process.execPath, [sandbox.bin, ...args], path);
    const policy = kind.startsWith('worktree') ? 'refs/heads/main' : 'refs/remotes/origin/main';
    expect(await run('install', '--policy', policy, '--yes')).toMatchObject({ status: 0 });
    await sandbox.run('git', ['checkout', '-q', '-B', 'release/2'], path);
    await until('the hook to have it granted', () => stage.isIn('jit'));
    expect(directory.requests).not.toEqual([]);
  },
);
