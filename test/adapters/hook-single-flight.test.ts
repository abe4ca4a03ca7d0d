// When the hook leaves it be because a worker is alive, and when it doesn't believe that.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Box, hasEnded, need, pidOf, SHELLS, SILENT, until } from './hook-rig.ts';

/** What the worker does first of all. */
const TITLE = "process.title = 'scim-hook'";

describe.each(SHELLS)('one worker at a time, under %s', (shell) => {
  const switchTwice = async (box: Box): Promise<void> => {
    expect(await box.git('switch', '-q', 'next')).toEqual(SILENT);
    expect(await box.git('switch', '-q', 'main')).toEqual(SILENT);
  };

  it('starts one in a storm, and knows it from its very fork on', async (ctx) => {
    await using box = await Box.open(ctx, shell);
    await box.withWorker();
    const pids = new Set<string>();

    while (box.starts().length === 0 || box.spool().length < 12) {
      await switchTwice(box);
      pids.add(await box.pidFile());
    }

    expect([...pids]).toEqual([`${box.starts()[0]?.pid}\n`]);
  });

  it.for([
    ['that marked itself', TITLE, ' r\n'],
    ['that marked itself, with no newline', TITLE, ' r'],
    ['named but not marked yet', TITLE, '\n'],
    ['on its way', '', '\n'],
  ] as const)('leaves a worker be %s', async ([, code, mark], ctx) => {
    await using box = await Box.open(ctx, shell);
    const text = `${await box.node(code)}${mark}`;
    await box.writePid(text);

    await switchTwice(box);

    expect(await box.pidFile()).toBe(text);
    expect(box.spool()).toHaveLength(2);
  });

  it.for([
    ['by its own name', (hook: string) => [hook]],
    [
      'as an argument of the shell',
      (hook: string, [file = '', ...options]: string[]) => [file, ...options, hook],
    ],
  ] as const)('leaves the fork of a hook that was started %s be', async ([, command], ctx) => {
    await using box = await Box.open(ctx, shell);
    const hook = join(box.root, 'post-checkout');
    const words = [need(ctx, shell.split(' ')[0] ?? ''), ...shell.split(' ').slice(1)];
    await writeFile(hook, `#!${words.join(' ')}\necho up; kill -STOP $$\n`, { mode: 0o755 });
    const [file = '', ...args] = command(hook, words);
    const fork = await box.start(file, args);
    await once(fork.stdout, 'data');
    const text = `${pidOf(fork)}\n`;
    await box.writePid(text);

    await switchTwice(box);

    expect(await box.pidFile()).toBe(text);
  });

  it('goes by kill -0 alone where there is no /proc', async (ctx) => {
    await using box = await Box.open(ctx, shell);
    await box.install(need(ctx, 'true'), (text) => text.replaceAll('/proc/', '/no/proc/'));
    const other = pidOf(await box.start(need(ctx, 'sleep'), ['600']));

    for (const text of [`${other}\n`, `${other} r\n`]) {
      await box.writePid(text);
      await switchTwice(box);
      expect(await box.pidFile()).toBe(text);
    }
    await box.writePid('4194305 r\n');
    await switchTwice(box);
    expect(await box.pid()).not.toBe(4194305);
  });

  it.for([
    ['a dead worker’s', async (box: Box) => `${await dead(box)} r`],
    ['a dead child’s', async (box: Box) => `${await dead(box)}`],
    ['by now a stranger’s', async (box: Box) => `${await stranger(box)}`],
    ['by now a stranger’s, with the mark', async (box: Box) => `${await stranger(box)} r`],
    ['by now another node’s, with the mark', async (box: Box) => `${await box.node('')} r`],
    ['followed by a mark nobody makes', async (box: Box) => `${await box.node(TITLE)} x`],
    ['of a worker that died and was never reaped', async (box: Box) => `${await unreaped(box)} r`],
    ['of a child that died and was never reaped', async (box: Box) => `${await unreaped(box)}`],
    ['negative: that would be a process group', async (box: Box) => `-${await box.node(TITLE)}`],
    ['written with a zero before it', async (box: Box) => `0${await box.node(TITLE)}`],
  ] as const)('starts one when the pid is %s', async ([, text], ctx) => {
    if (!existsSync('/proc/self/comm')) ctx.skip('there is no /proc, and kill -0 alone decides');
    await using box = await Box.open(ctx, shell);
    await startsAnew(box, `${await text(box)}\n`);
  });

  it.for(
    [
      '',
      '\n',
      ' ',
      'x',
      '-1',
      '0',
      '00',
      '+1',
      '1.5',
      '12x',
      '0x1',
      '1;1',
      '$(id)',
      '*',
      '\0\x01',
      '\xff',
    ].concat(
      // Beyond what a pid can be: cut down to 32 bits, these would be 0 and -1.
      ['4294967296', '4294967295', '18446744073709551616', '99999999999999999999'],
    ),
  )('starts one when the pid file says %j', async (text, ctx) => {
    await using box = await Box.open(ctx, shell);
    await startsAnew(box, text);
  });
});

async function startsAnew(box: Box, text: string): Promise<void> {
  await box.writePid(text);
  expect(await box.git('switch', '-q', 'next')).toEqual(SILENT);
  expect(await box.pidFile()).toMatch(/^[1-9][0-9]*\n$/);
  expect(await box.pidFile()).not.toBe(text);
}

async function dead(box: Box): Promise<number> {
  const child = await box.start('true', []);
  await until(() => child.exitCode !== null);
  return pidOf(child);
}

const stranger = async (box: Box): Promise<number> => pidOf(await box.start('sleep', ['600']));

/** Called scim-hook, ended, and its parent never asks after it. */
async function unreaped(box: Box): Promise<number> {
  const named = join(box.root, 'scim-hook');
  await symlink('/bin/sleep', named);
  const parent = await box.start('/bin/sh', ['-c', '"$0" 0 & echo "$!"; exec sleep 600', named]);
  const [said] = await once(parent.stdout, 'data');
  const pid = Number.parseInt(String(said), 10);
  await until(() => hasEnded(pid));
  return pid;
}
