// The id of this machine: random and stored, never a host's name.
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Failure } from '../../core/failure.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { diskFailure, errorCode, makePrivateDirectory, PRIVATE_FILE, replaceFile } from './replace-file.ts';

const fileIn = (home: string): string => join(home, 'device');

/** Null where there is none that can be read. */
export function storedDevice(home: string): string | null {
  try {
    return readFileSync(fileIn(home), 'utf8').trim() || null;
  } catch {
    return null;
  }
}

/** Without `newDeviceId` none is made: it is empty then. */
export async function readDevice(
  home: string,
  newDeviceId: (() => string) | null,
): Promise<Result<string, Failure>> {
  const file = fileIn(home);
  let isEmpty = false;
  try {
    const known = (await readFile(file, 'utf8')).trim();
    if (known !== '') return ok(known);
    isEmpty = true;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') return fail(diskFailure(file, error));
  }
  if (newDeviceId === null) return ok('');
  const made = await makePrivateDirectory(home);
  if (!made.ok) return made;
  const id = newDeviceId();
  // What a full disk left of it.
  if (isEmpty) {
    const replaced = await replaceFile(file, `${id}\n`);
    return replaced.ok ? ok(id) : replaced;
  }
  try {
    await writeFile(file, `${id}\n`, { flag: 'wx', mode: PRIVATE_FILE });
    return ok(id);
  } catch (error) {
    // Another process was first; its id is the one.
    if (errorCode(error) === 'EEXIST') return ok((await readFile(file, 'utf8')).trim());
    return fail(diskFailure(file, error));
  }
}
