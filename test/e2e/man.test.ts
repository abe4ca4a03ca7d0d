// The man page: every command and option of the tree is in it, and it is roff that no formatter complains of.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { commandTree } from '../../src/cli/program.ts';
import { Screen } from '../../src/cli/screen.ts';
import { need } from '../adapters/hook-rig.ts';
import { Sandbox } from '../support/sandbox.ts';

const page = (): string => join(inject('packageDirectory'), 'man', 'scim-hook.1');

const { stdout, stderr, stdin } = process;
const screen = new Screen({ stdout, stderr, stdin, env: {}, color: false, json: false });
const tree = commandTree({ cwd: '/', env: {}, screen }, () => {});

test('names every command and every option, with the words of --help', async (ctx) => {
  const man = need(ctx, 'man');
  await using sandbox = await Sandbox.create();
  const env = { MANWIDTH: '400', MANOPT: '--no-justification --no-hyphenation' };
  const shown = await sandbox.run(man, ['-l', page()], sandbox.root, { env });
  expect(shown).toMatchObject({ status: 0, stderr: '' });
  const text = shown.stdout.replace(/\s+/g, ' ');
  const nested = tree.commands.flatMap((command) =>
    command.commands.map((each) => [`${command.name()} ${each.name()}`, each] as const),
  );
  expect(nested.map(([name]) => name)).toContain('log verify');
  for (const [name, command] of [...tree.commands.map((each) => [each.name(), each] as const), ...nested]) {
    expect(text).toContain(` ${name} `);
    expect(text.toLowerCase()).toContain(command.description().toLowerCase());
    for (const option of command.options) {
      expect(text, name).toContain(option.flags.replace(/[<>]/g, ''));
      expect(text, name).toContain(option.description);
    }
  }
});

test('has no fault for mandoc, groff and man', async (ctx) => {
  const [mandoc, groff, man] = [need(ctx, 'mandoc'), need(ctx, 'groff'), need(ctx, 'man')];
  await using sandbox = await Sandbox.create();
  const linted = await sandbox.run(mandoc, ['-T', 'lint', '-W', 'warning', page()], sandbox.root);
  // A version that isn't released has no date.
  const faults = linted.stdout.split('\n').filter((line) => line !== '' && !line.includes('missing date'));
  expect(faults).toEqual([]);
  const formatted = await sandbox.run(groff, ['-ww', '-man', '-Tutf8', page()], sandbox.root);
  expect(formatted).toMatchObject({ status: 0, stderr: '' });
  const checked = await sandbox.run(man, ['--warnings', '-l', page()], sandbox.root);
  expect(checked).toMatchObject({ status: 0, stderr: '' });
});

test('takes no word for a request, and no hyphen for a dash', () => {
  const lines = readFileSync(page(), 'utf8').split('\n');
  const requests = new Set(lines.flatMap((line) => /^[.'](\w*)/.exec(line)?.[1] ?? []));
  expect([...requests].toSorted()).toEqual(['PP', 'RE', 'RS', 'SH', 'SS', 'TH', 'TP', 'fi', 'nf'].toSorted());
  const words = lines.filter((line) => !line.startsWith('.')).join('\n');
  expect(words).not.toMatch(/(?<!\\)-/);
  expect(words).not.toMatch(/\\(?!fB|fI|fR|-|e|&|\()/);
});
