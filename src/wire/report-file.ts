// The empty page that the package carries, the file that a report goes into, and how its log is checked.
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writePage } from '../adapters/disk/page-file.ts';
import type { Failure } from '../core/failure.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { StoredLog } from '../flow/log-cover.ts';
import { type Proof, proofOf } from '../flow/report-proof.ts';
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

export const prove = (logs: readonly StoredLog[]): Proof[] => proofOf(logs, (text) => hash('sha256', text));
