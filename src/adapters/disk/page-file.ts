// Writes a file that somebody named: over what is there, as they expect, but whole or not at all.
import { realpath, stat, writeFile } from 'node:fs/promises';
import type { Failure } from '../../core/failure.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { diskFailure, errorCode, PRIVATE_FILE, replaceFile } from './replace-file.ts';

/**
 * A new file is the person's alone: who else may read it is theirs to say. One that is there keeps its mode, a link
 * leads to the file, and a pipe or a terminal is written to as such.
 */
export async function writePage(path: string, text: string): Promise<Result<void, Failure>> {
  try {
    const there = await stat(path).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return null;
      throw error;
    });
    if (there === null) return await replaceFile(path, text, PRIVATE_FILE);
    if (there.isDirectory()) return fail({ code: 'disk', path, problem: 'EISDIR' });
    if (there.isFile()) return await replaceFile(await realpath(path), text, there.mode & 0o777);
    await writeFile(path, text);
    return ok(undefined);
  } catch (error) {
    return fail(diskFailure(path, error));
  }
}
