// The lines of a large text file, from either end, in bounded memory. A file that isn't there has none.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { errorCode } from './replace-file.ts';

const CHUNK = 256 * 1024;

export async function* linesForward(path: string): AsyncIterable<string> {
  const stream = createReadStream(path, { encoding: 'utf8', highWaterMark: CHUNK });
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }))
      yield line;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  } finally {
    stream.destroy();
  }
}

export async function* linesBackward(path: string): AsyncIterable<string> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return;
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
