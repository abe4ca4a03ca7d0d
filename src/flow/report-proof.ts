// Whether each line is as it was written, and follows the one before it: what the report says of its own ground.
import { CHAIN_START } from '../core/audit-record.ts';
import type { StoredLog } from './log-cover.ts';

export interface Proof {
  readonly paths: readonly string[];
  readonly lines: number;
  /** Lines that aren't as they were written, or don't follow the one before. */
  readonly faults: number;
  /** Number of the line where the first of them is. */
  readonly firstFault: number | null;
  /** The last line: what somebody else may compare with. */
  readonly head: { readonly seq: number; readonly hash: string } | null;
}

const HASH = '"hash":"';
const PREV = '"prev":"';
const SEQ = ',"seq":';
const DIGITS = 64;

/** By the bytes alone: a line stands in the form that was hashed, but for its hash. */
export const proofOf = (logs: readonly StoredLog[], sha256: (text: string) => string): Proof[] =>
  logs.map(({ paths, files }) => {
    let [lines, faults] = [0, 0];
    let firstFault: number | null = null;
    let head: Proof['head'] = null;
    for (const text of files.forward()) {
      // What was torn by a crash is no line; whether one is missing shows in the next. Keys are sorted, and a quote
      // inside a text is escaped: the first of each is the line's own.
      const [at, chained, numbered] = [text.indexOf(HASH), text.lastIndexOf(PREV), text.lastIndexOf(SEQ)];
      if (at === -1 || chained === -1 || numbered === -1 || !text.endsWith('}')) continue;
      const hash = text.slice(at + HASH.length, at + HASH.length + DIGITS);
      const prev = text.slice(chained + PREV.length, chained + PREV.length + DIGITS);
      const seq = Number.parseInt(text.slice(numbered + SEQ.length), 10);
      const body = text.slice(0, at) + text.slice(at + HASH.length + DIGITS + 2);
      lines += 1;
      const follows = head === null ? seq > 1 || prev === CHAIN_START.hash : prev === head.hash;
      if (!follows || sha256(body) !== hash) {
        faults += 1;
        firstFault ??= seq;
      }
      head = { seq, hash };
    }
    return { paths, lines, faults, firstFault, head };
  });
