// Replaces a small file whole and durably: after a crash there is the old one or the new one, never a part.
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Failure } from '../../core/failure.ts';
import { fail, ok, type Result } from '../../core/result.ts';

/** Our files are the person's alone. */
export const PRIVATE_FILE = 0o600;
export const PRIVATE_DIRECTORY = 0o700;

export async function replaceFile(
  path: string,
  content: string | Buffer,
  mode = PRIVATE_FILE,
): Promise<Result<void, Failure>> {
  const temporary = `${path}.${process.pid}.new`;
  try {
    const file = await open(temporary, 'w', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncDirectory(dirname(path));
    return ok(undefined);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    return fail(diskFailure(path, error));
  }
}

/** A rename is durable only once its directory is (not a thing on Windows, where a directory can't be opened). */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

export async function makePrivateDirectory(path: string): Promise<Result<void, Failure>> {
  try {
    await mkdir(path, { recursive: true, mode: PRIVATE_DIRECTORY });
    return ok(undefined);
  } catch (error) {
    return fail(diskFailure(path, error));
  }
}

/** Stands where the system's own word for what is wrong would. */
export const FOREIGN = 'foreign';

export function diskFailure(path: string, error: unknown): Failure {
  const code = errorCode(error);
  return { code: 'disk', path, problem: code ?? (error instanceof Error ? error.message : String(error)) };
}

export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
