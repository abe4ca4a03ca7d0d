// What one durable line of the audit log takes, and whether many writers that are killed at random break its chain.
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openAuditLog } from '../src/adapters/disk/audit-log.ts';
import type { AuditFields } from '../src/core/audit-record.ts';
import { chaos } from '../test/support/log-chaos.ts';
import { type Figure, median } from './figure.ts';

const ROUNDS = 1_000;
const LINES = 10_000;

/** As long as lines are. */
const line = (n: number): AuditFields => ({
  kind: 'sync',
  at: new Date().toISOString(),
  branch: `release/${n}`,
  repo: 'github.com/acme/payments',
  subject: 'alice@acme.example',
  event: 'x'.repeat(500),
});

export async function benchAppend(): Promise<Figure[]> {
  const home = mkdtempSync(join(tmpdir(), 'scim-hook-bench-'));
  try {
    const log = openAuditLog(home, { now: Date.now }, '0.0.0-bench');
    const fd = openSync(join(home, 'bare'), 'a');
    const bytes = Buffer.from(`${JSON.stringify(line(0))}\n`);
    const times = { ours: [] as number[], bare: [] as number[] };
    for (let round = -20; round < ROUNDS; round += 1) {
      const started = performance.now();
      const done = await log.append([line(round)]);
      const between = performance.now();
      writeSync(fd, bytes);
      fdatasyncSync(fd);
      if (!done.ok) throw new Error(JSON.stringify(done.failure));
      if (round < 0) continue;
      times.ours.push(between - started);
      times.bare.push(performance.now() - between);
    }
    closeSync(fd);
    const torn = await chaos(home, { writers: 8, lines: LINES, limit: 1_000_000, root: resolve() });
    const many = `8 writers, ${torn.lines} lines, ${torn.killed} × kill -9, ${torn.files} files`;
    return [
      {
        name: 'append under lock with fdatasync, p50',
        value: median(times.ours),
        target: 3,
        unit: 'ms',
        note: `of ${ROUNDS}; a bare write and fdatasync: ${median(times.bare).toFixed(2)} ms`,
      },
      { name: 'breaks of the chain', value: torn.faults.length, target: 0, unit: '', note: many },
    ];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
