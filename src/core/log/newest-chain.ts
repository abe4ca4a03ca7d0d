// Whether the newest lines of a log hang together: a quick look, where `log verify` takes a thorough one.
import { isIntact, parseAuditLine, type Sha256 } from '../audit-record.ts';

export interface NewestChain {
  /** Lines that were looked at. */
  readonly lines: number;
  /** The `seq` of the newest line that isn't what was written, or doesn't follow the one before; null: all is well. */
  readonly broken: number | null;
}

/** `newest`: stored lines, the newest first. What was torn by a crash is passed over, as the chain itself does. */
export function newestChain(newest: Iterable<string>, most: number, sha256: Sha256): NewestChain {
  let lines = 0;
  let after: { readonly seq: number; readonly prev: string } | null = null;
  for (const text of newest) {
    const line = parseAuditLine(text);
    if (line === null) continue;
    if (after !== null && (after.prev !== line.hash || after.seq !== line.seq + 1))
      return { lines, broken: after.seq };
    if (!isIntact(line, sha256)) return { lines, broken: line.seq };
    after = line;
    lines += 1;
    if (lines === most) break;
  }
  return { lines, broken: null };
}
