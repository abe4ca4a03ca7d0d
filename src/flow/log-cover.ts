// Which logs an answer is drawn from: which machines', from when to when.
import { type AuditLine, parseAuditLine } from '../core/audit-record.ts';
import type { LogFiles } from './log-ports.ts';

/** One log by itself: the files of one machine, oldest first, or one file that was collected. */
export interface StoredLog {
  readonly paths: readonly string[];
  readonly files: LogFiles;
}

export interface Cover {
  readonly paths: readonly string[];
  readonly device: string | null;
  readonly first: Pick<AuditLine, 'seq' | 'time'>;
  readonly last: Pick<AuditLine, 'seq' | 'time' | 'hash'>;
}

/** Lines to be looked at for the machine's id: the first lines of a log are about no event. */
const ENOUGH = 20;

export const coverOf = (logs: readonly StoredLog[]): Cover[] =>
  logs
    .flatMap(({ paths, files }) => {
      const first = [...whole(files.forward(), ENOUGH)];
      const last = [...whole(files.back(), 1)][0];
      if (first[0] === undefined || last === undefined) return [];
      return [{ paths, device: first.find(({ device }) => device)?.device ?? null, first: first[0], last }];
    })
    .sort((a, b) => (a.first.time < b.first.time ? -1 : Number(a.first.time > b.first.time)));

/** Of lines that are whole, so many. */
function* whole(texts: Iterable<string>, many: number): Iterable<AuditLine> {
  let left = many;
  for (const text of texts) {
    const line = parseAuditLine(text);
    if (line === null) continue;
    yield line;
    left -= 1;
    if (left === 0) return;
  }
}

/** So that the lines of one machine follow one another, in whatever order its files were named. */
export function sorted(logs: readonly StoredLog[], covers: readonly Cover[]): StoredLog[] {
  const place = new Map(covers.map(({ paths }, index) => [paths, index]));
  return logs.toSorted((a, b) => (place.get(a.paths) ?? 0) - (place.get(b.paths) ?? 0));
}

/** Digits of a hash that make a number: with the same ones, two lines of millions are the same line. */
const DIGITS = 13;

/** Logs that were collected twice have the same lines twice. */
export class Copies {
  private readonly seen: Set<number> | null;

  /** Within one log there are none. */
  constructor(logs: readonly StoredLog[]) {
    this.seen = logs.length > 1 ? new Set() : null;
  }

  isCopy({ hash }: AuditLine): boolean {
    if (this.seen === null) return false;
    const before = this.seen.size;
    this.seen.add(Number.parseInt(hash.slice(0, DIGITS), 16));
    return this.seen.size === before;
  }
}
