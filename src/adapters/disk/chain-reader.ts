// Reads the stored lines of a log for a check of it: what was hashed is what stands there without `hash`, to the byte, so
// only a line in another spelling is parsed.
import { hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import type { Failure } from '../../core/failure.ts';
import { beforeHash, HASH_LENGTH, LONGEST_SHAPED, shapedLine, shapeOf } from '../../core/log/line-shape.ts';
import { isCutOff, type Place, type StoredLine, storedLine } from '../../core/log/stored-line.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { LineReader, LogFile } from '../../flow/proof-ports.ts';
import { diskFailure } from './replace-file.ts';

const CHUNK = 512 * 1024;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** What a decoder leaves of bytes that are no UTF-8. */
const UNREADABLE = '\ufffd';

export const sha256Hex = (text: string | Uint8Array): string => hash('sha256', text);

/** All lines of these files. The last one may still grow, and be given another name: it is opened first. */
export function readLog(
  files: readonly LogFile[],
  reader: LineReader,
  began: (file: LogFile) => void,
): Result<void, Failure> {
  let path = files.at(-1)?.path ?? '';
  let last: number | null = null;
  try {
    last = path === '' ? null : openSync(path, 'r');
    for (const [index, file] of files.entries()) {
      path = file.path;
      began(file);
      if (index === files.length - 1 && last !== null) readOpened(last, path, reader);
      else readStoredLines(path, reader);
    }
    return ok(undefined);
  } catch (error) {
    return fail(diskFailure(path, error));
  } finally {
    if (last !== null) closeSync(last);
  }
}

/** As far as one read goes. Throws what the disk says. */
export function firstLine(file: string): string {
  const fd = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(64 * 1024);
    const [line = ''] = bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, 0)).split('\n');
    return line;
  } finally {
    closeSync(fd);
  }
}

/** All lines of one file, in their order. Throws what the disk says. */
export function readStoredLines(file: string, reader: LineReader): void {
  const fd = openSync(file, 'r');
  try {
    readOpened(fd, file, reader);
  } finally {
    closeSync(fd);
  }
}

function readOpened(fd: number, file: string, reader: LineReader): void {
  let buffer = Buffer.allocUnsafe(CHUNK);
  let kept = 0;
  let line = 0;
  for (;;) {
    if (kept === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
    const read = readSync(fd, buffer, kept, buffer.length - kept, null);
    if (read === 0) break;
    const filled = buffer.subarray(0, kept + read);
    let start = 0;
    // What was kept has no newline in it.
    for (let end = filled.indexOf(NEWLINE, kept); end !== -1; end = filled.indexOf(NEWLINE, start)) {
      line += 1;
      take(filled, start, end, { file, line }, reader);
      start = end + 1;
    }
    buffer.copyWithin(0, start, filled.length);
    kept = filled.length - start;
  }
  if (kept > 0) take(buffer, 0, kept, { file, line: line + 1 }, reader);
}

function take(bytes: Buffer, start: number, lineEnd: number, place: Place, reader: LineReader): void {
  const end = lineEnd > start && bytes[lineEnd - 1] === RETURN ? lineEnd - 1 : lineEnd;
  if (end === start) return;
  const text = bytes.toString('utf8', start, end);
  const line = quick(bytes, start, end, text, place) ?? storedLine(text, place, sha256Hex);
  if (line !== null) reader.line(line);
  else reader.fragment(isCutOff(text) ? 'torn' : 'garbage', place, text);
}

/** Null where a parser must look. The bytes of the line are of no use to anybody after this. */
function quick(bytes: Buffer, start: number, end: number, text: string, place: Place): StoredLine | null {
  if (end - start > LONGEST_SHAPED) return null;
  const shape = shapeOf(text);
  if (shape === null) return null;
  const isAscii = text.length === end - start;
  if (!isAscii && text.includes(UNREADABLE)) return null;
  const before = isAscii ? beforeHash(shape).length : Buffer.byteLength(beforeHash(shape));
  // What stands before the hash is moved up to what stands behind it.
  bytes.copyWithin(start + HASH_LENGTH, start, start + before);
  return shapedLine(shape, sha256Hex(bytes.subarray(start + HASH_LENGTH, end)), place);
}
