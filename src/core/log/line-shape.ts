// The shape of a line as our writer writes it: JSON in JCS form, known members in their order, plain strings. One regular
// expression tells it ten times faster than a parser; what doesn't match may be a good line all the same, for a parser.
import type { AuditLine } from '../audit-record.ts';
import type { Place, StoredLine } from './stored-line.ts';

/** Lines longer than this are for the parser: nobody writes them, and a pattern must not be made to try for long. */
export const LONGEST_SHAPED = 16_384;

const PLAIN = '[^"\\\\\\x00-\\x1f]*';
const TEXT = `"${PLAIN}"`;
const NUMBER = '(?:0|-?[1-9]\\d{0,14})';
const FLAG = '(?:true|false)';
const TEXTS = listOf(TEXT);
const noted = (value: string): string => (value === TEXT ? `"(${PLAIN})"` : `(${value})`);
const orNull = (value: string): string => `(?:null|${value})`;

function listOf(value: string): string {
  return `\\[(?:${value}(?:,(?!\\])|(?=\\])))*\\]`;
}

/** Anything, so many levels deep: of a lease only its spelling matters here. */
function anything(levels: number): string {
  const flat = `${TEXT}|${NUMBER}|${FLAG}|null`;
  if (levels === 0) return `(?:${flat})`;
  const inner = anything(levels - 1);
  return `(?:${flat}|\\{(?:"[A-Za-z]+":${inner}(?:,(?!\\})|(?=\\})))*\\}|${listOf(inner)})`;
}

/** A list, objects, a list of wants, a want, its target, what that is. */
const LEASES = listOf(anything(4));

/**
 * Every member there is, so that a new one can't be forgotten: lines that have it would all need the parser. What a
 * `log-start` says of lines that were let go of is left to it.
 */
const MEMBERS: Readonly<Record<Exclude<keyof AuditLine, 'dropped' | 'droppedHash'>, string>> = {
  at: TEXT,
  attempts: NUMBER,
  before: TEXT,
  branch: orNull(TEXT),
  clone: TEXT,
  device: TEXT,
  ended: TEXTS,
  endpoint: TEXT,
  event: TEXT,
  expires: orNull(TEXT),
  from: orNull(TEXT),
  fromRules: TEXTS,
  harmed: TEXTS,
  hash: TEXT,
  kind: TEXT,
  late: FLAG,
  lease: orNull(TEXT),
  leases: LEASES,
  managed: FLAG,
  marker: TEXT,
  mode: TEXT,
  ms: NUMBER,
  name: TEXT,
  op: TEXT,
  outcome: TEXT,
  policy: orNull(TEXT),
  prev: TEXT,
  reason: TEXT,
  repo: TEXT,
  requestId: TEXT,
  restored: FLAG,
  rules: TEXTS,
  rulesBlob: TEXT,
  seq: NUMBER,
  status: NUMBER,
  subject: TEXT,
  subjectId: TEXT,
  target: TEXT,
  targetId: orNull(TEXT),
  time: TEXT,
  transaction: TEXT,
  type: TEXT,
  v: NUMBER,
  verified: TEXT,
  version: TEXT,
  worktree: orNull(TEXT),
};

/** In the order in which they stand in a line, and `shapedLine` reads them. */
const NOTED = [
  'device',
  'event',
  'hash',
  'kind',
  'name',
  'op',
  'outcome',
  'prev',
  'seq',
  'target',
  'time',
  'v',
];
const REQUIRED = new Set(['kind', 'prev', 'seq', 'time', 'v']);

const PATTERN = Object.entries(MEMBERS)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, value]) => {
    const member = `"${name}":${NOTED.includes(name) ? noted(value) : value}`;
    // What stands before the hash is the first thing noted.
    if (name === 'at') return `^(\\{${member}`;
    if (name === 'hash') return `,)${member}`;
    return REQUIRED.has(name) ? `,${member}` : `(?:,${member})?`;
  });
const SHAPE = new RegExp(`${PATTERN.join('')}\\}$`);

/** `"hash":"`, 64 digits, `",`. */
export const HASH_LENGTH = 8 + 64 + 2;

/** What the pattern notes of a line. */
export type Shape = RegExpExecArray;

export function shapeOf(text: string): Shape | null {
  const shape = SHAPE.exec(text);
  return shape?.[4]?.length === 64 ? shape : null;
}

export const beforeHash = (shape: Shape): string => shape[1] ?? '';

/** Made once for each of very many lines, so straight from what was noted. */
export function shapedLine(shape: Shape, computed: string, { file, line }: Place): StoredLine {
  const said = shape[4] ?? '';
  return {
    file,
    line,
    v: Number(shape[13]),
    seq: Number(shape[10]),
    // One text for both: whether they are the same is asked again and again.
    hash: computed === said ? computed : said,
    prev: shape[9] ?? '',
    time: shape[12] ?? '',
    kind: shape[5] ?? '',
    computed,
    device: shape[2],
    event: shape[3],
    outcome: shape[8],
    op: shape[7],
    target: shape[11],
    name: shape[6],
  };
}
