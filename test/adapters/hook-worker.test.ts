// What the hook starts in the background, and where it looks for it.
import { existsSync, readlinkSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Box, hasEnded, need, SHELLS, SILENT, until } from './hook-rig.ts';

/** The program that was started in node's place has come and gone. */
const settled = (box: Box): Promise<void> => until(async () => hasEnded(await box.pid()));

describe.each(SHELLS)('the worker, started by %s', (shell) => {
  it('still runs when git is back, in the spool’s folder, and its pid is noted', async (ctx) => {
    await using box = await Box.open(ctx, shell);
    await box.withWorker();

    expect(await box.gitIn({ env: { NODE_OPTIONS: '--no-such-option' } }, 'switch', '-q', 'next')).toEqual(
      SILENT,
    );
    await until(() => box.starts().length === 1);

    const pid = await box.pid();
    expect(box.starts()).toEqual([{ pid, args: [box.ours], cwd: box.ours, nodeOptions: null }]);
    expect(hasEnded(pid)).toBe(false);
  });

  it.for(['a linked worktree', 'a linked path', 'a CDPATH that has one of the same name'])(
    'gets the folder’s own path, from %s',
    async (from, ctx) => {
      await using box = await Box.open(ctx, shell);
      await box.withWorker();
      const other = join(box.root, 'other');
      await mkdir(join(other, '.git', 'scim-hook'), { recursive: true });
      const link = join(box.root, 'link');
      await symlink(box.repo, link);

      if (from === 'a linked worktree')
        await box.git('worktree', 'add', '-q', '-b', 'fix', join(box.root, 'wt'));
      else if (from === 'a linked path') await box.hook({ cwd: link, env: { PWD: link } });
      else await box.gitIn({ env: { CDPATH: other } }, 'switch', '-q', 'next');
      await until(() => box.starts().length === 1);

      expect(box.starts()[0]).toMatchObject({ args: [box.ours], cwd: box.ours });
    },
  );

  it('holds nothing of the caller’s: no output to wait for, no lock', async (ctx) => {
    await using box = await Box.open(ctx, shell);
    await box.withWorker();
    const flock = need(ctx, 'flock');
    const script = `
      exec 3>"$0/lock" 9>&3
      ${flock} 9
      out=$(git switch -q next 2>&1) || exit 1
      printf '<%s>' "$out"
      exec 3>&- 9>&-
      ${flock} -n "$0/lock" true && printf ' unlocked'
    `;

    const run = await box.run(need(ctx, 'bash'), ['-c', script, box.root]);
    await until(() => box.starts().length === 1);

    expect(run).toEqual({ code: 0, stdout: '<> unlocked', stderr: '' });
    const pid = await box.pid();
    expect(hasEnded(pid)).toBe(false);
    if (existsSync('/proc/self/fd')) {
      expect([0, 1, 2].map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))).toEqual(
        Array(3).fill('/dev/null'),
      );
    }
  });

  it('is found under whatever path node has', async (ctx) => {
    await using box = await Box.open(ctx, shell);
    await box.stub();
    const folder = join(box.root, `it's $HOME "q" \\n \`x\` $(id)`);
    await mkdir(folder);
    await symlink(process.execPath, join(folder, 'node'));
    await box.install(join(folder, 'node'));

    expect(await box.gitIn({ env: { PATH: box.env['PATH'] } }, 'switch', '-q', 'next')).toEqual(SILENT);
    await until(() => box.starts().length === 1);
  });

  it('runs on the node in PATH when the one known at install is gone', async (ctx) => {
    await using box = await Box.open(ctx, shell);
    await box.stub();
    await box.install('/no/where/node');
    const bin = join(box.root, 'bin');
    await mkdir(bin);
    await symlink(process.execPath, join(bin, 'node'));

    expect(await box.gitIn({ env: { PATH: `${bin}:${box.env['PATH']}` } }, 'switch', '-q', 'next')).toEqual(
      SILENT,
    );
    await until(() => box.starts().length === 1);
  });

  it('is missed in silence when there is no node at all', async (ctx) => {
    await using box = await Box.open(ctx, shell);
    await box.stub();
    await box.install('/no/where/node');
    const bin = join(box.root, 'bin');
    await mkdir(bin);

    expect(await box.hook({ env: { PATH: bin } })).toEqual(SILENT);
    await settled(box);

    expect(box.spool()).toHaveLength(1);
    expect(box.starts()).toEqual([]);
  });

  it.for([
    ['XDG_DATA_HOME', { HOME: undefined, XDG_DATA_HOME: 'data' }, 'data'],
    ['XDG_DATA_HOME before HOME', { XDG_DATA_HOME: 'data' }, 'data'],
    ['HOME, where XDG_DATA_HOME has none', { XDG_DATA_HOME: 'no/where' }, 'home/.local/share'],
    ['HOME, where XDG_DATA_HOME is empty', { XDG_DATA_HOME: '' }, 'home/.local/share'],
  ] as const)('is found through %s', async ([, env, data], ctx) => {
    await using box = await Box.open(ctx, shell);
    await box.install(process.execPath);
    await box.stub(join(box.root, data));
    const xdg = 'XDG_DATA_HOME' in env && env.XDG_DATA_HOME !== '' ? join(box.root, env.XDG_DATA_HOME) : '';

    // By hand: git itself is not at ease without a HOME.
    expect(await box.hook({ env: { ...env, XDG_DATA_HOME: xdg } })).toEqual(SILENT);
    await until(() => box.starts().length === 1);
  });

  it('is missed in silence without HOME', async (ctx) => {
    await using box = await Box.open(ctx, shell);
    await box.withWorker();

    expect(await box.hook({ env: { HOME: undefined } })).toEqual(SILENT);
    await settled(box);

    expect(box.spool()).toHaveLength(1);
    expect(box.starts()).toEqual([]);
  });

  it('is never one that a branch brought along', async (ctx) => {
    await using box = await Box.open(ctx, shell);
    await box.install('/no/where/node');
    await box.stub(join(box.repo, 'share'));
    await symlink(process.execPath, join(box.repo, 'node'));

    const env = { HOME: '.', XDG_DATA_HOME: 'share', PATH: `.:${box.repo}` };
    expect(await box.hook({ env })).toEqual(SILENT);
    await settled(box);
    expect(await box.hook({ env: { ...env, PATH: '.', XDG_DATA_HOME: join(box.repo, 'share') } })).toEqual(
      SILENT,
    );
    await settled(box);

    expect(box.spool()).toHaveLength(2);
    expect(box.starts()).toEqual([]);
  });

  it('runs in the foreground for debugging, and still git sees success', async (ctx) => {
    await using box = await Box.open(ctx, shell);
    await box.install(process.execPath);
    await box.liveWorker();
    await box.stub(undefined, 'console.log(process.argv[2]); console.error("said"); process.exit(3);');

    const run = await box.gitIn({ env: { SCIM_HOOK_FOREGROUND: '1' } }, 'switch', '-q', 'next');

    // Git joins a hook's stdout to its own stderr.
    expect(run).toEqual({ code: 0, stdout: '', stderr: `${box.ours}\nsaid\n` });
    expect(box.spool()).toHaveLength(1);
  });
});
