// The shape of a line as our writer writes it: JSON in JCS form, known members in their order, plain strings. One regular
// expression tells it ten times faster than a parser; what doesn't match may be a good line all the same, for a parser.
import type { AuditLine } from '../audit-record.ts';

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

/** In the order in which they stand in a line. */
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
const REQUIRED = new Set(['hash', 'kind', 'prev', 'seq', 'time', 'v']);

const SHAPE = new RegExp(
  Object.entries(MEMBERS)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => {
      if (name === 'at') return `^(\\{"at":${value}`;
      const member = `"${name}":${NOTED.includes(name) ? noted(value) : value}`;
      // What stands before the hash is the first thing noted.
      if (name === 'hash') return `,)${member}`;
      return REQUIRED.has(name) ? `,${member}` : `(?:,${member})?`;
    })
    .join('')
    .concat('\\}$'),
);

/** What a line says, before anybody knows whether it is true. */
export interface Shaped {
  /** Characters before the member `hash`; with its name, value and comma it is `HASH_LENGTH` long. */
  readonly before: number;
  readonly hash: string;
  readonly prev: string;
  readonly seq: number;
  readonly time: string;
  readonly v: number;
  readonly kind: string;
  readonly device: string | undefined;
  readonly event: string | undefined;
  readonly outcome: string | undefined;
  readonly op: string | undefined;
  readonly target: string | undefined;
  readonly name: string | undefined;
}

/** `"hash":"`, 64 digits, `",`. */
export const HASH_LENGTH = 8 + 64 + 2;

export function shapeOf(text: string): Shaped | null {
  const found = SHAPE.exec(text);
  if (found === null) return null;
  const [
    ,
    before = '',
    device,
    event,
    hash = '',
    kind = '',
    name,
    op,
    outcome,
    prev = '',
    seq,
    target,
    time = '',
    v,
  ] = found;
  if (hash.length !== 64) return null;
  return {
    before: before.length,
    hash,
    prev,
    seq: Number(seq),
    time,
    v: Number(v),
    kind,
    device,
    event,
    outcome,
    op,
    target,
    name,
  };
}
