// The empty page that the package carries, the file that a report goes into, and how its log is checked.
import { readFile } from 'node:fs/promises';
import { sha256 } from '../adapters/disk/audit-log.ts';
import { writePage } from '../adapters/disk/page-file.ts';
import type { Failure } from '../core/failure.ts';
import type { Result } from '../core/result.ts';
import type { StoredLog } from '../flow/log-cover.ts';
import { type Proof, proofOf } from '../flow/report-proof.ts';
import { packageFile } from './package-files.ts';

export const emptyPage = (): Promise<string> => readFile(packageFile('dist/report.html'), 'utf8');

export const writeReport = (path: string, text: string): Promise<Result<void, Failure>> =>
  writePage(path, text);

export const prove = (logs: readonly StoredLog[]): Proof[] => proofOf(logs, sha256);
