// One file of a log, open: its lines from either end, and from where on they were written at or after some time.
import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';
import { timeOf } from '../../core/log/line-time.ts';
import { LogUnreadable } from '../../flow/log-ports.ts';
import { type Block, blocksBack, blocksForward } from './line-blocks.ts';
import type { Needles } from './needles.ts';
import { diskFailure } from './replace-file.ts';

const PROBE = 8 * 1024;
/** Below this, reading on is as fast as halving. */
const NEAR = 32 * 1024;
const RETURN = 0x0d;

/** A named pipe would keep us waiting for ever. */
export function openPlainFile(path: string): { readonly fd: number; readonly stat: Stats } {
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  const stat = fstatSync(fd);
  if (stat.isFile()) return { fd, stat };
  closeSync(fd);
  throw Object.assign(new Error('no plain file'), { code: stat.isDirectory() ? 'EISDIR' : 'EINVAL' });
}

export class LogSegment {
  readonly path: string;
  private readonly fd: number;
  private readonly size: number;

  /** Throws what the system says where there is no plain file. */
  constructor(path: string) {
    const { fd, stat } = openPlainFile(path);
    this.path = path;
    this.fd = fd;
    this.size = stat.size;
  }

  close(): void {
    closeSync(this.fd);
  }

  *forward(needles: Needles, since: number, chunk: number): Iterable<string> {
    for (const { bytes } of this.blocks(blocksForward(this.fd, this.offsetOf(since), this.size, chunk))) {
      const spans = needles.spans(bytes);
      for (let at = 0; at < spans.length; at += 2) yield textOf(bytes, spans[at] ?? 0, spans[at + 1] ?? 0);
    }
  }

  *back(needles: Needles, since: number, chunk: number): Iterable<string> {
    for (const { bytes } of this.blocks(blocksBack(this.fd, this.offsetOf(since), this.size, chunk))) {
      const spans = needles.spans(bytes);
      for (let at = spans.length - 2; at >= 0; at -= 2)
        yield textOf(bytes, spans[at] ?? 0, spans[at + 1] ?? 0);
    }
  }

  /** Whether the first line that can be read was written before that: then nothing older needs to be looked at. */
  beginsBefore(moment: number): boolean {
    const first = this.lineAfter(0, this.size);
    return first !== null && first.time < moment;
  }

  /** By halving: `time` never goes back within a log. */
  private offsetOf(since: number): number {
    if (since === Number.NEGATIVE_INFINITY) return 0;
    let [low, high] = [0, this.size];
    while (high - low > NEAR) {
      const middle = low + Math.floor((high - low) / 2);
      const line = this.lineAfter(middle, high);
      if (line !== null && line.time < since) low = line.end;
      else high = middle;
    }
    for (const line of this.lines(low, this.size)) if (line.time >= since) return line.start;
    return this.size;
  }

  private lineAfter(start: number, end: number): Line | null {
    for (const line of this.lines(start, end)) return line;
    return null;
  }

  /** Those that can be read. What begins in the middle of one counts for it, where its time is still to come. */
  private *lines(start: number, end: number): Iterable<Line> {
    for (const { bytes, at } of this.blocks(blocksForward(this.fd, start, end, PROBE))) {
      for (let first = 0; first < bytes.length; ) {
        const newline = bytes.indexOf(0x0a, first);
        const last = newline === -1 ? bytes.length : newline;
        const time = timeOf(textOf(bytes, first, last));
        if (time !== null) yield { start: at + first, end: at + last + 1, time };
        first = last + 1;
      }
    }
  }

  /** What goes wrong in the middle of reading travels as it may. */
  private *blocks(blocks: Iterable<Block>): Iterable<Block> {
    try {
      yield* blocks;
    } catch (error) {
      throw error instanceof LogUnreadable ? error : new LogUnreadable(diskFailure(this.path, error));
    }
  }
}

interface Line {
  readonly start: number;
  /** Behind its newline. */
  readonly end: number;
  readonly time: number;
}

const textOf = (bytes: Buffer, start: number, end: number): string =>
  bytes.toString('utf8', start, bytes[end - 1] === RETURN ? end - 1 : end);
