// scim-hook(1), from the tree of commands that is run: what an option does is said in one place.
import { type Command, Help, type Option } from 'commander';
import { ENVIRONMENT, EXIT_CODES } from '../src/cli/help-words.ts';
import { commandTree } from '../src/cli/program.ts';
import { Screen } from '../src/cli/screen.ts';
import { VERSION } from '../src/version.ts';
import { CONFIGURATION, DESCRIPTION, EXAMPLES, FILES, SECURITY, SEE_ALSO } from './man-words.ts';
import { bold, example, flags, items, paragraphs, prose, section, text } from './roff.ts';

/** `date` is that of the version, so that the same version gives the same bytes; empty before it has one. */
export function manPage(date: string): string {
  const { stdout, stderr, stdin } = process;
  const screen = new Screen({ stdout, stderr, stdin, env: {}, color: false, json: false });
  const program = commandTree({ cwd: '/', env: {}, screen }, () => {});
  const help = program.createHelp();
  const commands = help.visibleCommands(program).filter((command) => command.name() !== 'help');
  return [
    `.TH SCIM\\-HOOK 1 "${date}" "scim\\-hook ${text(VERSION)}" "User Commands"`,
    ...section(
      'NAME',
      `scim\\-hook \\- ${text('access that follows the git branch you are on, over SCIM 2.0')}`,
    ),
    ...section('SYNOPSIS', `${bold('scim-hook')} \\fIcommand\\fR [\\fIoptions\\fR]`),
    ...section('DESCRIPTION', ...paragraphs(DESCRIPTION)),
    ...section('OPTIONS', ...items(help.visibleOptions(program).map(optionRow))),
    ...section(
      'COMMANDS',
      ...groups(commands).flatMap(([heading, all]) => [
        `.SS ${text(heading)}`,
        ...all.flatMap((each) => commandLines(each)),
      ]),
    ),
    ...section('ENVIRONMENT', ...items(ENVIRONMENT.map(bolded))),
    ...section(
      'CONFIGURATION',
      prose(
        'In git config; system goes before global, global before local, and a lower one can only narrow.',
      ),
      ...items(CONFIGURATION.map(bolded)),
    ),
    ...section('FILES', ...items(FILES.map(bolded))),
    ...section('EXIT STATUS', ...items(EXIT_CODES.map(bolded))),
    ...section('SECURITY', ...paragraphs(SECURITY)),
    ...section(
      'EXAMPLES',
      ...EXAMPLES.flatMap(([what, lines], at) => [
        ...(at === 0 ? [] : ['.PP']),
        prose(what),
        ...example(lines),
      ]),
    ),
    ...section(
      'SEE ALSO',
      SEE_ALSO.map((page) =>
        page.replace(/^(.*)(\(\d\))$/, (_, name: string, number: string) => `${bold(name)}${number}`),
      ).join(', '),
    ),
    '',
  ].join('\n');
}

const bolded = ([term, meaning]: readonly [string, string]): readonly [string, string] => [
  bold(term),
  meaning,
];

function groups(commands: readonly Command[]): [heading: string, commands: Command[]][] {
  const headings = [...new Set(commands.map((command) => command.helpGroup()))];
  return headings.map((heading) => [
    heading.replace(/:$/, ''),
    commands.filter((command) => command.helpGroup() === heading),
  ]);
}

/** `under`: what is typed before its name; what it has below itself follows it. */
function commandLines(command: Command, under = ''): string[] {
  const help = command.createHelp();
  const options = help
    .visibleOptions(command)
    .filter(({ long }) => long !== '--no-color' && long !== '--help');
  const name = `${under}${command.name()}`;
  const term = `${bold(name)} ${flags(help.subcommandTerm(command).slice(command.name().length + 1))}`.trim();
  return [
    '.TP',
    term,
    prose(sentence(command.description())),
    ...(options.length === 0 ? [] : ['.RS', ...items(options.map(optionRow)), '.RE']),
    ...help.visibleCommands(command).flatMap((each) => commandLines(each, `${name} `)),
  ];
}

const optionRow = (option: Option): readonly [string, string] => [
  flags(option.flags),
  new Help().optionDescription(option),
];

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
