// A log as it would stand on somebody's disk, made of fields alone: for tests of those who read it.
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type AuditFields, CHAIN_START, type ChainEnd, seal } from '../../src/core/audit-record.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export class StoredLog {
  private end: ChainEnd = CHAIN_START;
  /** Written up to now, oldest first. */
  readonly lines: string[] = [];

  /** Each line is written when it happened, or a second after the one before. */
  append(path: string, ...all: readonly AuditFields[]): void {
    mkdirSync(dirname(path), { recursive: true });
    for (const fields of all) {
      const sealed = seal(fields, { time: fields.at, version: '1.0.0' }, this.end, sha256);
      this.end = sealed.end;
      this.lines.push(sealed.text);
      appendFileSync(path, `${sealed.text}\n`);
    }
  }
}

export const REPO = 'github.com/acme/payments';

/** The lines of one switch that gives `name`, some milliseconds apart, from `at` on. */
export function switchLines(
  event: string,
  at: number,
  branch: string,
  more: Partial<AuditFields> = {},
): AuditFields[] {
  const time = (later: number): string => new Date(at + later).toISOString();
  const common = {
    event,
    repo: REPO,
    branch,
    worktree: '/home/alice/payments',
    device: 'device-1',
    mode: 'enforce',
    subject: 'alice@acme.example',
    subjectId: 'id-alice',
    policy: 'c0ffee',
    rulesBlob: 'b10b',
  } as const;
  const change = {
    ...common,
    op: 'add',
    target: 'group',
    name: 'jit-release',
    targetId: 'group-1',
    before: 'absent',
    lease: `lease-${event}`,
    rules: ['release'],
  } as const;
  const lease = { id: `lease-${event}`, branch, rules: ['release'], expires: at + 3_600_000 };
  return [
    { kind: 'switch', at: time(0), ...common, from: 'main' },
    { kind: 'intent', at: time(10), ...change },
    {
      kind: 'change',
      at: time(80),
      ...change,
      outcome: 'applied',
      verified: 'confirmed',
      status: 200,
      requestId: `request-${event}`,
      attempts: 1,
      ms: 70,
      ...more,
    },
    {
      kind: 'sync',
      at: time(90),
      ...common,
      outcome: 'applied',
      ms: 90,
      lease: lease.id,
      // Of a lease, what reading needs.
      leases: [lease] as unknown as NonNullable<AuditFields['leases']>,
      ...(more.outcome === undefined ? {} : { outcome: more.outcome }),
      ...(more.reason === undefined ? {} : { reason: more.reason }),
    },
  ];
}
