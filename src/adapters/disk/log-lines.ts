// The lines of one audit log, over all its files, as it was at one moment: whatever is sealed while somebody reads, no
// line is missed and none comes twice.
import { statSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { linesBackward, linesForward, openIfThere } from './lines.ts';
import { errorCode } from './replace-file.ts';
import { liveSegment, segmentsOf } from './segments.ts';

/** Oldest first. */
export async function* logForward(directory: string): AsyncIterable<string> {
  const live = await openIfThere(liveSegment(directory));
  try {
    const { sealed, unsealed } = await listed(directory, live);
    for (const path of sealed) yield* fileForward(path);
    if (unsealed !== null) yield* linesForward(unsealed);
  } finally {
    await live?.close();
  }
}

/** Newest first. */
export async function* logBackward(directory: string): AsyncIterable<string> {
  const live = await openIfThere(liveSegment(directory));
  try {
    const { sealed, unsealed } = await listed(directory, live);
    if (unsealed !== null) yield* linesBackward(unsealed);
    for (const path of sealed.toReversed()) {
      const file = await openIfThere(path);
      if (file !== null) yield* linesBackward(file);
    }
  } finally {
    await live?.close();
  }
}

/** A file that retention took away meanwhile has no lines any more. */
export async function* fileForward(path: string): AsyncIterable<string> {
  const file = await openIfThere(path);
  if (file !== null) yield* linesForward(file);
}

/** Opened before the others were listed, the live file may have become one of them. */
async function listed(
  directory: string,
  live: FileHandle | null,
): Promise<{ sealed: string[]; unsealed: FileHandle | null }> {
  const sealed = segmentsOf(directory).flatMap(({ path, first }) => (first === null ? [] : [path]));
  const own = (await live?.stat())?.ino;
  return { sealed, unsealed: sealed.some((path) => inode(path) === own) ? null : live };
}

function inode(path: string): number | null {
  try {
    return statSync(path).ino;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
