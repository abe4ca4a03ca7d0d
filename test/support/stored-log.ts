// The files of an audit log as anybody would read them, and what is wrong with their chain: checked without the code
// that wrote them (DESIGN section 8).
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export type StoredLine = Record<string, unknown>;

const GENESIS = '0'.repeat(64);

/** JCS, written a second time on purpose. */
function jcs(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jcs)}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${jcs(member)}`)}}`;
}

/** Names, oldest first; the live one comes last. */
export async function filesOfLog(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => /^audit\.(\d+\.)?jsonl$/.test(name)).sort();
}

/** All there is, oldest first: what is between newlines, torn or whole. */
export async function textsOfLog(directory: string): Promise<string[]> {
  const files = await Promise.all(
    (await filesOfLog(directory)).map((name) => readFile(join(directory, name), 'utf8').catch(() => '')),
  );
  return files.flatMap((file) => file.split('\n').filter((text) => text !== ''));
}

export const linesOf = (texts: readonly string[]): StoredLine[] =>
  texts.flatMap((text): StoredLine[] => {
    try {
      return [JSON.parse(text) as StoredLine];
    } catch {
      return [];
    }
  });

export const linesOfLog = async (directory: string): Promise<StoredLine[]> =>
  linesOf(await textsOfLog(directory));

/** A torn line is no fault; nor is a beginning that retention dropped, where a line says so. */
export function chainFaults(texts: readonly string[]): string[] {
  const lines = linesOf(texts);
  const faults: string[] = [];
  const first = Number(lines[0]?.['seq'] ?? 1);
  const drop = lines.findLast((line) => line['dropped'] !== undefined);
  const isDropped = first > 1 && drop?.['dropped'] === first - 1;
  let seq = isDropped ? first - 1 : 0;
  let prev = isDropped ? drop['droppedHash'] : GENESIS;
  let time = '';
  for (const line of lines) {
    const { hash, ...body } = line;
    seq += 1;
    if (line['seq'] !== seq) faults.push(`line ${seq} has seq ${line['seq']}`);
    if (line['prev'] !== prev) faults.push(`line ${seq} does not follow the one before`);
    if (createHash('sha256').update(jcs(body)).digest('hex') !== hash)
      faults.push(`line ${seq} has another hash`);
    if (String(line['time']) < time) faults.push(`line ${seq} was written before the one before`);
    prev = hash;
    time = String(line['time']);
  }
  const stored = new Set(texts);
  for (const line of lines) if (!stored.has(jcs(line))) faults.push(`line ${line['seq']} is not in JCS form`);
  return faults;
}
