// Answers a shell's question, a candidate a line: its name, a tab, what it is. Silent whatever happens: somebody is typing.
import type { Command } from 'commander';
import { type Context, openHere } from '../context.ts';
import { plain } from '../screen.ts';
import { ask, type Candidate } from './ask.ts';
import { quoteFor, readLine } from './bash-line.ts';
import { namesOf } from './names.ts';

export async function complete(context: Context, program: Command, argv: readonly string[]): Promise<void> {
  try {
    for (const line of await answers(context, program, argv)) context.screen.raw(`${line}\n`);
  } catch {
    // Nothing may be said into a line that somebody is typing.
  }
}

async function answers(context: Context, program: Command, argv: readonly string[]): Promise<string[]> {
  const [shell, ...rest] = argv;
  const line = shell === 'bash' ? readLine(rest[0] ?? '', rest[1] ?? '') : null;
  const words = (line?.words ?? ['', ...rest]).slice(1);
  const typed = words.at(-1) ?? '';
  const found = await candidates(context, program, words.slice(0, -1), typed);
  if (found === 'files') return ['files'];
  // What would act on the terminal, or look like something else, is nothing to be completed.
  const good = found.filter(({ name }) => name !== '' && plain(name) === name);
  if (line === null) return good.map(({ name, about }) => `${name}\t${plain(about)}`);
  return good.flatMap(({ name }) => {
    const rest = name.startsWith(typed) ? quoteFor(line.quote, name.slice(line.kept)) : null;
    return rest === null ? [] : [`${rest}\t`];
  });
}

async function candidates(
  context: Context,
  program: Command,
  words: readonly string[],
  typed: string,
): Promise<readonly Candidate[] | 'files'> {
  const asked = ask(program, words, typed);
  switch (asked.is) {
    case 'these':
      return asked.candidates;
    case 'files':
      return 'files';
    case 'nothing':
      return [];
    case 'names': {
      const here = await openHere(context);
      if (!here.ok) return [];
      const found = await namesOf(asked.kind, here.value);
      return found.map(({ name, about }) => ({ name: `${asked.before}${name}`, about }));
    }
  }
}
