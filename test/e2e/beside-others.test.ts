// Beside hooks that people wrote themselves, git-lfs, hooks elsewhere and hooks in git's config; and without a terminal.
import { chmod, copyFile, cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { need } from '../adapters/hook-rig.ts';
import { everything } from '../support/everything.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { withNewerGit } from '../support/newer-git.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Ran, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';

interface Staged extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly directory: FakeDirectory;
  readonly hookFile: string;
  readonly granted: () => boolean;
  readonly hook: () => Promise<{ state: string; how: string | null }>;
}

async function staged(): Promise<Staged> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit', members: [directory.addUser({ userName: 'bob@acme.example' })] });
  const config = configFor(directory.url, [rule('one', 'release/*', 'jit')]);
  const repo = await sandbox.repository('r', config, ['release/1']);
  return {
    sandbox,
    repo,
    directory,
    hookFile: join(repo.path, '.git/hooks/post-checkout'),
    granted: () => directory.members('jit').includes(alice),
    hook: async () => JSON.parse((await repo.scimHook('status', '--json')).stdout).hook,
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** In and out, with what git said meanwhile. */
async function inAndOut({ repo, granted }: Staged): Promise<Ran> {
  const ran = await repo.checkout('release/1');
  expect(granted()).toBe(true);
  await repo.checkout('main');
  expect(granted()).toBe(false);
  return ran;
}

describe('a shell hook of the person', () => {
  test('runs on, with its status; uninstall restores it to the byte', async () => {
    await using stage = await staged();
    const { repo, hookFile } = stage;
    // Bytes that are no UTF-8.
    await writeFile(hookFile, Buffer.from('#!/bin/sh -eu\n# caf\xe9\necho theirs\nexit 3', 'latin1'));
    await chmod(hookFile, 0o750);
    const before = everything(repo);
    expect(await repo.install()).toMatchObject({ status: 0, stderr: '' });
    expect(await stage.hook()).toMatchObject({ state: 'runs', how: 'block' });
    // Git says 1 where a hook failed; the branch is switched all the same.
    expect(await inAndOut(stage)).toMatchObject({ status: 1, stderr: 'theirs\n' });
    expect(await repo.scimHook('uninstall')).toMatchObject({ status: 0, stderr: '' });
    expect(everything(repo)).toEqual(before);
  });

  test('that keeps git from reaching ours is said, and nothing stays in it', async () => {
    await using stage = await staged();
    const { repo, hookFile } = stage;
    const theirs = '#!/bin/sh\r\necho theirs\r\n';
    await writeFile(hookFile, theirs, { mode: 0o755 });
    expect(await repo.scimHook('install', '--yes')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('git did not run'),
    });
    expect(await readFile(hookFile, 'utf8')).toBe(theirs);
  });

  test('that is not executable stays off, and is as it was afterwards', async () => {
    await using stage = await staged();
    const { repo, hookFile } = stage;
    await writeFile(hookFile, '#!/bin/sh\necho theirs\n', { mode: 0o640 });
    const before = everything(repo);
    await repo.install();
    expect(await inAndOut(stage)).toMatchObject({ status: 0, stderr: '' });
    await repo.scimHook('uninstall');
    expect(everything(repo)).toEqual(before);
  });

  test('that is a link stays a link to the same bytes', async () => {
    await using stage = await staged();
    const { sandbox, repo, hookFile } = stage;
    const shared = join(sandbox.root, 'my-hook');
    await writeFile(shared, '#!/bin/sh\necho theirs\n', { mode: 0o755 });
    await symlink(shared, hookFile);
    const before = everything(repo);
    await repo.install();
    expect(await inAndOut(stage)).toMatchObject({ status: 0, stderr: 'theirs\n' });
    await repo.scimHook('uninstall');
    expect(everything(repo)).toEqual(before);
    expect(await readFile(shared, 'utf8')).toBe('#!/bin/sh\necho theirs\n');
  });

  test.each([
    ['the hook', '.git/hooks/post-checkout', '../../hooks/post-checkout'],
    ['the hooks directory', '.git/hooks', '../hooks'],
  ])('%s a link to what git tracks: the line to commit, and no checkout fails', async (_, link, target) => {
    await using stage = await staged();
    const { repo, granted } = stage;
    await mkdir(join(repo.path, 'hooks'));
    await writeFile(join(repo.path, 'hooks/post-checkout'), '#!/bin/sh\necho theirs\n', { mode: 0o755 });
    await repo.commit('Hooks');
    await rm(join(repo.path, link), { recursive: true, force: true });
    await symlink(target, join(repo.path, link));
    const refused = await repo.scimHook('install', '--yes');
    expect(refused).toMatchObject({ status: 3, stderr: expect.stringContaining('tracked by git') });
    expect((await repo.git('status', '--porcelain')).stdout).toBe('');
    expect(await repo.git('checkout', '-q', 'release/1')).toMatchObject({ status: 0 });
    expect(granted()).toBe(false);
  });

  test('gets no token from us when install has git run it', async () => {
    await using stage = await staged();
    const { repo, hookFile, granted } = stage;
    await repo.git('checkout', '-q', 'release/1');
    await writeFile(hookFile, '#!/bin/sh\nenv >.git/seen\n', { mode: 0o755 });
    expect(await repo.install()).toMatchObject({ status: 0, stderr: '' });
    const seen = await readFile(join(repo.path, '.git/seen'), 'utf8');
    expect([seen.includes('HOME='), seen.includes(TOKEN)]).toEqual([true, false]);
    // The first sync has it all the same.
    expect(granted()).toBe(true);
  });

  test('in which somebody changed our block is left alone, in words', async () => {
    await using stage = await staged();
    const { repo, hookFile } = stage;
    await writeFile(hookFile, '#!/bin/sh\necho theirs\n', { mode: 0o755 });
    await repo.install();
    await writeFile(hookFile, (await readFile(hookFile, 'utf8')).replace('# <<<', 'make tags\n# <<<'));
    expect((await stage.hook()).state).toBe('edited');
    await repo.checkout('release/1');
    expect(stage.granted()).toBe(true);
    for (const command of ['uninstall', 'install'])
      expect(await repo.scimHook(command, ...(command === 'install' ? ['--yes'] : []))).toMatchObject({
        status: 3,
        stderr: expect.stringContaining('somebody changed it since'),
      });
    expect(await readFile(hookFile, 'utf8')).toContain('make tags');
    // What is to be given back doesn't wait for that.
    expect(stage.granted()).toBe(false);
  });
});

describe('what can hold no block', () => {
  test.for(['python3', 'node', 'perl'])('a hook in %s: the exact line to add works', async (program, ctx) => {
    const path = need(ctx, program);
    await using stage = await staged();
    const { repo, hookFile } = stage;
    const say =
      program === 'node'
        ? "console.error('theirs');"
        : program === 'perl'
          ? 'print STDERR "theirs\\n";'
          : 'import sys; print("theirs", file=sys.stderr)';
    const theirs = `#!${path}\n${say}\n`;
    await writeFile(hookFile, theirs, { mode: 0o755 });
    const before = everything(repo);
    const refused = await repo.scimHook('install', '--yes');
    expect(refused).toMatchObject({ status: 3, stderr: expect.stringContaining('not a shell script') });
    expect(everything(repo)).toEqual(before);
    expect(stage.directory.requests).toEqual([]);
    const line =
      refused.stderr
        .split('\n')
        .find((each) => each.includes('scim-hook/hook'))
        ?.trim() ?? '';
    await writeFile(hookFile, `${theirs}${line}\n`);
    expect(await repo.install()).toMatchObject({ status: 0, stderr: '' });
    expect(await stage.hook()).toMatchObject({ state: 'runs', how: 'called' });
    expect((await inAndOut(stage)).stderr).toBe('theirs\n');
    await repo.scimHook('uninstall');
    expect(await readFile(hookFile, 'utf8')).toBe(`${theirs}${line}\n`);
    expect(await repo.git('checkout', '-q', 'release/1')).toMatchObject({ status: 0, stderr: 'theirs\n' });
  });

  test.each([
    ['a link to nowhere', (path: string) => symlink('nowhere', path)],
    ['not a file', (path: string) => mkdir(path)],
  ])('%s is said', async (words, make) => {
    await using stage = await staged();
    await make(stage.hookFile);
    expect(await stage.repo.scimHook('install', '--yes')).toMatchObject({
      status: 3,
      stderr: expect.stringContaining(words),
    });
    expect(stage.directory.requests).toEqual([]);
  });
});

describe('core.hooksPath', () => {
  test('of the person: nothing is put there; the line that is named works, in this clone and not in others', async () => {
    await using stage = await staged();
    const { sandbox, repo } = stage;
    const shared = join(sandbox.home, 'hooks');
    await mkdir(shared);
    await writeFile(join(shared, 'post-checkout'), '#!/bin/sh\necho theirs\n', { mode: 0o755 });
    await repo.git('config', '--global', 'core.hooksPath', shared);
    const refused = await repo.scimHook('install', '--yes');
    expect(refused).toMatchObject({ status: 3, stderr: expect.stringContaining('core.hooksPath') });
    const line =
      refused.stderr
        .split('\n')
        .find((each) => each.includes('scim-hook/hook'))
        ?.trim() ?? '';
    await writeFile(join(shared, 'post-checkout'), `#!/bin/sh\n${line}\necho theirs\n`);
    expect(await repo.install()).toMatchObject({ status: 0 });
    expect(await stage.hook()).toMatchObject({ state: 'runs', how: 'called' });
    expect((await inAndOut(stage)).stderr).toBe('theirs\n');
    const other = await sandbox.repository('other', null, ['b']);
    expect(await other.git('checkout', '-q', 'b')).toMatchObject({ status: 0, stderr: 'theirs\n' });
  });

  test('of the clone, in its work tree, with a hook that git tracks: the line to commit', async () => {
    await using stage = await staged();
    const { repo } = stage;
    await repo.git('config', 'core.hooksPath', '.githooks');
    await mkdir(join(repo.path, '.githooks'));
    const file = join(repo.path, '.githooks/post-checkout');
    await writeFile(file, '#!/bin/sh\necho theirs\n', { mode: 0o755 });
    await repo.commit('Hooks');
    const refused = await repo.scimHook('install', '--yes');
    expect(refused).toMatchObject({ status: 3, stderr: expect.stringContaining('commit it') });
    const line =
      refused.stderr
        .split('\n')
        .find((each) => each.includes('scim-hook/hook'))
        ?.trim() ?? '';
    await writeFile(file, `#!/bin/sh\n${line}\necho theirs\n`);
    await repo.commit('Call scim-hook');
    await repo.git('branch', '-f', 'release/1');
    expect(await repo.install()).toMatchObject({ status: 0 });
    expect(await stage.hook()).toMatchObject({ state: 'runs', how: 'called' });
    expect((await repo.git('status', '--porcelain')).stdout).toBe('');
    await inAndOut(stage);
  });

  test('of the clone, in its work tree: a block, which says nothing of this machine', async () => {
    await using stage = await staged();
    const { sandbox, repo } = stage;
    await repo.git('config', 'core.hooksPath', '.githooks');
    const before = everything(repo);
    await repo.install();
    expect(await stage.hook()).toMatchObject({ state: 'runs', how: 'block' });
    const text = await readFile(join(repo.path, '.githooks/post-checkout'), 'utf8');
    expect([sandbox.root, process.execPath].filter((private_) => text.includes(private_))).toEqual([]);
    expect((await repo.git('status', '--porcelain')).stdout).toBe('');
    await inAndOut(stage);
    await repo.scimHook('uninstall');
    expect(everything(repo)).toEqual(before);
  });

  test('that comes after us is told, and mended by install', async () => {
    await using stage = await staged();
    const { repo } = stage;
    await repo.install();
    await repo.git('config', 'core.hooksPath', '.githooks');
    expect((await stage.hook()).state).toBe('displaced');
    expect((await repo.scimHook('status')).stdout).toMatch(/another tool/);
    await repo.install();
    await inAndOut(stage);
  });
});

describe('a block that the team committed', () => {
  test('serves whoever installs, is not written again, and stays when they uninstall', async () => {
    await using stage = await staged();
    const { sandbox, repo } = stage;
    await repo.git('config', 'core.hooksPath', '.githooks');
    await repo.install();
    await repo.git('add', '-f', '.githooks');
    await repo.git('commit', '-q', '-m', 'Have the hook for everybody');
    await sandbox.run('git', ['clone', '-q', repo.path, join(sandbox.root, 'colleague')], sandbox.root);
    const path = join(sandbox.root, 'colleague');
    const git = (...args: string[]) => sandbox.run('git', args, path);
    const scimHook = (...args: string[]) => sandbox.run(process.execPath, [sandbox.bin, ...args], path);
    await git('config', 'core.hooksPath', '.githooks');
    expect(await git('checkout', '-q', '-b', 'x')).toMatchObject({ status: 0, stderr: '' });
    expect(await scimHook('install', '--yes')).toMatchObject({ status: 0 });
    expect((await git('status', '--porcelain')).stdout).toBe('');
    expect(await scimHook('uninstall')).toMatchObject({ status: 0 });
    expect((await git('status', '--porcelain')).stdout).toBe('');
    expect(await repo.scimHook('uninstall')).toMatchObject({ status: 0 });
    expect((await repo.git('status', '--porcelain', '--ignored')).stdout).toBe('');
  });
});

test('git-lfs: both run, and its own commands say what they find', async (context) => {
  need(context, 'git-lfs');
  await using stage = await staged();
  const { repo, hookFile } = stage;
  await repo.git('lfs', 'install', '--local');
  const theirs = await readFile(hookFile, 'utf8');
  expect(await repo.install()).toMatchObject({ status: 0 });
  expect(await stage.hook()).toMatchObject({ state: 'runs', how: 'block' });
  expect(await inAndOut(stage)).toMatchObject({ status: 0 });
  const again = await repo.git('lfs', 'install', '--local');
  expect(again).toMatchObject({ status: 2 });
  expect(again.stdout + again.stderr).toContain('Hook already exists: post-checkout');
  await repo.scimHook('uninstall');
  expect(await readFile(hookFile, 'utf8')).toBe(theirs);
  expect(await repo.git('lfs', 'uninstall', '--local')).toMatchObject({ status: 0 });
});

test('pre-commit, with scim-hook among its repositories: it calls us', async (context) => {
  need(context, 'pre-commit');
  await using stage = await staged();
  const { sandbox, repo } = stage;
  const source = join(sandbox.root, 'scim-hook');
  await mkdir(source);
  for (const name of ['.pre-commit-hooks.yaml', 'hooks'])
    await cp(join(inject('packageDirectory'), name), join(source, name), { recursive: true });
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    ['commit', '-q', '-m', 'v1'],
    ['tag', 'v1'],
  ])
    await sandbox.run('git', args, source);
  const config = `repos:\n  - repo: ${source}\n    rev: v1\n    hooks:\n      - id: scim-hook\n`;
  await repo.write('.pre-commit-config.yaml', config);
  await repo.commit('Hooks');
  await repo.git('branch', '-f', 'release/1');
  expect(await sandbox.run('pre-commit', ['install', '-t', 'post-checkout'], repo.path)).toMatchObject({
    status: 0,
  });
  expect(await repo.install()).toMatchObject({ status: 0 });
  expect(await stage.hook()).toMatchObject({ state: 'runs', how: 'called' });
  await inAndOut(stage);
});

describe('a git that runs hooks from its config', () => {
  test('has ours there where the file is shadowed, and nothing of it afterwards', async () => {
    await using stage = await staged();
    const { sandbox, repo } = stage;
    await withNewerGit(sandbox);
    await repo.git('config', '--global', 'core.hooksPath', join(sandbox.home, 'hooks'));
    const before = everything(repo);
    const installed = await repo.install();
    expect(installed).toMatchObject({ status: 0, stderr: '' });
    expect(installed.stdout).toContain("git's config");
    expect(await stage.hook()).toMatchObject({ state: 'runs', how: 'config' });
    const once = await readFile(join(repo.path, '.git/config'), 'utf8');
    await repo.install();
    expect(await readFile(join(repo.path, '.git/config'), 'utf8')).toBe(once);
    expect(once.indexOf('command =')).toBeLessThan(once.indexOf('event ='));
    await inAndOut(stage);
    await repo.scimHook('uninstall');
    expect(everything(repo)).toEqual(before);
    expect(await repo.git('checkout', '-q', 'release/1')).toMatchObject({ status: 0, stderr: '' });
  });

  test('the old git of a colleague on the same clone passes over it', async () => {
    await using stage = await staged();
    const { sandbox, repo } = stage;
    const { PATH = '' } = sandbox.env;
    await withNewerGit(sandbox);
    await repo.git('config', '--global', 'core.hooksPath', join(sandbox.home, 'hooks'));
    await repo.install();
    sandbox.env['PATH'] = PATH;
    expect(await repo.git('checkout', '-q', 'release/1')).toMatchObject({ status: 0, stderr: '' });
    expect((await stage.hook()).state).toBe('displaced');
  });
});

test('uninstall leaves what the person set: bounds, and a mode that install did not', async () => {
  await using stage = await staged();
  const { repo } = stage;
  await repo.git('config', 'scim-hook.allow', 'jit*');
  await repo.git('config', 'scim-hook.mode', 'audit');
  const before = everything(repo);
  await repo.install();
  await repo.scimHook('uninstall');
  expect(everything(repo)).toEqual(before);
  await repo.git('config', '--unset', 'scim-hook.mode');
  const without = everything(repo);
  await repo.install('--mode', 'audit');
  await repo.scimHook('uninstall');
  expect(everything(repo)).toEqual(without);
});

test('our file that another tool moved where git looks goes too', async () => {
  await using stage = await staged();
  const { repo, hookFile } = stage;
  await writeFile(hookFile, '#!/bin/sh\n# File generated by pre-commit: https://pre-commit.com\n', {
    mode: 0o755,
  });
  const beside = join(repo.path, '.git/hooks/post-checkout.legacy');
  // What pre-commit does with it, without pre-commit.
  await writeFile(hookFile, `${await readFile(hookFile, 'utf8')}"$0.legacy" "$@"\n`);
  expect(await repo.install()).toMatchObject({ status: 0 });
  expect(await stage.hook()).toMatchObject({ how: 'legacy' });
  await rename(beside, hookFile);
  expect(await repo.scimHook('uninstall')).toMatchObject({ status: 0 });
  await expect(readFile(hookFile)).rejects.toThrow('ENOENT');
});

test('a Node in a folder with letters of any language starts the worker', async () => {
  await using stage = await staged();
  const { sandbox, repo } = stage;
  const node = join(sandbox.root, 'n\u00f6d\u00e9 \u8282', 'node');
  await mkdir(join(node, '..'));
  await copyFile(process.execPath, node);
  expect(await sandbox.run(node, [sandbox.bin, 'install', '--yes'], repo.path)).toMatchObject({ status: 0 });
  expect(await readFile(stage.hookFile, 'utf8')).toContain(`node='${node}'`);
  expect(await readFile(join(repo.spool, 'hook'), 'utf8')).toContain(`node='${node}'`);
  await repo.quiet();
  await inAndOut(stage);
});

test('uninstall needs nothing of the package that installed', async () => {
  await using stage = await staged();
  const { sandbox, repo } = stage;
  const copy = join(sandbox.root, 'copy');
  await cp(inject('packageDirectory'), copy, { recursive: true });
  const before = everything(repo);
  const bin = join(copy, 'bin', 'scim-hook.js');
  expect(await sandbox.run(process.execPath, [bin, 'install', '--yes'], repo.path)).toMatchObject({
    status: 0,
  });
  await repo.quiet();
  await rm(copy, { recursive: true });
  await inAndOut(stage);
  await rm(sandbox.workerBundle);
  expect(await repo.git('checkout', '-q', 'release/1')).toMatchObject({ status: 0, stderr: '' });
  await repo.git('checkout', '-q', 'main');
  expect(await repo.scimHook('uninstall')).toMatchObject({ status: 0 });
  expect(everything(repo)).toEqual(before);
});

describe('install --yes without a terminal', () => {
  test('takes the endpoint from global config, where the repository proposes it', async () => {
    await using stage = await staged();
    const { repo, directory } = stage;
    await repo.git('config', '--global', 'scim-hook.endpoint', directory.url);
    expect(await repo.install()).toMatchObject({ status: 0, stderr: '' });
    await inAndOut(stage);
  });

  test.each([
    ['in CI', { CI: 'true' }, /this is CI/],
    ['without git', { PATH: '/nowhere' }, /no git here/],
  ])('%s there is nothing to do, in one line', async (_, env, says) => {
    await using stage = await staged();
    Object.assign(stage.sandbox.env, env);
    const ran = await stage.repo.scimHook('install', '--yes');
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.stdout).toMatch(says);
    expect(ran.stdout.split('\n')).toHaveLength(2);
    expect(JSON.parse((await stage.repo.scimHook('install', '--yes', '--json')).stdout)).toMatchObject({
      skipped: expect.stringMatching(says),
    });
  });

  test('outside a repository there is nothing to do; a person is told what is wrong', async () => {
    await using sandbox = await Sandbox.create();
    const run = (...args: string[]) =>
      sandbox.run(process.execPath, [sandbox.bin, 'install', ...args], sandbox.home);
    expect(await run('--yes')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('no git work tree'),
    });
    expect(await run()).toMatchObject({ status: 2, stdout: '' });
  });
});
