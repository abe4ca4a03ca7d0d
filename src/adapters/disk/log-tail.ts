// What is added to a log from now on, whole lines only: over rotations, and over files that are cut or replaced.
import { closeSync, fstatSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { LogUnreadable } from '../../flow/log-ports.ts';
import { blocksBack, blocksForward } from './line-blocks.ts';
import type { LogSource } from './log-files.ts';
import { openPlainFile } from './log-segment.ts';
import { diskFailure, errorCode } from './replace-file.ts';
import { liveSegment, segmentsOf } from './segments.ts';

/** Milliseconds between two looks: watching a directory fails silently on some file systems. */
const PERIOD = 200;
const CHUNK = 64 * 1024;

/** Ends with the signal. What was there before the call isn't told. */
export function followLogs(sources: readonly LogSource[], signal: AbortSignal): AsyncIterable<string> {
  const tails = sources.map((source) => new Tail(source));
  return (async function* () {
    try {
      while (!signal.aborted) {
        for (const tail of tails) yield* tail.fresh();
        await pause(PERIOD, undefined, { signal }).catch(() => {});
      }
    } finally {
      for (const tail of tails) tail.close();
    }
  })();
}

interface Open {
  readonly fd: number;
  readonly inode: number;
  offset: number;
}

class Tail {
  private readonly source: LogSource;
  private readonly path: string;
  private current: Open | null;

  constructor(source: LogSource) {
    this.source = source;
    this.path = 'file' in source ? source.file : liveSegment(source.directory);
    this.current = this.open(this.path);
    if (this.current === null) return;
    // From the end of the last whole line: the rest of the next one is still to come.
    const { size } = fstatSync(this.current.fd);
    for (const { bytes, at } of blocksBack(this.current.fd, 0, size, CHUNK)) {
      this.current.offset = at + bytes.lastIndexOf(0x0a) + 1;
      break;
    }
  }

  close(): void {
    if (this.current !== null) closeSync(this.current.fd);
    this.current = null;
  }

  *fresh(): Iterable<string> {
    this.current ??= this.open(this.path);
    if (this.current === null) return;
    yield* this.read(this.current);
    if (this.inodeOf(this.path) === this.current.inode) return;
    // It goes by another name now, or by none. Something may have been added to it before that.
    yield* this.read(this.current);
    const next = this.after(this.current.inode);
    this.close();
    for (const path of next) {
      const sealed = this.open(path);
      if (sealed === null) continue;
      yield* this.read(sealed);
      closeSync(sealed.fd);
    }
    this.current = this.open(this.path);
    if (this.current !== null) yield* this.read(this.current);
  }

  /** Whole files that came between that one and the one that grows now. */
  private after(inode: number): readonly string[] {
    if ('file' in this.source) return [];
    const sealed = segmentsOf(this.source.directory).filter(({ first }) => first !== null);
    const at = sealed.findIndex(({ path }) => this.inodeOf(path) === inode);
    return at === -1 ? [] : sealed.slice(at + 1).map(({ path }) => path);
  }

  private *read(open: Open): Iterable<string> {
    const { size } = fstatSync(open.fd);
    if (size < open.offset) open.offset = 0;
    for (const { bytes, at } of blocksForward(open.fd, open.offset, size, CHUNK)) {
      const whole = bytes.lastIndexOf(0x0a) + 1;
      open.offset = at + whole;
      for (const line of bytes.toString('utf8', 0, whole).split(/\r?\n/)) if (line !== '') yield line;
    }
  }

  private open(path: string): Open | null {
    try {
      const { fd, stat } = openPlainFile(path);
      return { fd, inode: stat.ino, offset: 0 };
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      throw new LogUnreadable(diskFailure(path, error));
    }
  }

  private inodeOf(path: string): number | null {
    try {
      return statSync(path).ino;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      throw new LogUnreadable(diskFailure(path, error));
    }
  }
}
