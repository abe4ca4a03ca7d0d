// Reads the one JSON file the directory is kept in, and replaces it in one step.
import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Outcome, ServeFailure } from './failure.ts';
import { fileVersion, shapeOf } from './file-shape.ts';
import { type Contents, isObject } from './records.ts';

/** The value is null where there is no file yet. */
export function readContents(path: string): Outcome<Contents | null, ServeFailure> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (isObject(error) && error['code'] === 'ENOENT') return { ok: true, value: null };
    return { ok: false, failure: { code: 'disk', path, problem: problemOf(error) } };
  }
  const shape = shapeOf(text);
  switch (shape.kind) {
    case 'contents':
      return { ok: true, value: shape.contents };
    case 'newer':
      return { ok: false, failure: { code: 'newer-file', path, version: shape.version } };
    case 'corrupt':
      return { ok: false, failure: { code: 'corrupt-file', path, problem: shape.problem } };
  }
}

/** Whoever reads the file, and whoever finds it after a crash, sees all of the old or all of the new. */
export function writeContents(path: string, contents: Contents): Outcome<null, ServeFailure> {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    const opened = openSync(draft, 'wx', 0o600);
    try {
      writeFileSync(opened, `${JSON.stringify({ version: fileVersion, ...contents }, null, 2)}\n`);
      fsyncSync(opened);
    } finally {
      closeSync(opened);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    return { ok: false, failure: { code: 'disk', path, problem: problemOf(error) } };
  }
  keepName(dirname(path));
  return { ok: true, value: null };
}

/** The rename itself lives in the folder; Windows can't open one, and there the new name is kept anyway. */
function keepName(folder: string): void {
  try {
    const opened = openSync(folder, 'r');
    try {
      fsyncSync(opened);
    } finally {
      closeSync(opened);
    }
  } catch {
    // The new file is in place and readable: nothing a caller could do better.
  }
}

const problemOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
