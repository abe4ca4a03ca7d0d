// An audit log that has grown: lines of a megabyte, chained to those that are there, until a file is full.
import { createHash } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHAIN_START, seal } from '../../src/core/audit-record.ts';
import { linesOfLog } from './stored-log.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** `size`: bytes that are written. */
export async function growLog(directory: string, size: number): Promise<void> {
  const last = (await linesOfLog(directory)).at(-1);
  const time = String(last?.['time'] ?? new Date(0).toISOString());
  let end = last === undefined ? CHAIN_START : { seq: Number(last['seq']), hash: String(last['hash']) };
  for (let written = 0; written < size; ) {
    const fields = { kind: 'trust', at: time, repo: 'x'.repeat(1024 * 1024) } as const;
    const sealed = seal(fields, { time, version: '0.0.0-test' }, end, sha256);
    await appendFile(join(directory, 'audit.jsonl'), `${sealed.text}\n`);
    end = sealed.end;
    written += sealed.text.length + 1;
  }
}
