// A versioned JSON file: read with care, since a crash, an older or a newer program may have had it before.
import { readFile, rename } from 'node:fs/promises';
import type { Failure } from '../../core/failure.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { diskFailure, errorCode, replaceFile } from './replace-file.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The file's fields; null where there is none or it can't be read as what it should be. An unreadable one is put
 * aside under a name that keeps it for a look, so that the next write doesn't lose it.
 */
export async function readJsonFile(
  path: string,
  version: number,
  isWhole: (fields: Fields) => boolean,
): Promise<Result<Fields | null, Failure>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? ok(null) : fail(diskFailure(path, error));
  }
  const fields = parse(text);
  const found = fields?.['version'];
  if (typeof found === 'number' && found > version) return fail({ code: 'newer-file', path, version: found });
  if (fields !== null && found === version && isWhole(fields)) return ok(fields);
  await rename(path, `${path}.unreadable`).catch(() => {});
  return ok(null);
}

function parse(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Fields) : null;
  } catch {
    return null;
  }
}

export const writeJsonFile = (
  path: string,
  version: number,
  fields: object,
): Promise<Result<void, Failure>> => replaceFile(path, `${JSON.stringify({ version, ...fields })}\n`);
