// Signed checkpoints beside the log they are of: a text and its signature each, which are made and never replaced.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure } from '../../core/failure.ts';
import { checkpointName } from '../../core/log/checkpoint.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { KeptCheckpoint } from '../../flow/proof-ports.ts';
import { diskFailure, errorCode, makePrivateDirectory, replaceFile } from './replace-file.ts';

const PLACE = 'checkpoints';
const SUFFIX = '.checkpoint';

/** Oldest first. `directory`: the log's. */
export function keptCheckpoints(directory: string): Result<KeptCheckpoint[], Failure> {
  const place = join(directory, PLACE);
  try {
    const names = readdirSync(place).filter((name) => name.endsWith(SUFFIX));
    return ok(names.sort().map((name) => readCheckpoint(join(place, name))));
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? ok([]) : fail(diskFailure(place, error));
  }
}

export const readCheckpoint = (path: string): KeptCheckpoint => ({
  path,
  text: readFileSync(path, 'utf8'),
  signature: signatureOf(path),
});

function signatureOf(path: string): string | null {
  try {
    return readFileSync(`${path}.sig`, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** The one of this line, if there is one already. */
export function checkpointAt(directory: string, seq: number): KeptCheckpoint | null {
  try {
    return readCheckpoint(join(directory, PLACE, checkpointName(seq)));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Its path. The signature comes first: a checkpoint that is there has one. */
export async function keepCheckpoint(
  directory: string,
  seq: number,
  text: string,
  signature: string,
): Promise<Result<string, Failure>> {
  const place = join(directory, PLACE);
  const path = join(place, checkpointName(seq));
  const made = await makePrivateDirectory(place);
  if (!made.ok) return made;
  const signed = await replaceFile(`${path}.sig`, signature);
  if (!signed.ok) return signed;
  const kept = await replaceFile(path, text);
  return kept.ok ? ok(path) : kept;
}
