// What somebody gives an option of the log: several things with commas between, some of them from a fixed list.
import type { Distance } from '../nearest.ts';
import { fail, ok, type Result } from '../result.ts';

/** Splits at commas; `\,` is one that belongs to a name, as in `cn=ops\,dc=acme`. */
export function listed(option: string, text: string): Result<readonly string[], string> {
  const parts = text.split(/(?<!\\),/).map((part) => part.replaceAll('\\,', ','));
  return parts.includes('')
    ? fail(`${option} needs a value${text === '' ? '' : ' on each side of a comma'}.`)
    : ok(parts);
}

/** The same, each from a list of words; a word that was mistyped gets the nearest one named. */
export function chosen(
  option: string,
  text: string,
  known: readonly string[],
  distance: Distance,
): Result<readonly string[], string> {
  const words = listed(option, text.replaceAll(' ', ''));
  if (!words.ok) return words;
  const unknown = words.value.find((word) => !known.includes(word));
  if (unknown === undefined) return words;
  const [near] = known
    .map((word) => ({ word, apart: distance(word, unknown.slice(0, 100).toLowerCase()) }))
    .sort((a, b) => a.apart - b.apart);
  const isNear =
    near !== undefined && near.apart < unknown.length && near.apart <= Math.max(2, near.word.length / 3);
  const guess = isNear ? ` Did you mean ${near.word}?` : '';
  return fail(`${option} knows no "${unknown}".${guess} It takes ${known.join(', ')}.`);
}
