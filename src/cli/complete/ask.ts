// What may stand where somebody is typing: a command, an option, or a value of some kind. From the tree of commands alone.
import { type Argument, type Command, Help, type Option } from 'commander';
import { MEMBERS } from '../../core/log/fields.ts';
import { RECORD_KINDS } from '../../core/log/query.ts';
import { EVENT_OUTCOMES, MODES } from '../../core/vocabulary.ts';

export interface Candidate {
  readonly name: string;
  readonly about: string;
}

/** Kinds of names that only the clone knows. */
export type Kind = 'branches' | 'refs' | 'leases' | 'grants';

export type Asked =
  | { readonly is: 'these'; readonly candidates: readonly Candidate[] }
  | { readonly is: 'names'; readonly kind: Kind; readonly before: string }
  | { readonly is: 'files' }
  | { readonly is: 'nothing' };

type Values = Kind | 'files' | readonly string[];

/** The forms of a time that are of use as they stand. */
const TIMES = ['2h', '24h', '7d', 'today', 'yesterday', 'now'];

/** By the option's long name; an endpoint isn't offered: a file in a repository must not suggest where a token goes. */
const OF_OPTION: Readonly<Record<string, Values>> = {
  branch: 'branches',
  policy: 'refs',
  lease: 'leases',
  mode: MODES,
  file: 'files',
  from: 'files',
  html: 'files',
  against: 'files',
  'allowed-signers': 'files',
  name: 'grants',
  kind: RECORD_KINDS,
  outcome: EVENT_OUTCOMES,
  since: TIMES,
  until: TIMES,
  at: TIMES,
  json: MEMBERS,
  ndjson: MEMBERS,
};
/** By command and argument. */
const OF_ARGUMENT: Readonly<Record<string, Values>> = {
  'why name': 'grants',
  'who name': 'grants',
  'run command': 'files',
};

const help = new Help();

/** `words` are those before the one being typed, without the program's name. */
export function ask(program: Command, words: readonly string[], typed: string): Asked {
  let command = program;
  let expects: Option | null = null;
  const given: string[] = [];
  const operands: string[] = [];
  for (const [at, word] of words.entries()) {
    if (expects !== null) expects = null;
    else if (word === '--')
      return command === program ? { is: 'nothing' } : operandOf(command, words.length - at - 1);
    else if (word.startsWith('-')) {
      const option = optionOf(command, word.split('=')[0] ?? '');
      if (option !== undefined) given.push(option.long ?? option.flags);
      // A value that may be left out is only one behind `=`.
      if (option?.required === true && !word.includes('=')) expects = option;
    } else {
      const sub = operands.length === 0 ? commandOf(command, word) : undefined;
      if (sub === undefined) operands.push(word);
      else command = sub;
    }
  }
  if (expects !== null) return asked(valuesOf(expects), '');
  if (typed.startsWith('-')) {
    const [name = ''] = typed.split('=');
    const option = typed.includes('=') ? optionOf(command, name) : undefined;
    if (option !== undefined)
      return takesValue(option) ? asked(valuesOf(option), `${name}=`) : { is: 'nothing' };
    return these(optionsOf(command, given));
  }
  if (command === program) return operands.length > 0 ? { is: 'nothing' } : these(commandsOf(program));
  if (command.name() === 'help') return operands.length > 0 ? { is: 'nothing' } : these(commandsOf(program));
  if (command.registeredArguments.length > operands.length) return operandOf(command, operands.length);
  const last = command.registeredArguments.at(-1);
  if (last?.variadic === true) return operandOf(command, operands.length);
  if (operands.length === 0 && command.commands.length > 0)
    return these(typed === '' ? [...commandsOf(command), ...optionsOf(command, given)] : commandsOf(command));
  // Nothing else can stand here, so nobody needs to know that options start with a dash.
  return typed === '' ? these(optionsOf(command, given)) : { is: 'nothing' };
}

const these = (candidates: readonly Candidate[]): Asked => ({ is: 'these', candidates });

function asked(values: Values, before: string): Asked {
  if (values === 'files') return { is: 'files' };
  if (typeof values === 'string') return { is: 'names', kind: values, before };
  return these(values.map((name) => ({ name: `${before}${name}`, about: '' })));
}

const takesValue = (option: Option): boolean => option.required || option.optional;
const valuesOf = (option: Option): Values => option.argChoices ?? OF_OPTION[option.name()] ?? [];

function operandOf(command: Command, index: number): Asked {
  const argument: Argument | undefined =
    command.registeredArguments[index] ?? command.registeredArguments.at(-1);
  if (argument === undefined || (index >= command.registeredArguments.length && !argument.variadic))
    return { is: 'nothing' };
  return asked(argument.argChoices ?? OF_ARGUMENT[`${command.name()} ${argument.name()}`] ?? [], '');
}

const optionOf = (command: Command, flag: string): Option | undefined =>
  help.visibleOptions(command).find((option) => option.short === flag || option.long === flag);

const optionsOf = (command: Command, given: readonly string[]): Candidate[] =>
  help
    .visibleOptions(command)
    .filter((option) => !given.includes(option.long ?? option.flags))
    .map((option) => ({ name: option.long ?? option.flags, about: option.description }));

const commandsOf = (command: Command): Candidate[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .map((each) => ({ name: each.name(), about: each.description() }));

const commandOf = (command: Command, name: string): Command | undefined =>
  command
    .createHelp()
    .visibleCommands(command)
    .find((each) => each.name() === name);
