// Writers of one audit log that are killed at random, and followed by others: what they leave must be one whole chain.
// Nothing but the log's own lock is between them.
import { join } from 'node:path';
import { Process, program } from '../adapters/processes.ts';
import { chainFaults, filesOfLog, linesOf, textsOfLog } from './stored-log.ts';

const WRITER = `
import { openAuditLog } from './src/adapters/disk/audit-log.ts';
const [, , home, name, limit] = process.argv;
const audit = openAuditLog(home, { now: Date.now }, '0.0.0-test', { limit: Number(limit), patience: 60_000 });
const line = (n) => ({ kind: 'sync', at: new Date().toISOString(), branch: name + '/' + n, event: 'x'.repeat((n * 997) % 900) });
(async () => {
  for (let n = 0; ; n += 4) {
    const done = await audit.append([line(n), line(n + 1), line(n + 2), line(n + 3)]);
    if (!done.ok) process.exit(1);
    console.log(n + 4);
  }
})();
`;

export interface Chaos {
  readonly lines: number;
  readonly files: number;
  readonly killed: number;
  /** What is between newlines and no line: a kill cut it off. */
  readonly torn: number;
  /** Of the chain, and of what writers were told is durable. */
  readonly faults: readonly string[];
}

export interface ChaosOptions {
  readonly writers: number;
  /** Ends once this many are durable. */
  readonly lines: number;
  /** Bytes at which a file is sealed. */
  readonly limit: number;
  /** The package's, where it isn't above this file. */
  readonly root?: string;
}

export async function chaos(home: string, { writers, lines, limit, root }: ChaosOptions): Promise<Chaos> {
  const script = await program(home, WRITER, root);
  const durable = new Map<string, number>();
  let total = 0;
  let killed = 0;
  const slot = async (place: number): Promise<void> => {
    for (let life = 0; total < lines; life += 1) {
      const name = `${place}-${life}`;
      await using writer = new Process(script, home, name, String(limit));
      for (let left = 1 + Math.floor(Math.random() * 60); left > 0 && total < lines; left -= 1) {
        const said = await writer.line();
        if (said === null) throw new Error(`writer ${name} gave up`);
        total += Number(said) - (durable.get(name) ?? 0);
        durable.set(name, Number(said));
      }
      // In the middle of the next append, most likely.
      killed += 1;
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, place) => slot(place)));
  const directory = join(home, 'audit');
  const texts = await textsOfLog(directory);
  const whole = linesOf(texts);
  return {
    lines: whole.length,
    files: (await filesOfLog(directory)).length,
    killed,
    torn: texts.length - whole.length,
    faults: [...chainFaults(texts), ...lossesOf(whole, durable)],
  };
}

/** Of each writer its lines are there, once each and in their order, as far as it was told that they are durable. */
function lossesOf(lines: readonly Record<string, unknown>[], durable: ReadonlyMap<string, number>): string[] {
  const written = new Map<string, number[]>();
  for (const line of lines) {
    const [name = '', n] = String(line['branch']).split('/');
    written.set(name, [...(written.get(name) ?? []), Number(n)]);
  }
  return [...durable].flatMap(([name, count]) => {
    const own = written.get(name) ?? [];
    const right = own.length >= count && own.every((n, index) => n === index);
    return right ? [] : [`of ${name} ${own.length} lines are there, ${count} were durable`];
  });
}
