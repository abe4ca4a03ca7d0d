// What `git config --list --show-scope --show-origin -z` says.
import type { PlacedEntry } from '../../core/checks/pins.ts';

/** For each entry its scope, its origin, then its key and its value with a newline between. */
export function parseEntries(listed: string): PlacedEntry[] {
  const parts = listed.split('\0');
  const entries: PlacedEntry[] = [];
  for (let at = 0; at + 2 < parts.length; at += 3) {
    const [scope = '', origin = '', entry = ''] = parts.slice(at, at + 3);
    const end = entry.indexOf('\n');
    // A key without `=` has no newline and means true.
    const [key, value] = end === -1 ? [entry, 'true'] : [entry.slice(0, end), entry.slice(end + 1)];
    entries.push({ scope, origin, key, value });
  }
  return entries;
}
