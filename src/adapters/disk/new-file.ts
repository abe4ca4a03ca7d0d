// A file that is made, and never overwritten.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Failure } from '../../core/failure.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { diskFailure, errorCode } from './replace-file.ts';

/** Null: something has that name already, be it a symlink to nowhere. */
export async function createFile(
  directory: string,
  name: string,
  text: string,
): Promise<Result<void, Failure> | null> {
  const path = join(directory, name);
  try {
    await writeFile(path, text, { flag: 'wx' });
    return ok(undefined);
  } catch (error) {
    return errorCode(error) === 'EEXIST' ? null : fail(diskFailure(path, error));
  }
}
