// Stored lines in whatever form another system keeps them: as they are, in the array of `log --json`, as text in the
// `body` of a record, or behind what syslog puts before a message.
import type { Sha256 } from '../audit-record.ts';
import { type Place, type StoredLine, storedLine, storedValue } from './stored-line.ts';

const BEGINNING = '{"at":"';

/** Those in one line of a file, or in all of it. */
export function arrivedLines(text: string, place: Place, sha256: Sha256): StoredLine[] {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/,\s*$/, ''));
  } catch {
    const from = text.indexOf(BEGINNING);
    const line = from === -1 ? null : storedLine(text.slice(from), place, sha256);
    return line === null ? [] : [line];
  }
  return linesIn(value, place, sha256);
}

function linesIn(value: unknown, place: Place, sha256: Sha256): StoredLine[] {
  if (typeof value === 'string') {
    const line = value.startsWith('{') ? storedLine(value, place, sha256) : null;
    return line === null ? [] : [line];
  }
  if (typeof value !== 'object' || value === null) return [];
  const line = storedValue(value, place, sha256);
  return line === null ? Object.values(value).flatMap((each) => linesIn(each, place, sha256)) : [line];
}
