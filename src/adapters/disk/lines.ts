// The lines of a large text file, from either end, in bounded memory.
import { type FileHandle, open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { errorCode } from './replace-file.ts';

const CHUNK = 256 * 1024;

/** Null: there is none. */
export const openIfThere = (path: string): Promise<FileHandle | null> =>
  open(path, 'r').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  });

/** Closes the file, as below. */
export async function* linesForward(file: FileHandle): AsyncIterable<string> {
  const stream = file.createReadStream({ start: 0, encoding: 'utf8', highWaterMark: CHUNK });
  try {
    yield* createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  } finally {
    stream.destroy();
    await file.close();
  }
}

export async function* linesBackward(file: FileHandle): AsyncIterable<string> {
  try {
    let end = (await file.stat()).size;
    // Bytes, not text: a chunk may begin inside a character.
    let rest = Buffer.alloc(0);
    while (end > 0) {
      const start = Math.max(0, end - CHUNK);
      const chunk = Buffer.alloc(end - start);
      await file.read(chunk, 0, chunk.length, start);
      const bytes = Buffer.concat([chunk, rest]);
      const first = start === 0 ? -1 : bytes.indexOf(0x0a);
      if (start > 0 && first === -1) {
        rest = bytes;
      } else {
        const whole = bytes
          .subarray(first + 1)
          .toString('utf8')
          .split('\n');
        for (const line of whole.reverse()) if (line !== '') yield line;
        rest = bytes.subarray(0, Math.max(first, 0));
      }
      end = start;
    }
    if (rest.length > 0) yield rest.toString('utf8');
  } finally {
    await file.close();
  }
}
