// A file in blocks of whole lines, from either end, through one buffer that only a very long line makes larger.
import { readSync } from 'node:fs';

/** Whole lines, each with its newline but maybe the last; good until the next block is asked for. */
export interface Block {
  readonly bytes: Buffer;
  /** Where in the file it begins. */
  readonly at: number;
}

/** No line is longer in earnest. Of one that is, this much comes out, so that whoever checks the log sees a fragment. */
const LONGEST = 16 * 1024 * 1024;
const FRAGMENT = 4096;
const NEWLINE = 0x0a;

/** `start` begins a line; `end` is the file's size when reading began: what is added later isn't read. */
export function* blocksForward(fd: number, start: number, end: number, size: number): Iterable<Block> {
  let buffer: Buffer = Buffer.allocUnsafe(size);
  let [position, kept, endless] = [start, 0, false];
  while (position < end) {
    if (kept === buffer.length) {
      if (kept < LONGEST) buffer = Buffer.concat([buffer], Math.min(kept * 4, LONGEST));
      else {
        if (!endless) yield { bytes: buffer.subarray(0, FRAGMENT), at: position - kept };
        [kept, endless] = [0, true];
      }
    }
    const got = readSync(fd, buffer, kept, Math.min(buffer.length - kept, end - position), position);
    position += got;
    const filled = kept + got;
    // A file that was cut while it is read ends here.
    const over = got === 0 || position >= end;
    const first = endless ? buffer.subarray(0, filled).indexOf(NEWLINE) + 1 : 0;
    const whole = over ? filled : buffer.subarray(kept, filled).lastIndexOf(NEWLINE) + 1 + kept;
    if (endless && first === 0) {
      kept = 0;
    } else if (over || whole > kept) {
      endless = false;
      yield { bytes: buffer.subarray(first, whole), at: position - filled + first };
      buffer.copyWithin(0, whole, filled);
      kept = filled - whole;
    } else kept = filled;
    if (got === 0) return;
  }
}

/** The same blocks, the last one first; the lines within each stand in their own order. */
export function* blocksBack(fd: number, start: number, end: number, size: number): Iterable<Block> {
  let buffer: Buffer = Buffer.allocUnsafe(size);
  let [position, kept, endless] = [end, 0, false];
  while (position > start) {
    if (kept === buffer.length) {
      if (kept < LONGEST) buffer = grownAtFront(buffer, Math.min(kept * 4, LONGEST));
      else [kept, endless] = [0, true];
    }
    const wanted = Math.min(buffer.length - kept, position - start);
    const at = buffer.length - kept - wanted;
    if (!readWhole(fd, buffer, at, wanted, position - wanted)) return;
    position -= wanted;
    // Of a line that is too long, its beginning is what comes out, as on the way forward.
    let bytes = buffer.subarray(at);
    if (endless) bytes = withoutEnd(bytes);
    const first = position === start ? 0 : bytes.indexOf(NEWLINE) + 1;
    if (position > start && first === 0) {
      kept = endless ? 0 : bytes.length;
      continue;
    }
    endless = false;
    yield { bytes: bytes.subarray(first), at: position + first };
    kept = Math.max(0, first - 1);
    bytes.copy(buffer, buffer.length - kept, 0, kept);
  }
}

/** What stands at the end is the beginning of a line that is too long. */
function withoutEnd(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.lastIndexOf(NEWLINE) + 1 + FRAGMENT);
}

function grownAtFront(buffer: Buffer, length: number): Buffer {
  const grown = Buffer.allocUnsafe(length);
  buffer.copy(grown, length - buffer.length);
  return grown;
}

/** False: the file was cut meanwhile. */
function readWhole(fd: number, buffer: Buffer, at: number, length: number, position: number): boolean {
  for (let done = 0; done < length; ) {
    const got = readSync(fd, buffer, at + done, length - done, position + done);
    if (got === 0) return false;
    done += got;
  }
  return true;
}
