// A file that another system made of our lines, or a checkpoint with its signature beside it.
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import type { Failure } from '../../core/failure.ts';
import { arrivedLines } from '../../core/log/arrived-lines.ts';
import { isCheckpoint } from '../../core/log/checkpoint.ts';
import type { StoredLine } from '../../core/log/stored-line.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Brought } from '../../flow/proof-ports.ts';
import { readStoredLines, sha256Hex } from './chain-reader.ts';
import { readCheckpoint } from './checkpoints.ts';
import { diskFailure } from './replace-file.ts';

/** A document over many lines is read whole, if it isn't larger than this. */
const LARGEST_DOCUMENT = 256 * 1024 * 1024;

export function bring(path: string, line: (line: StoredLine) => void): Result<Brought, Failure> {
  try {
    if (isCheckpoint(beginningOf(path))) return ok({ is: 'checkpoint', kept: readCheckpoint(path) });
    let count = 0;
    const told = (each: StoredLine): void => {
      count += 1;
      line(each);
    };
    readStoredLines(path, {
      line: told,
      fragment: (_, place, text) => arrivedLines(text, place, sha256Hex).forEach(told),
    });
    if (count === 0 && statSync(path).size <= LARGEST_DOCUMENT)
      arrivedLines(readFileSync(path, 'utf8'), { file: path, line: 1 }, sha256Hex).forEach(told);
    return count === 0 ? fail({ code: 'no-lines', path }) : ok({ is: 'lines' });
  } catch (error) {
    return fail(diskFailure(path, error));
  }
}

function beginningOf(path: string): string {
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(64);
    return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(fd);
  }
}
