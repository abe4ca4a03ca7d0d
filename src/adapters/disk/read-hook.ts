// A file where a hook could be, as it lies there, one character a byte.
import { constants } from 'node:fs';
import { access, lstat, readFile, stat } from 'node:fs/promises';
import type { FileFacts } from '../../core/hook-place.ts';
import { errorCode } from './replace-file.ts';

/** Null: there is no such file. One character a byte. */
export async function readBytes(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return null;
    throw error;
  }
}

export async function readHook(path: string): Promise<FileFacts> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return { kind: 'directory' };
    const executable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    return { kind: 'file', text: await readFile(path, 'latin1'), executable };
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ENOTDIR') throw error;
    const link = await lstat(path).catch(() => null);
    return { kind: link === null ? 'absent' : 'dangling' };
  }
}
