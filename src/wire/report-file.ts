// The empty page that the package carries, and the file that a report goes into.
import { readFile } from 'node:fs/promises';
import { writePage } from '../adapters/disk/page-file.ts';
import type { Failure } from '../core/failure.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { packageFile } from './package-files.ts';

export async function emptyPage(): Promise<Result<string, Failure>> {
  const path = packageFile('dist/report.html');
  try {
    return ok(await readFile(path, 'utf8'));
  } catch {
    return fail({ code: 'bundle-missing', path });
  }
}

export const writeReport = (path: string, text: string): Promise<Result<void, Failure>> =>
  writePage(path, text);
