// What the hook writes down, and that git never notices it.
// `hook-worker.test.ts` has what it starts, `hook-cost.test.ts` what it costs.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Box, NULL_OID, need, SHELLS, SILENT } from './hook-rig.ts';

describe.each(SHELLS)('the line, written by %s', (shell) => {
  it('tells both commits and the branch, in the main worktree', async (ctx) => {
    await using box = await Box.open(ctx, shell);
    const old = await box.oid('main');
    await box.git('commit', '-q', '--allow-empty', '-m', 'two');
    const now = await box.oid('main');
    await mkdir(join(box.repo, 'sub'));

    expect(await box.git('checkout', '-q', 'next')).toEqual(SILENT);
    expect(await box.gitIn({ cwd: join(box.repo, 'sub') }, 'switch', '-q', 'main')).toEqual(SILENT);

    expect(box.spool()).toEqual([
      ['1', now, old, '', 'ref: refs/heads/next'],
      ['1', old, now, '', 'ref: refs/heads/main'],
    ]);
  });

  it('tells which linked worktree it was, in the spool they all share', async (ctx) => {
    await using box = await Box.open(ctx, shell);
    const at = await box.oid('main');
    const linked = join(box.root, 'a linked one');

    // `worktree add` leaves GIT_DIR unset; a switch inside sets it.
    await box.git('worktree', 'add', '-q', '-b', 'fix', linked);
    expect(await box.gitIn({ cwd: linked }, 'switch', '-q', 'next')).toEqual(SILENT);

    expect(box.spool()).toEqual([
      ['1', NULL_OID, at, 'a-linked-one', 'ref: refs/heads/fix'],
      ['1', at, at, 'a-linked-one', 'ref: refs/heads/next'],
    ]);
    expect(existsSync(join(box.repo, '.git', 'worktrees', 'a-linked-one', 'scim-hook'))).toBe(false);
  });

  it.for([
    ['.git', '../a repo/.git/worktrees/wt'],
    ['.git', '../a repo/.git/worktrees/wt/'],
    ['commondir', '/ABSOLUTE'],
  ] as const)('follows a %s file that says %s', async ([file, text], ctx) => {
    await using box = await Box.open(ctx, shell);
    const linked = join(box.root, 'wt');
    await box.git('worktree', 'add', '-q', '-b', 'fix', linked);
    const place = file === '.git' ? linked : join(box.repo, '.git', 'worktrees', 'wt');
    const common = join(box.repo, '.git');
    await writeFile(join(place, file), file === '.git' ? `gitdir: ${text}\n` : `${common}\n`);
    await rm(join(box.ours, 'spool'));

    expect(await box.hook({ cwd: linked })).toEqual(SILENT);

    expect(box.spool()).toEqual([['1', 'old', 'new', 'wt', 'ref: refs/heads/fix']]);
  });

  it('takes a common dir on a Windows drive as it stands', async (ctx) => {
    await using box = await Box.open(ctx, shell);
    await mkdir(join(box.root, 'wt'));
    await writeFile(join(box.root, 'wt', 'commondir'), 'C:/common\n');
    const ours = join(box.root, 'C:', 'common', 'scim-hook');
    await mkdir(ours, { recursive: true });

    expect(await box.hook({ cwd: box.root, env: { GIT_DIR: 'wt' } })).toEqual(SILENT);

    expect(await readFile(join(ours, 'spool'), 'utf8')).toBe('1\told\tnew\twt\t\n');
  });

  it('goes to the git dir of a repository that keeps it elsewhere', async (ctx) => {
    await using box = await Box.open(ctx, shell);
    const elsewhere = join(box.root, ' else where ');
    await box.git('init', '-q', '--separate-git-dir', elsewhere);
    const hook = join(elsewhere, 'hooks', 'post-checkout');

    // Git sets GIT_DIR; without it, the hook reads the .git file itself.
    expect(await box.git('switch', '-q', 'next')).toEqual(SILENT);
    expect(await box.run(hook, ['old', 'new', '1'])).toEqual(SILENT);

    expect(box.spool(elsewhere).map((line) => line.slice(3))).toEqual(
      Array(2).fill(['', 'ref: refs/heads/next']),
    );
  });

  it('gives HEAD as it was read: detached, or of a branch without a commit', async (ctx) => {
    await using box = await Box.open(ctx, shell);
    const at = await box.oid('main');

    await box.git('checkout', '-q', '--detach');
    await box.git('checkout', '-q', '--orphan', 'unborn');
    await box.git('checkout', '-q', '-f', 'next');

    expect(box.spool()).toEqual([
      ['1', at, at, '', at],
      ['1', at, at, '', 'ref: refs/heads/unborn'],
      ['1', NULL_OID, at, '', 'ref: refs/heads/next'],
    ]);
  });

  it.for(['feat/éü#1-日本', 'a$b`x`', '$(id)', `it's-"q"`, 'a&b;c|d>e', '%s%n%d', "!'{x}"])(
    'carries the branch name %s untouched',
    async (name, ctx) => {
      await using box = await Box.open(ctx, shell);

      expect(await box.git('checkout', '-q', '-b', name)).toEqual(SILENT);

      expect(box.spool().map((line) => line[4])).toEqual([`ref: refs/heads/${name}`]);
    },
  );

  it.for([
    ['as reftable has it', 'ref: refs/heads/.invalid\n', 'ref: refs/heads/.invalid'],
    ['with no newline', 'ref: refs/heads/x', 'ref: refs/heads/x'],
    ['of more than one line', 'ref: refs/heads/x\nmore\n', 'ref: refs/heads/x'],
    ['with backslashes and blanks', ' ref:  a\\tb\\\n', ' ref:  a\\tb\\'],
    ['that is empty', '', ''],
    ['that is not there', null, ''],
  ] as const)('reads a HEAD %s', async ([, head, expected], ctx) => {
    await using box = await Box.open(ctx, shell);
    const dir = join(box.root, 'dir');
    await mkdir(join(dir, 'scim-hook'), { recursive: true });
    if (head !== null) await writeFile(join(dir, 'HEAD'), head);

    expect(await box.hook({ env: { GIT_DIR: dir } })).toEqual(SILENT);

    expect(box.spool(dir)).toEqual([['1', 'old', 'new', '', expected]]);
  });

  it('is not written for a file checkout', async (ctx) => {
    await using box = await Box.open(ctx, shell);
    await writeFile(join(box.repo, 'file'), 'changed\n');

    expect(await box.git('checkout', '-q', '--', 'file')).toEqual(SILENT);
    expect(await box.git('checkout', '-q', 'next', '--', 'file')).toEqual(SILENT);

    expect(box.spool()).toEqual([]);
    expect(existsSync(join(box.ours, 'pid'))).toBe(false);
  });

  it('is not written with SCIM_HOOK=0, and is with any other value', async (ctx) => {
    await using box = await Box.open(ctx, shell);

    expect(await box.gitIn({ env: { SCIM_HOOK: '0' } }, 'switch', '-q', 'next')).toEqual(SILENT);
    expect(box.spool()).toEqual([]);
    expect(existsSync(join(box.ours, 'pid'))).toBe(false);

    await box.gitIn({ env: { SCIM_HOOK: '' } }, 'switch', '-q', 'main');
    await box.gitIn({ env: { SCIM_HOOK: '1' } }, 'switch', '-q', 'next');
    expect(box.spool()).toHaveLength(2);
  });
});

describe.each(SHELLS)('a switch goes on as if there were no hook, under %s', (shell) => {
  const spool = (box: Box) => join(box.ours, 'spool');
  const broken: [string, (box: Box) => Promise<unknown>][] = [
    ['the folder is missing', (box) => rm(box.ours, { recursive: true })],
    [
      'the folder is a file',
      async (box) => {
        await rm(box.ours, { recursive: true });
        await writeFile(box.ours, '');
      },
    ],
    ['the spool is a directory', (box) => mkdir(spool(box))],
    ['the spool is a FIFO', (box) => box.run('mkfifo', [spool(box)])],
    ['the spool is a link into nowhere', (box) => symlink('no/where', spool(box))],
    ['the spool is a link to itself', (box) => symlink('spool', spool(box))],
    ['the disk is full', (box) => symlink('/dev/full', spool(box))],
  ];

  it.for(broken)('when %s', async ([, breakIt], ctx) => {
    await using box = await Box.open(ctx, shell);
    await breakIt(box);

    expect(await box.git('switch', '-q', 'next')).toEqual(SILENT);

    expect((await box.git('branch', '--show-current')).stdout).toBe('next\n');
    // What nobody would find in the spool wakes nobody.
    expect(existsSync(join(box.ours, 'pid'))).toBe(false);
  });

  it('when the spool is missing, which makes it anew', async (ctx) => {
    await using box = await Box.open(ctx, shell);
    expect(await box.git('switch', '-q', 'next')).toEqual(SILENT);
    expect(box.spool()).toHaveLength(1);
  });

  it.for(['mkdir', 'mkfifo'])('when the pid file was made with %s', async (make, ctx) => {
    await using box = await Box.open(ctx, shell);
    await box.run(make, [join(box.ours, 'pid')]);
    expect(await box.git('switch', '-q', 'next')).toEqual(SILENT);
    expect(box.spool()).toHaveLength(1);
  });

  it('when the hook is called in ways git never would', async (ctx) => {
    await using box = await Box.open(ctx, shell);
    const hook = '"$0"';
    const call = (script: string, options = {}) =>
      box.run(need(ctx, 'dash'), ['-c', script, join(box.repo, '.git', 'hooks', 'post-checkout')], options);

    expect(await call(hook)).toEqual(SILENT);
    expect(await call(`${hook} old new 1`, { cwd: box.root })).toEqual(SILENT);
    expect(await call(`${hook} old new 1`, { env: { GIT_DIR: '/no/where' } })).toEqual(SILENT);
    expect(box.spool()).toEqual([]);

    expect(await call(`${hook} old new 1 <&- >&- 2>&-`)).toEqual(SILENT);
    expect(await call(`${hook} old new 1 <&- >&-`, { env: { IFS: 'e:' } })).toEqual(SILENT);
    const pid = await box.pidFile();
    // Bash takes these from the environment.
    expect(await call(`${hook} old new 1`, { env: { SHELLOPTS: 'noclobber:nounset:errexit' } })).toEqual(
      SILENT,
    );
    expect(await box.pidFile()).not.toBe(pid);
    expect(box.spool()).toEqual(Array(3).fill(['1', 'old', 'new', '', 'ref: refs/heads/main']));
  });
});
