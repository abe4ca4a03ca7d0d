// Our marked block in a hook that somebody else owns: put after the shebang, known again by its digest, taken out to the byte.
import type { Sha256 } from './hook-script.ts';

const NO_DIGEST = '0'.repeat(64);
/** A line of its own; `^` and `$` would take a lone CR for a line's end too. */
const BEGIN = /(?<![^\n])# >>> scim-hook v(\d+) ([0-9a-f]{64})(?=\n)/g;
const END = '# <<< scim-hook';

/** A hook that git ignored must not begin to run because we came: what follows the block stays off. */
const ALONE =
  'exit 0 # this hook was not executable when scim-hook came; delete this line if what follows shall run\n';

export interface Block {
  /** Lines, the last one without its newline. */
  readonly text: string;
  /** Of the block's text, not of the package: it changes only when the text does, so people with different versions of
   *  the package don't undo one another's hook in a tracked file. */
  readonly version: number;
}

export interface FoundBlock extends Block {
  readonly start: number;
  readonly end: number;
}

/** Signs the template with its own digest: a pair of markers alone is no proof that what stands between is ours. */
export function renderBlock(template: string, sha256: Sha256, alone = false): Block {
  const whole = template.trimEnd();
  const version = Number([...whole.matchAll(BEGIN)][0]?.[1]);
  if (!whole.startsWith('# >>> scim-hook') || !whole.endsWith(END) || !(version > 0)) {
    throw new Error('the block template lacks its marker lines');
  }
  const unsigned = alone ? whole.slice(0, -END.length) + ALONE + END : whole;
  return { text: unsigned.replace(NO_DIGEST, sha256(unsigned)), version };
}

/** The first block that is ours to the byte; null where there is none. */
export function findBlock(text: string, sha256: Sha256): FoundBlock | null {
  for (const begin of text.matchAll(BEGIN)) {
    const close = text.indexOf(`\n${END}`, begin.index);
    if (close === -1) return null;
    const end = close + 1 + END.length;
    const block = text.slice(begin.index, end);
    const [, version = '', digest = ''] = begin;
    if (sha256(block.replace(digest, NO_DIGEST)) === digest && /^(\n|$)/.test(text.slice(end, end + 1))) {
      return { start: begin.index, end, text: block, version: Number(version) };
    }
  }
  return null;
}

/** Something of ours stands there, but somebody changed it since: not ours to take out. */
export const hasEditedBlock = (text: string, sha256: Sha256): boolean =>
  /^# >>> scim-hook\b/m.test(takeBlock(text, sha256));

/** Puts the block in, or a newer one in an older one's place. The same text comes back where it is there already. */
export function putBlock(text: string, block: Block, sha256: Sha256): string {
  const found = findBlock(text, sha256);
  if (found !== null) {
    return found.version >= block.version
      ? text
      : text.slice(0, found.start) + block.text + text.slice(found.end);
  }
  if (!text.startsWith('#!')) return `${block.text}\n${text}`;
  const newline = text.indexOf('\n');
  // A shebang without a newline: the one that comes before the block is the one that goes with it.
  if (newline === -1) return `${text}\n${block.text}`;
  return `${text.slice(0, newline + 1)}${block.text}\n${text.slice(newline + 1)}`;
}

/** The text as it was before the block came; the same text where there is none of ours. */
export function takeBlock(text: string, sha256: Sha256): string {
  const found = findBlock(text, sha256);
  if (found === null) return text;
  const { start, end } = found;
  if (end < text.length) return text.slice(0, start) + text.slice(end + 1);
  return text.slice(0, start > 0 ? start - 1 : 0);
}
