// A failure in words for people: no name in it, wherever it came from, can begin a line as if it were ours.
import type { Failure } from '../core/failure.ts';
import { plainSentence } from './plain.ts';
import { type Words, wordsOf } from './words.ts';

export const said = (failure: Failure): Words => wordsOf(tamed(failure) as Failure);

/** The same failure; in its texts, only what is written over several lines on purpose keeps their ends. */
function tamed(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return tamedText(value, key);
  if (Array.isArray(value)) return value.map((each) => tamed(each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, tamed(each, name)]));
}

function tamedText(text: string, key: string): string {
  if (key !== 'problem' && key !== 'detail') return plainSentence(text);
  const lines = text.split('\n').map(plainSentence);
  // `words.ts` indents a fault's own lines, which have a place in a file.
  return lines.join(key === 'problem' ? '\n' : '\n    ');
}
