// An audit log in a temporary directory, with lines that a test names.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAuditLog } from '../../src/adapters/disk/audit-log.ts';
import { openShipLog } from '../../src/adapters/disk/ship-log.ts';
import type { AuditFields, AuditLine } from '../../src/core/audit-record.ts';
import { startingAt } from '../../src/core/ship/position.ts';
import type { Stored } from '../../src/flow/ship-ports.ts';

export const BEGIN = Date.parse('2026-11-23T18:00:00Z');

/** A closing line of a branch that a rule matches. */
export const closing = (branch: string, more: Partial<AuditFields> = {}): AuditFields => ({
  kind: 'sync',
  at: new Date(BEGIN).toISOString(),
  event: `event-${branch}`,
  device: 'd-1',
  repo: 'github.com/acme/payments',
  branch,
  subject: 'alice@acme.example',
  subjectId: 'u-alice',
  outcome: 'applied',
  rules: ['release'],
  ...more,
});

export class LogHome implements AsyncDisposable {
  readonly home = mkdtempSync(join(tmpdir(), 'scim-hook-ship-'));
  now = BEGIN;

  get directory(): string {
    return join(this.home, 'audit');
  }

  get file(): string {
    return join(this.directory, 'audit.jsonl');
  }

  /** Each a second later than the one before. */
  async append(...lines: readonly AuditFields[]): Promise<void> {
    const clock = { now: () => this.now++ };
    this.now += 999;
    const written = await openAuditLog(this.home, clock, '0.1.0').append(lines);
    if (!written.ok) throw new Error(written.failure.code);
  }

  stored(): Stored[] {
    return [...openShipLog(this.directory).after(startingAt(0))];
  }

  lines(): AuditLine[] {
    return this.stored().map(({ line }) => line);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.home, { recursive: true, force: true });
  }
}
