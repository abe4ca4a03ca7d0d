// What an edit changed, line by line, for somebody who is asked to accept it: all of it, or they would accept what they didn't see.
import { structuredPatch } from 'diff';
import { plain, type Screen } from './screen.ts';

/** Lines around a change. */
const CONTEXT = 2;

/** Beyond so many changed lines, finding the shortest difference could take for ever. */
const LIMIT = 2_000;

export function lineDiff({ paint }: Pick<Screen, 'paint'>, before: string, after: string): string[] {
  const options = { context: CONTEXT, maxEditLength: LIMIT };
  const hunks = structuredPatch('', '', before, after, undefined, undefined, options)?.hunks ?? [
    { lines: [...whole(before, '-'), ...whole(after, '+')] },
  ];
  return hunks.flatMap(({ lines }, index) => [
    ...(index === 0 ? [] : [paint.dim('  …')]),
    ...lines.map((line) => {
      // A tab is a control character too, and would be swallowed.
      const text = `  ${line.slice(0, 1)} ${plain(line.slice(1).replaceAll('\t', '  '))}`;
      if (line.startsWith('+')) return paint.green(text);
      return line.startsWith('-') ? paint.red(text) : paint.dim(text);
    }),
  ]);
}

const whole = (text: string, sign: '-' | '+'): string[] => text.split('\n').map((line) => `${sign}${line}`);
