// Faults of a config in words, each with its place in the file.
import type { Fault, Spot } from '../core/failure.ts';

export function faultLine({ path, problem, suggestion, at }: Fault): string {
  const spot = at === undefined ? '' : `${spotWords(at)}: `;
  // What is wrong with the syntax is wrong with the file, which the spot names already.
  const what = at !== undefined && path === at.file ? '' : `${path}: `;
  return `  ${spot}${what}${problem.replaceAll('\n', '\n    ')}${suggestion === undefined ? '' : ` (${suggestion})`}`;
}

/** As compilers write it, so that terminals and editors can jump there. */
export const spotWords = ({ file, line, column }: Spot): string =>
  `${file}:${line}${column === undefined ? '' : `:${column}`}`;
