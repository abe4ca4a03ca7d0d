// One line of a log as a check of it sees it: what it says of its place in the chain, and what its hash should be.
import type { Sha256 } from '../audit-record.ts';
import { canonicalise, type Json } from '../jcs.ts';

export interface Place {
  readonly file: string;
  /** From 1, in its file. */
  readonly line: number;
}

export interface StoredLine extends Place {
  readonly v: number;
  readonly seq: number;
  readonly hash: string;
  readonly prev: string;
  readonly time: string;
  readonly kind: string;
  /** The hash of what it says, which is `hash` unless somebody altered it. */
  readonly computed: string;
  readonly device?: string | undefined;
  readonly event?: string | undefined;
  readonly outcome?: string | undefined;
  readonly op?: string | undefined;
  readonly target?: string | undefined;
  readonly name?: string | undefined;
  /** On a `log-start` after old lines were let go of: how many, and the `prev` of the first that is left. */
  readonly dropped?: number | undefined;
  readonly droppedHash?: string | undefined;
}

/** What stands where a line should: `torn` is the beginning of one of ours, `garbage` anything else. */
export type Fragment = 'torn' | 'garbage';

export const isAltered = (line: StoredLine): boolean => line.computed !== line.hash;

/** A line in any spelling: somebody may have parsed it and written it again. Null: it is none of ours. */
export function storedLine(text: string, place: Place, sha256: Sha256): StoredLine | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return storedValue(value, place, sha256);
}

/** The same of what was parsed already. */
export function storedValue(value: unknown, place: Place, sha256: Sha256): StoredLine | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { hash, ...body } = value as Readonly<Record<string, unknown>>;
  const text = (name: string): string | undefined => {
    const member = body[name];
    return typeof member === 'string' ? member : undefined;
  };
  const { seq, v } = body;
  const [prev, time, kind] = [text('prev'), text('time'), text('kind')];
  if (typeof hash !== 'string' || prev === undefined || time === undefined || kind === undefined) return null;
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq)) return null;
  if (typeof v !== 'number' || !Number.isSafeInteger(v)) return null;
  return {
    ...place,
    v,
    seq,
    hash,
    prev,
    time,
    kind,
    computed: sha256(canonicalise(body as unknown as Json)),
    device: text('device'),
    event: text('event'),
    outcome: text('outcome'),
    op: text('op'),
    target: text('target'),
    name: text('name'),
    dropped: typeof body['dropped'] === 'number' ? body['dropped'] : undefined,
    droppedHash: text('droppedHash'),
  };
}

const BEGINNING = '{"at":"';
/** What may be missing where a line was cut, up to the brackets that are still open. */
const MISSING = [
  '',
  '"',
  '":0',
  ':0',
  '0',
  '"":0',
  '\\"',
  'rue',
  'ue',
  'e',
  'alse',
  'lse',
  'se',
  'ull',
  'll',
  'l',
].concat(['0"', '00"', '000"', '0000"']);

/** Whether this is the beginning of one of our lines, which a crash or a full disk cut off: JSON as far as it goes. */
export function isCutOff(text: string): boolean {
  if (!BEGINNING.startsWith(text.slice(0, BEGINNING.length))) return false;
  const brackets = openBrackets(text);
  return brackets !== '' && MISSING.some((missing) => isJson(text + missing + brackets));
}

/** What closes the brackets that are open at the end of a text, innermost first. */
function openBrackets(text: string): string {
  let closing = '';
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*(?:"|\\?$)|[[\]{}]/gs)) {
    if (token === '{') closing = `}${closing}`;
    else if (token === '[') closing = `]${closing}`;
    else if (token === '}' || token === ']') closing = closing.slice(1);
  }
  return closing;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
