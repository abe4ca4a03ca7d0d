// Our block in other people's hooks, run by real git under the shells they may be written for: theirs is as it was.
import { chmod, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { Box, NULL_OID, need, SHELLS, SILENT, until } from './hook-rig.ts';

/** The words after `#!`. */
function shebang(ctx: TestContext, shell: string): string {
  const [name = '', ...options] = shell.split(' ');
  return [need(ctx, name), ...options].join(' ');
}

/** What a hook of somebody's may look like; each leaves its arguments in the file `theirs`. */
const SCRIPTS: readonly [what: string, script: (shell: string) => string][] = [
  ['that is plain', (shell) => `#!${shell}\necho "$@" >theirs\n`],
  ['under -e', (shell) => `#!${shell}\nset -e\necho "$@" >theirs\n`],
  [
    'under -e, in its first line',
    (shell) => `#!${shell}${shell.includes(' ') ? '' : ' -e'}\necho "$@" >theirs\n`,
  ],
  ['under -eu', (shell) => `#!${shell}\nset -eu\necho "$@" >theirs\n`],
  ['that ends in exec', (shell) => `#!${shell}\nexec sh -c 'echo "$@" >theirs' sh "$@"\n`],
  ['that waits for its children', (shell) => `#!${shell}\n(echo "$@" >theirs) &\nwait\n`],
  ['without a newline at its end', (shell) => `#!${shell}\necho "$@" >theirs`],
  ['with Windows line endings below its first line', (shell) => `#!${shell}\necho "$@" >theirs\r\n`],
];

describe.each([...SHELLS, 'zsh'])('under %s', (shell) => {
  it.for(SCRIPTS)('both run in a hook %s', async ([, script], ctx) => {
    await using box = await Box.open(ctx, 'dash');
    await box.stub();
    await box.host(script(shebang(ctx, shell)));

    expect(await box.git('checkout', '-q', 'next')).toEqual(SILENT);

    const [main, next] = [await box.oid('main'), await box.oid('next')];
    expect(box.spool()).toEqual([['1', main, next, '', 'ref: refs/heads/next']]);
    const theirs = (await box.git('ls-files', '-oz')).stdout.slice(0, -1);
    expect((await readFile(join(box.repo, theirs), 'utf8')).trim()).toBe(`${main} ${next} 1`);
    await until(() => box.starts().length === 1);
    expect(box.starts()).toMatchObject([{ args: [box.ours], cwd: box.ours, nodeOptions: null }]);
    expect(await box.pid()).toBe(box.starts()[0]?.pid);
  });

  it('its exit status stays, whatever befalls ours', async (ctx) => {
    await using box = await Box.open(ctx, 'dash');
    const path = await box.host(`#!${shebang(ctx, shell)}\nset -e\nexit 7\n`);
    const asGit = (): ReturnType<Box['run']> => box.run(path, [NULL_OID, NULL_OID, '1']);
    const faults: readonly [string, () => Promise<unknown>][] = [
      ['nothing', async () => {}],
      ['no node', () => writeFile(join(box.ours, 'node'), '/nowhere/node\n')],
      ['no spool', () => rm(join(box.ours, 'spool'), { force: true })],
      ['a FIFO for a spool', () => box.run('mkfifo', [join(box.ours, 'spool')])],
      ['nothing of ours', () => rm(box.ours, { recursive: true })],
      ['a file in place of ours', () => writeFile(box.ours, '')],
    ];
    for (const [fault, make] of faults) {
      await rm(join(box.ours, 'spool'), { force: true });
      await make();
      expect([fault, await asGit()]).toEqual([fault, { code: 7, stdout: '', stderr: '' }]);
    }
  });

  it('leaves the input of the hook to the hook', async (ctx) => {
    await using box = await Box.open(ctx, 'dash');
    await box.stub();
    const path = await box.host(`#!${shebang(ctx, shell)}\nread -r line\necho "got $line"\n`);
    const ran = await box.run('sh', ['-c', `echo input | "$0" ${NULL_OID} ${NULL_OID} 1`, path]);
    expect(ran).toEqual({ code: 0, stdout: 'got input\n', stderr: '' });
    await until(() => box.starts().length === 1);
  });
});

describe('the block', () => {
  it('lets a caller who captures the output go on while the worker lives', async (ctx) => {
    await using box = await Box.open(ctx, 'dash');
    await box.stub();
    await box.host('#!/bin/sh\necho theirs\nwait\n');
    expect(await box.run('sh', ['-c', 'out=$(git checkout next 2>&1); echo "$out" | tail -1'])).toMatchObject(
      {
        stdout: 'theirs\n',
      },
    );
    await until(() => box.starts().length === 1);
  });

  it('does nothing in a clone without scim-hook, as one of a tracked hook may be', async (ctx) => {
    await using box = await Box.open(ctx, 'dash');
    await box.stub();
    await box.host('#!/bin/sh\necho theirs\n');
    await rm(box.ours, { recursive: true });
    expect(await box.git('checkout', '-q', 'next')).toEqual({ ...SILENT, stderr: 'theirs\n' });
    expect((await box.git('status', '--porcelain')).stdout).toBe('');
    expect(box.starts()).toEqual([]);
  });

  it('counts for the worktree that was switched', async (ctx) => {
    await using box = await Box.open(ctx, 'dash');
    await box.stub();
    await box.host('#!/bin/sh\n');
    expect(await box.git('worktree', 'add', '-q', '../side', 'next')).toMatchObject({ code: 0 });
    expect(box.spool()).toMatchObject([
      ['1', NULL_OID, await box.oid('next'), 'side', 'ref: refs/heads/next'],
    ]);
  });

  it('is off with SCIM_HOOK=0, and for a checkout of files', async (ctx) => {
    await using box = await Box.open(ctx, 'dash');
    await box.stub();
    await box.host('#!/bin/sh\n');
    await box.gitIn({ env: { SCIM_HOOK: '0' } }, 'checkout', '-q', 'next');
    await box.git('checkout', '-q', '--', 'file');
    expect([box.spool(), box.starts()]).toEqual([[], []]);
  });

  it('starts no worker while one lives', async (ctx) => {
    await using box = await Box.open(ctx, 'dash');
    await box.stub();
    await box.host('#!/bin/sh\n');
    await box.liveWorker();
    await box.git('checkout', '-q', 'next');
    await box.git('checkout', '-q', 'main');
    expect([box.spool().length, box.starts()]).toEqual([2, []]);
  });

  it('runs the worker in the foreground for debugging', async (ctx) => {
    await using box = await Box.open(ctx, 'dash');
    await rename(await box.install(process.execPath), join(box.ours, 'hook'));
    await box.stub(undefined, "console.error('seen', process.argv[2] === BOX + '/a repo/.git/scim-hook');\n");
    await box.host('#!/bin/sh\necho theirs\n');
    const ran = await box.gitIn({ env: { SCIM_HOOK_FOREGROUND: '1' } }, 'checkout', '-q', 'next');
    expect(ran).toEqual({ code: 0, stdout: '', stderr: 'seen true\ntheirs\n' });
  });

  it('in a hook that was not executable leaves that one off', async (ctx) => {
    await using box = await Box.open(ctx, 'dash');
    await box.stub();
    await box.host('#!/bin/sh\necho theirs\n', 0o755, true);
    expect(await box.git('checkout', '-q', 'next')).toEqual(SILENT);
    expect(box.spool()).toHaveLength(1);
  });

  it('works through a link', async (ctx) => {
    await using box = await Box.open(ctx, 'dash');
    await box.stub();
    const path = await box.host('#!/bin/sh\necho theirs\n');
    await rename(path, join(box.root, 'shared-hook'));
    await symlink(join(box.root, 'shared-hook'), path);
    await chmod(join(box.root, 'shared-hook'), 0o755);
    expect(await box.git('checkout', '-q', 'next')).toEqual({ ...SILENT, stderr: 'theirs\n' });
    expect(box.spool()).toHaveLength(1);
  });
});
