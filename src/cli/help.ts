// How `--help` looks: commands in the order somebody new needs them, aligned, and below each other where it is narrow.
import { type Command, Help, type HelpConfiguration } from 'commander';
import { ENVIRONMENT, EXIT_CODES, READ_ON, type Row } from './help-words.ts';

const GROUPS: readonly (readonly [heading: string, names: readonly string[]])[] = [
  ['First steps:', ['try', 'init', 'install', 'login', 'trust']],
  ['Every day:', ['status', 'sync', 'plan', 'why', 'log', 'revoke']],
  ['When something is wrong:', ['doctor', 'reconcile']],
  ['In CI and cron:', ['run', 'sweep']],
  ['For trying out and tests:', ['directory']],
  ['Leaving:', ['logout', 'uninstall']],
  ['Besides:', ['completion', 'help']],
];
/** Where a command is that was forgotten above. */
export const UNGROUPED = 'More:';
const ORDER = GROUPS.flatMap(([, names]) => names);

/** With fewer columns left than this, a description goes below its term. */
const NARROW = 30;
const WIDEST = 100;

export const HELP: HelpConfiguration = {
  minWidthToWrap: 1,
  visibleCommands: (command) =>
    Help.prototype.visibleCommands
      .call(new Help(), command)
      .sort((one, other) => rank(one.name()) - rank(other.name())),
  subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(argumentTerm)].join(' '),
  // Groups in the order of what is in them, not in that of the registrations.
  groupItems: (_, visible, headingOf) => {
    const headings = [...new Set(visible.map(headingOf))];
    return new Map(headings.map((each) => [each, visible.filter((one) => headingOf(one) === each)]));
  },
  formatItem(term, termWidth, description, helper) {
    return item(term, termWidth, description, helper.helpWidth ?? 80);
  },
};

const rank = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);

const argumentTerm = (argument: Command['registeredArguments'][number]): string => {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
};

/** Puts commands into their groups, and what is not of one command alone at the end. */
export function arrange(program: Command, width: () => number): Command {
  program.helpCommand('help [command]', 'show the help of a command');
  for (const command of Help.prototype.visibleCommands.call(new Help(), program)) {
    const [heading] = GROUPS.find(([, names]) => names.includes(command.name())) ?? [UNGROUPED];
    command.helpGroup(heading);
  }
  return program.addHelpText('after', () => epilogue(width()));
}

export const helpWidth = (columns: number | undefined): number => Math.min(columns || 80, WIDEST);

const epilogue = (width: number): string =>
  [
    ['Environment:', ENVIRONMENT] as const,
    ['Exit status:', EXIT_CODES] as const,
    ['Read on:', READ_ON] as const,
  ]
    .map(([heading, rows]) => `\n${[heading, ...list(rows, width)].join('\n')}`)
    .join('\n');

function list(rows: readonly Row[], width: number): string[] {
  const longest = Math.max(...rows.map(([term]) => term.length));
  return rows.map(([term, meaning]) => item(term, longest, meaning, width));
}

function item(term: string, termWidth: number, description: string, width: number): string {
  if (description === '') return `  ${term}`;
  const left = width - termWidth - 4;
  const [start, indent] =
    left < NARROW ? [`  ${term}\n      `, 6] : [`  ${term.padEnd(termWidth)}  `, termWidth + 4];
  const wrapping = Object.assign(new Help(), { minWidthToWrap: 1 });
  const wrapped = wrapping.boxWrap(description, Math.max(width - indent, 1));
  return `${start}${wrapped.replaceAll('\n', `\n${' '.repeat(indent)}`)}`;
}
