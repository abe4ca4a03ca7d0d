// What must hold of any audit log, checked without the code that wrote it (DESIGN section 8).
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sandbox } from './sandbox.ts';

type Line = Record<string, unknown>;

/** JCS, written a second time on purpose. */
function jcs(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jcs)}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${jcs(member)}`)}}`;
}

/** Everything that is wrong with the log; a torn line is none. */
export async function faultsOfLog(sandbox: Sandbox): Promise<string[]> {
  const texts = (await readFile(join(sandbox.state, 'audit', 'audit.jsonl'), 'utf8')).split('\n');
  const lines = texts.flatMap((text): Line[] => {
    try {
      return [JSON.parse(text) as Line];
    } catch {
      return [];
    }
  });
  return [...chainFaults(lines, texts), ...eventFaults(lines)];
}

function chainFaults(lines: readonly Line[], texts: readonly string[]): string[] {
  const faults: string[] = [];
  let prev = '0'.repeat(64);
  lines.forEach((line, index) => {
    const { hash, ...body } = line;
    if (line['seq'] !== index + 1) faults.push(`line ${index + 1} has seq ${line['seq']}`);
    if (line['prev'] !== prev) faults.push(`line ${index + 1} does not follow the one before`);
    if (createHash('sha256').update(jcs(body)).digest('hex') !== hash)
      faults.push(`line ${index + 1} has another hash`);
    if (!texts.includes(jcs(line))) faults.push(`line ${index + 1} is not in JCS form`);
    prev = String(hash);
  });
  return faults;
}

const STEPS = new Set(['intent', 'change', 'sync', 'log-start', 'install', 'uninstall', 'trust']);

function eventFaults(lines: readonly Line[]): string[] {
  const faults: string[] = [];
  const name = (line: Line): string =>
    `${line['kind']} ${line['op'] ?? ''} ${line['name'] ?? line['branch']}`;
  for (const event of new Set(lines.flatMap((line) => line['event'] ?? []))) {
    const own = lines.filter((line) => line['event'] === event);
    const told = own.filter((line) => !STEPS.has(String(line['kind'])));
    const closed = own.filter((line) => line['kind'] === 'sync' && line['outcome'] !== 'pending');
    if (told.length !== 1) faults.push(`event ${own.map(name)} has ${told.length} lines of its own`);
    if (closed.length !== 1) faults.push(`event ${own.map(name)} has ${closed.length} closing lines`);
    own.forEach((line, index) => {
      if (line['kind'] !== 'intent') return;
      const answered = own
        .slice(index)
        .some(
          (other) =>
            other['kind'] === 'change' && other['op'] === line['op'] && other['name'] === line['name'],
        );
      if (!answered) faults.push(`${name(line)} has no change line`);
    });
  }
  return faults;
}
