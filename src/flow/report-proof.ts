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

const PARTS =
  /^(\{.*?)"hash":"([0-9a-f]{64})",(.*"prev":"([0-9a-f]{64})".*"seq":(\d+),"(?:status|subject|target|time).*)$/;

/** By the bytes alone: a line stands in the form that was hashed, but for its hash. */
export const proofOf = (logs: readonly StoredLog[], sha256: (text: string) => string): Proof[] =>
  logs.map(({ paths, files }) => {
    let [lines, faults] = [0, 0];
    let firstFault: number | null = null;
    let head: Proof['head'] = null;
    for (const text of files.forward()) {
      const [, before, hash = '', after, prev, digits] = PARTS.exec(text) ?? [];
      // What was torn by a crash is no line; whether one is missing shows in the next.
      if (before === undefined || after === undefined) continue;
      const seq = Number(digits);
      lines += 1;
      const follows = head === null ? seq > 1 || prev === CHAIN_START.hash : prev === head.hash;
      if (!follows || sha256(before + after) !== hash) {
        faults += 1;
        firstFault ??= seq;
      }
      head = { seq, hash };
    }
    return { paths, lines, faults, firstFault, head };
  });
