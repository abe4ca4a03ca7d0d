// The help as a whole: a newcomer finds every command under a heading, and its options in words.
import { expect, test } from 'vitest';
import { UNGROUPED } from '../../src/cli/help.ts';
import { commandTree } from '../../src/cli/program.ts';
import { Screen } from '../../src/cli/screen.ts';

const { stdout, stderr, stdin } = process;
const screen = new Screen({ stdout, stderr, stdin, env: {}, color: false, json: false });
const tree = commandTree({ cwd: '/', env: {}, screen }, () => {});

test.each(tree.commands.map((command) => [command.name(), command] as const))('%s', (_, command) => {
  expect(command.helpGroup()).not.toBe('');
  expect(command.helpGroup()).not.toBe(UNGROUPED);
  for (const text of [command.description(), ...command.options.map((option) => option.description)])
    expect(text).not.toBe('');
});

const nested = tree.commands.flatMap((command) =>
  command.commands.map((each) => [`${command.name()} ${each.name()}`, each] as const),
);

test.each(nested)('%s', (_, command) => {
  for (const text of [command.description(), ...command.options.map((option) => option.description)])
    expect(text).not.toBe('');
});
