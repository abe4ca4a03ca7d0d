// The adapters of git against real repositories, with nobody's config but the test's own.
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONFIG_FILES, findConfigFile } from '../../src/adapters/config/find-config.ts';
import { gitEnvironment } from '../../src/adapters/git/environment.ts';
import { locate } from '../../src/adapters/git/locate.ts';
import { openRepository } from '../../src/adapters/git/repository.ts';
import { openGitSetup } from '../../src/adapters/git/setup.ts';
import type { Head } from '../../src/core/event.ts';
import type { Repository } from '../../src/flow/ports.ts';

let root = '';
let top = '';
let own: Record<string, string> = {};

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'scim-hook-git-')));
  top = join(root, 'repo');
  own = {
    PATH: process.env['PATH'] ?? '',
    HOME: root,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@x.example',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@x.example',
  };
  await mkdir(top);
  git('init', '-q', '-b', 'main');
  await commit({ README: 'x\n' });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: top, env: own, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const mayFail = (...args: string[]): Promise<void> =>
  new Promise((resolve) => {
    execFile('git', args, { cwd: top, env: own }, () => resolve());
  });

async function commit(files: Record<string, string>): Promise<void> {
  for (const [file, text] of Object.entries(files)) await writeFile(join(top, file), text);
  git('add', '-A');
  git('commit', '-q', '--allow-empty', '-m', 'more');
}

const open = (commonDir = join(top, '.git')): Repository =>
  openRepository({
    commonDir,
    env: gitEnvironment(own),
    files: CONFIG_FILES,
    readWorktreeFile: findConfigFile,
  });
const setup = () =>
  openGitSetup({ commonDir: join(top, '.git'), top, env: gitEnvironment(own), hookEnv: gitEnvironment(own) });

async function value<T>(
  asked: Promise<{ ok: true; value: T } | { ok: false; failure: unknown }>,
): Promise<T> {
  const got = await asked;
  if (!got.ok) throw new Error(JSON.stringify(got.failure));
  return got.value;
}
const head = async (): Promise<Head | undefined> => (await value(open().worktrees()))[0]?.head;

describe('worktrees', () => {
  it('are listed with their ids, git dirs and branches', async () => {
    git('worktree', 'add', '-q', '-b', 'side', join(root, 'a', 'side'));
    git('worktree', 'add', '-q', '-b', 'other/deep', join(root, 'b', 'side'));
    const common = join(top, '.git');
    expect(await value(open().worktrees())).toEqual([
      { id: '', place: { gitDir: common, path: top }, head: { on: 'branch', branch: 'main' } },
      {
        id: 'side',
        place: { gitDir: join(common, 'worktrees', 'side'), path: join(root, 'a', 'side') },
        head: { on: 'branch', branch: 'side' },
      },
      {
        id: 'side1',
        place: { gitDir: join(common, 'worktrees', 'side1'), path: join(root, 'b', 'side') },
        head: { on: 'branch', branch: 'other/deep' },
      },
    ]);
  });

  it('keep their git dir when they move, and are gone when their directory is', async () => {
    git('worktree', 'add', '-q', '-b', 'side', join(root, 'side'));
    const before = (await value(open().worktrees()))[1]?.place.gitDir;
    git('worktree', 'move', join(root, 'side'), join(root, 'moved'));
    expect((await value(open().worktrees()))[1]?.place).toEqual({
      gitDir: before,
      path: join(root, 'moved'),
    });
    await rm(join(root, 'moved'), { recursive: true });
    expect(await value(open().worktrees())).toHaveLength(1);
  });

  it('are away, not gone, where they are locked, or where what is there can’t be read', async () => {
    for (const name of ['locked', 'broken']) git('worktree', 'add', '-q', '-b', name, join(root, name));
    git('worktree', 'lock', join(root, 'locked'));
    await rm(join(root, 'locked'), { recursive: true });
    await rm(join(root, 'broken', '.git'));
    await symlink('.git', join(root, 'broken', '.git'));
    const [, ...linked] = await value(open().worktrees());
    expect(linked).toMatchObject([
      { id: 'broken', head: { on: 'branch', branch: 'broken' }, away: true },
      { id: 'locked', head: { on: 'branch', branch: 'locked' }, away: true },
    ]);
    git('worktree', 'unlock', join(root, 'locked'));
    expect(await value(open().worktrees())).toHaveLength(2);
  });

  it('are not taken for none where git’s list of them can’t be read', async () => {
    await symlink('worktrees', join(top, '.git', 'worktrees'));
    expect(await open().worktrees()).toMatchObject({
      ok: false,
      failure: { code: 'disk', problem: 'ELOOP' },
    });
  });

  it('of a bare repository are the linked ones alone', async () => {
    git('clone', '-q', '--bare', top, join(root, 'bare.git'));
    execFileSync('git', ['worktree', 'add', '-q', join(root, 'linked'), 'main'], {
      cwd: join(root, 'bare.git'),
      env: own,
      stdio: 'ignore',
    });
    const listed = await value(open(join(root, 'bare.git')).worktrees());
    expect(listed.map(({ id }) => id)).toEqual(['linked']);
  });

  it('say where they are before the first commit, and when HEAD is detached', async () => {
    git('checkout', '-q', '--orphan', 'unborn');
    expect(await head()).toEqual({ on: 'branch', branch: 'unborn' });
    git('checkout', '-q', '-f', '--detach', 'main');
    expect(await head()).toEqual({ on: 'detached', holding: null });
  });

  it.each(['--merge', '--apply'])('say which branch is being rebased (%s)', async (backend) => {
    git('checkout', '-q', '-b', 'release/1');
    await commit({ README: 'mine\n' });
    git('checkout', '-q', 'main');
    await commit({ README: 'theirs\n' });
    git('checkout', '-q', 'release/1');
    await mayFail('rebase', backend, 'main');
    expect(await head()).toEqual({ on: 'detached', holding: 'release/1' });
    git('rebase', '--abort');
    expect(await head()).toEqual({ on: 'branch', branch: 'release/1' });
  });

  it('say which branch is being bisected, if it began on one', async () => {
    for (let index = 0; index < 4; index++) await commit({ README: `${index}\n` });
    git('bisect', 'start', 'HEAD', 'HEAD~4');
    expect(await head()).toEqual({ on: 'detached', holding: 'main' });
    git('bisect', 'reset');
    git('checkout', '-q', '--detach');
    git('bisect', 'start', 'HEAD', 'HEAD~4');
    expect(await head()).toEqual({ on: 'detached', holding: null });
  });
});

describe('the policy at a ref', () => {
  const MAIN = 'refs/heads/main';

  it('is the first file that the commit has, with commit and blob', async () => {
    expect(await value(open().policy(MAIN))).toEqual({
      state: 'file-gone',
      commit: git('rev-parse', 'main').trim(),
    });
    for (const file of CONFIG_FILES.toReversed()) {
      const text = file === 'package.json' ? '{ "scimsync": {} }' : `# ${file}\nüñí\n`;
      await commit({ [file]: text });
      expect(await value(open().policy(MAIN))).toEqual({
        state: 'found',
        commit: git('rev-parse', 'main').trim(),
        blob: git('rev-parse', `main:${file}`).trim(),
        file,
        text,
      });
    }
  });

  it('is not what lies in the worktree, nor a directory, nor a package.json without our key', async () => {
    await mkdir(join(top, '.scimsyncrc'));
    await commit({ '.scimsyncrc/file': 'x', 'package.json': '{ "name": "x" }' });
    await rm(join(top, '.scimsyncrc'), { recursive: true });
    await writeFile(join(top, '.scimsyncrc'), 'version: 1');
    expect(await value(open().policy(MAIN))).toMatchObject({ state: 'file-gone' });
  });

  it('is gone with its ref, whatever tag or branch has the full name for its own', async () => {
    await commit({ '.scimsyncrc': 'evil' });
    git('branch', 'policy', 'HEAD~1');
    git('tag', '-a', '-m', 'x', 'refs/heads/policy', 'main');
    expect(await value(open().policy('refs/heads/policy'))).toMatchObject({ state: 'file-gone' });
    git('branch', '-q', '-D', 'policy');
    expect(await value(open().policy('refs/heads/policy'))).toEqual({ state: 'ref-gone' });
    git('tag', '-d', 'refs/heads/policy');
    git('tag', 'refs/heads/policy', 'main');
    expect(await value(open().policy('refs/heads/policy'))).toEqual({ state: 'ref-gone' });
    git('tag', '-d', 'refs/heads/policy');
    git('branch', 'refs/heads/policy', 'main');
    expect(await value(open().policy('refs/heads/policy'))).toEqual({ state: 'ref-gone' });
  });

  it('is in the worktree where it is pinned by content', async () => {
    await writeFile(join(top, '.scimsyncrc'), 'version: 1');
    expect(await value(open().policy('sha256:'))).toMatchObject({
      state: 'found',
      commit: null,
      text: 'version: 1',
    });
  });
});

describe('settings', () => {
  it('come without includes, each with its scope, odd values whole', async () => {
    await writeFile(join(root, 'included'), '[scim-hook]\n  endpoint = https://evil.example\n');
    git('config', '--global', 'scim-hook.mode', 'audit');
    git('config', 'include.path', join(root, 'included'));
    git('config', 'scim-hook.subjectId', 'line one\nline = two');
    await writeFile(join(root, 'flag'), '');
    execFileSync('sh', ['-c', 'printf "[scim-hook]\\n\\tflag\\n" >> .git/config'], { cwd: top });
    const ours = (await value(open().settings())).filter(({ key }) => key.startsWith('scim-hook.'));
    expect(ours).toEqual([
      { scope: 'global', key: 'scim-hook.mode', value: 'audit' },
      { scope: 'local', key: 'scim-hook.subjectid', value: 'line one\nline = two' },
      { scope: 'local', key: 'scim-hook.flag', value: 'true' },
    ]);
  });

  it('never come from the environment of the git that called the hook', async () => {
    own = {
      ...own,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'scim-hook.endpoint',
      GIT_CONFIG_VALUE_0: 'https://evil.example',
      GIT_CONFIG_PARAMETERS: "'scim-hook.endpoint'='https://evil.example'",
    };
    expect(JSON.stringify(await value(open().settings()))).not.toContain('evil');
  });
});

describe('branches', () => {
  it('say whose upstream is gone', async () => {
    git('clone', '-q', '--bare', top, join(root, 'origin.git'));
    git('remote', 'add', 'origin', join(root, 'origin.git'));
    git('push', '-q', '-u', 'origin', 'main');
    git('push', '-q', 'origin', 'main:gone');
    git('fetch', '-q');
    git('branch', '-q', '--track', 'gone', 'origin/gone');
    git('push', '-q', 'origin', ':gone');
    git('fetch', '-q', '--prune');
    expect(await value(open().branches())).toEqual([
      { name: 'gone', upstreamGone: true },
      { name: 'main', upstreamGone: false },
    ]);
  });
});

describe('policyRefs', () => {
  const refs = () => value(setup().policyRefs());
  const proposed = async (): Promise<readonly string[]> => (await refs()).proposed;

  it('put the remote’s default branch first, then main and master, then where one is', async () => {
    git('branch', 'aaa');
    git('checkout', '-q', '-b', 'work');
    expect(await refs()).toEqual({
      proposed: ['refs/heads/main', 'refs/heads/work', 'refs/heads/aaa'],
      reviewed: null,
      isAlone: true,
    });
    git('update-ref', 'refs/remotes/origin/trunk', 'HEAD');
    git('update-ref', 'refs/remotes/origin/main', 'HEAD');
    git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/trunk');
    expect(await refs()).toMatchObject({ reviewed: 'refs/remotes/origin/trunk', isAlone: false });
    expect((await proposed()).slice(0, 2)).toEqual(['refs/remotes/origin/trunk', 'refs/heads/main']);
  });

  it('guess the remote’s default branch only where it is not known, and never as reviewed', async () => {
    for (const name of ['origin/main', 'origin/master', 'aaa/evil'])
      git('update-ref', `refs/remotes/${name}`, 'HEAD');
    git('symbolic-ref', 'refs/remotes/aaa/HEAD', 'refs/remotes/aaa/evil');
    expect(await refs()).toEqual({
      proposed: ['refs/remotes/origin/main', 'refs/remotes/origin/master', 'refs/heads/main'],
      reviewed: null,
      isAlone: false,
    });
    // Known, though nobody fetched it.
    git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/nowhere');
    expect(await refs()).toMatchObject({
      proposed: ['refs/heads/main'],
      reviewed: 'refs/remotes/origin/nowhere',
    });
    // A branch that was pushed by that name says nothing.
    git('symbolic-ref', '--delete', 'refs/remotes/origin/HEAD');
    git('update-ref', 'refs/remotes/origin/HEAD', 'HEAD');
    expect(await refs()).toMatchObject({ reviewed: null });
  });

  it('see a remote that nothing was fetched from', async () => {
    git('remote', 'add', 'upstream', '/nowhere');
    expect(await refs()).toMatchObject({ isAlone: false });
  });

  it('are a failure where git fails', async () => {
    await rm(join(top, '.git', 'HEAD'));
    expect(await setup().policyRefs()).toMatchObject({ ok: false });
  });
});

describe('locate', () => {
  it('finds the clone and the worktree from below its top', async () => {
    git('worktree', 'add', '-q', '-b', 'side', join(root, 'side'));
    await mkdir(join(root, 'side', 'below'));
    expect(await value(locate(join(root, 'side', 'below'), gitEnvironment(own)))).toEqual({
      commonDir: join(top, '.git'),
      place: { gitDir: join(top, '.git', 'worktrees', 'side'), path: join(root, 'side') },
    });
  });

  it('says what is missing', async () => {
    const failure = async (directory: string, env = own) => {
      const found = await locate(directory, gitEnvironment(env));
      return found.ok ? 'none' : found.failure.code;
    };
    expect(await failure(root)).toBe('no-repository');
    expect(await failure(join(root, 'nowhere'))).toBe('no-repository');
    expect(await failure(join(top, '.git'))).toBe('bare-repository');
    expect(await failure(top, { ...own, PATH: '/nowhere' })).toBe('git-missing');
  });

  it('goes by where it stands, not by what GIT_DIR says', async () => {
    const env = { ...own, GIT_DIR: '/nowhere', GIT_WORK_TREE: '/nowhere', GIT_INDEX_FILE: '/nowhere' };
    expect(await value(locate(top, gitEnvironment(env)))).toMatchObject({ place: { path: top } });
  });
});
