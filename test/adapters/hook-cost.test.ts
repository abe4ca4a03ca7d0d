// What a switch costs: no process, one write. Counted in system calls, because time on a busy machine proves nothing.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { Box, need, SHELLS, SILENT, TEMPLATE } from './hook-rig.ts';

const NEW_PROCESS = ['clone', 'clone3', 'fork', 'vfork'];

/** The system calls of the hook, and of what it starts, as `name(arguments`. */
async function traced(ctx: TestContext, box: Box, ...args: string[]): Promise<string[]> {
  const out = join(box.root, 'trace');
  const hook = join(box.repo, '.git', 'hooks', 'post-checkout');
  const kinds = [...NEW_PROCESS, 'execve', 'write', 'open', 'openat'].map((name) => `?${name}`);
  const run = await box.run(need(ctx, 'strace'), [
    '-f',
    '-qq',
    '-s',
    '4096',
    '-e',
    `trace=${kinds}`,
    '-o',
    out,
    hook,
    ...args,
  ]);
  if (/PTRACE|ptrace/.test(run.stderr) && process.env['SCIM_HOOK_TEST_TOOLS'] !== 'required') {
    ctx.skip('strace may not look at processes here');
  }
  expect(run).toEqual(SILENT);
  const lines = (await readFile(out, 'utf8')).split('\n');
  return lines.flatMap((line) => /^\d+ +(\w+\(.*)$/.exec(line)?.[1] ?? []);
}

const named = (calls: string[], ...names: string[]): string[] =>
  calls.filter((call) => names.some((name) => call.startsWith(`${name}(`)));

describe.each(SHELLS)('the cost under %s', (shell) => {
  it('is no fork and one write while a worker is alive', async (ctx) => {
    await using box = await Box.open(ctx, shell);
    await box.liveWorker();

    const calls = await traced(ctx, box, 'old', 'new', '1');

    expect(named(calls, ...NEW_PROCESS)).toEqual([]);
    expect(named(calls, 'execve')).toHaveLength(1);
    expect(named(calls, 'write')).toEqual([
      expect.stringContaining('"1\\told\\tnew\\t\\tref: refs/heads/main\\n"'),
    ]);
    expect(calls.filter((call) => /"[^"]*spool".*O_APPEND/.test(call))).toHaveLength(1);
  });

  it('is one fork and one more write when a worker is to be started', async (ctx) => {
    await using box = await Box.open(ctx, shell);

    const calls = await traced(ctx, box, 'old', 'new', '1');

    expect(named(calls, ...NEW_PROCESS)).toHaveLength(1);
    expect(named(calls, 'execve')).toHaveLength(2);
    expect(named(calls, 'write')).toHaveLength(2);
  });

  it('is no look at the repository for a file checkout', async (ctx) => {
    await using box = await Box.open(ctx, shell);

    const calls = await traced(ctx, box, 'old', 'new', '0');

    expect(named(calls, ...NEW_PROCESS, 'write')).toEqual([]);
    expect(calls.filter((call) => /\.git\/(?!hooks)/.test(call) || call.includes('/proc/'))).toEqual([]);
  });

  it('is one write for a line as long as git lets one be', async (ctx) => {
    await using box = await Box.open(ctx, shell);
    await box.liveWorker();
    const name = Array(14).fill('x'.repeat(250)).join('/');
    await box.git('symbolic-ref', 'HEAD', `refs/heads/${name}`);

    const calls = await traced(ctx, box, '0'.repeat(64), '1'.repeat(64), '1');

    expect(named(calls, 'write')).toHaveLength(1);
    expect(box.spool()).toEqual([['1', '0'.repeat(64), '1'.repeat(64), '', `ref: refs/heads/${name}`]]);
  });

  it('tears no line when twenty switch at once, a hundred times each', async (ctx) => {
    await using box = await Box.open(ctx, shell);
    await box.liveWorker();
    const loop = 'i=0; while [ $i -lt 100 ]; do "$0" "$1" $i 1 || exit 1; i=$((i+1)); done';
    const hook = join(box.repo, '.git', 'hooks', 'post-checkout');
    const writers = Array.from({ length: 20 }, (_, n) => `writer-${n}`);

    const runs = await Promise.all(
      writers.map((writer) => box.run(need(ctx, 'dash'), ['-c', loop, hook, writer])),
    );

    expect(runs).toEqual(writers.map(() => SILENT));
    const expected = writers.flatMap((writer) =>
      Array.from({ length: 100 }, (_, i) => ['1', writer, `${i}`, '', 'ref: refs/heads/main'].join('\t')),
    );
    const lines = box.spool().map((line) => line.join('\t'));
    expect(lines.toSorted()).toEqual(expected.toSorted());
  });
});

describe('the hook’s text', () => {
  it.for(['sh', 'dash', 'bash', 'ksh'])(
    'is clean for shellcheck as %s, template and rendered',
    async (dialect, ctx) => {
      await using box = await Box.open(ctx, 'dash');
      const rendered = await box.install(`/it's/node`, (text) => text.replace(/^#!.*/, '#!/bin/sh'));
      const template = new URL('../../hooks/post-checkout', import.meta.url).pathname;

      expect(await box.run(need(ctx, 'shellcheck'), ['-s', dialect, template, rendered])).toEqual(SILENT);
    },
  );

  it('can be run by git as it stands', () => {
    expect(TEMPLATE.startsWith('#!/bin/sh\n')).toBe(true);
    expect(TEMPLATE).not.toContain('\r');
    // Plain ASCII: no locale, editor or archive can change it.
    expect(TEMPLATE).toMatch(/^[\t\n -~]*$/);
  });
});
