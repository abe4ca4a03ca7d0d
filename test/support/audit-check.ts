// What must hold of any audit log, checked without the code that wrote it (DESIGN section 8).
import { join } from 'node:path';
import type { Sandbox } from './sandbox.ts';
import { chainFaults, linesOf, type StoredLine, textsOfLog } from './stored-log.ts';

/** Everything that is wrong with the log; a torn line is none. */
export async function faultsOfLog(sandbox: Sandbox): Promise<string[]> {
  const texts = await textsOfLog(join(sandbox.state, 'audit'));
  return [...chainFaults(texts), ...eventFaults(linesOf(texts))];
}

const STEPS = new Set(['intent', 'change', 'sync', 'log-start', 'install', 'uninstall', 'trust']);

function eventFaults(lines: readonly StoredLine[]): string[] {
  const faults: string[] = [];
  const name = (line: StoredLine): string =>
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
