// Keys that stand twice in one object of a JSON text: a reader sees one value, JSON.parse takes the other.
import type { Fault } from '../../core/failure.ts';
import { pathText } from './faults.ts';

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

interface Level {
  /** Null in a list. */
  readonly keys: Set<string> | null;
  at: string | number;
}

/** `text` is valid JSON. `below`: only what stands under this key counts, and paths start there. */
export function findDuplicates(text: string, below: string | null): Fault[] {
  const faults: Fault[] = [];
  const levels: Level[] = [];
  let last = '';
  for (const [token] of text.matchAll(TOKEN)) {
    const level = levels.at(-1);
    if (token === '{') levels.push({ keys: new Set(), at: '' });
    else if (token === '[') levels.push({ keys: null, at: 0 });
    else if (token === '}' || token === ']') levels.pop();
    else if (token === ',' && typeof level?.at === 'number') level.at += 1;
    else if (token === ':' && level?.keys) {
      const key = JSON.parse(last) as string;
      level.at = key;
      if (level.keys.has(key)) faults.push(...fault(levels, below));
      level.keys.add(key);
    } else last = token;
  }
  return faults;
}

function fault(levels: readonly Level[], below: string | null): Fault[] {
  const path = levels.map(({ at }) => at);
  if (below !== null && path[0] !== below) return [];
  const own = below === null || path.length === 1 ? path : path.slice(1);
  return [{ path: pathText(own), problem: 'stands there twice' }];
}
