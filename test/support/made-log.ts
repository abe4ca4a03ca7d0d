// An audit log as a machine would have written it, sealed line by line, of as many switches as a test wants.
import { createHash } from 'node:crypto';
import { type AuditFields, CHAIN_START, seal } from '../../src/core/audit-record.ts';
import type { Lease } from '../../src/core/lease.ts';

export const ENDPOINT = 'https://idp.example.com/scim/v2';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Writes the lines of one machine; each call is one thing that happened. */
export class LogMaker {
  readonly device: string;
  readonly lines: string[] = [];
  private end = CHAIN_START;
  private count = 0;
  private readonly repo: string;
  private readonly subject: string;

  constructor(subject: string, device: string, repo = 'github.com/acme/payments') {
    this.subject = subject;
    this.device = device;
    this.repo = repo;
    this.write({ kind: 'log-start', at: '2026-01-01T00:00:00.000Z' }, Date.parse('2026-01-01T00:00:00Z'));
  }

  get text(): string {
    return `${this.lines.join('\n')}\n`;
  }

  id(): string {
    this.count += 1;
    const digits = createHash('md5').update(`${this.device} ${this.count}`).digest('hex');
    return `01975c2e-${digits.slice(0, 4)}-7${digits.slice(4, 7)}-8${digits.slice(7, 10)}-${digits.slice(10, 22)}`;
  }

  /** `written`: when; a line that came late was written long after. */
  write(fields: AuditFields, written = Date.parse(fields.at)): void {
    const stamp = { time: new Date(written).toISOString(), version: '0.1.0' };
    const sealed = seal(fields, stamp, this.end, sha256);
    this.end = sealed.end;
    this.lines.push(sealed.text);
  }

  /** An event's own line; the event's id comes back. */
  event(at: number, fields: Partial<AuditFields> & Pick<AuditFields, 'kind'>): string {
    const event = this.id();
    this.write({ ...this.common(at), event, worktree: '/home/alice/payments', ...fields });
    return event;
  }

  change(
    at: number,
    event: string,
    fields: Partial<AuditFields>,
    how: 'both' | 'intent' | 'change' = 'both',
  ): void {
    const all = {
      ...this.common(at),
      event,
      worktree: '/home/alice/payments',
      endpoint: ENDPOINT,
      target: 'group' as const,
      targetId: `id-of-${fields.name}`,
      before: 'absent' as const,
      managed: false,
      rules: ['release'],
      ...fields,
    };
    const { outcome: _, reason: __, verified: ___, status: ____, ...intent } = all;
    if (how !== 'change') this.write({ ...intent, kind: 'intent' });
    if (how === 'intent') return;
    const moment = new Date(at + 84).toISOString();
    this.write({
      attempts: 1,
      ms: 84,
      status: 200,
      ...all,
      at: moment,
      kind: 'change',
      requestId: `r-${event.slice(9, 18)}`,
    });
  }

  sync(at: number, event: string, fields: Partial<AuditFields>): void {
    this.write({ ...this.common(at + 120), event, ms: 640, ...fields, kind: 'sync' });
  }

  lease(id: string, event: string, branch: string, at: number, name: string): Lease {
    return {
      id,
      endpoint: ENDPOINT,
      subject: this.subject,
      subjectId: `u-${this.subject}`,
      device: this.device,
      repo: this.repo,
      commonDir: '/home/alice/payments/.git',
      worktree: { gitDir: '/home/alice/payments/.git', path: '/home/alice/payments' },
      branch,
      rules: ['release'],
      until: 'switch',
      lifetime: 8 * 3_600_000,
      by: 'checkout',
      granted: at,
      expires: at + 8 * 3_600_000,
      event,
      policy: {
        commit: '9d59409a1f0c2d3e9d59409a1f0c2d3e9d59409a',
        blob: 'b10b409a1f0c2d3e9d59409a1f0c2d3e9d59409a',
      },
      wants: [{ target: { kind: 'group', by: 'displayName', name }, rules: ['release'] }],
    };
  }

  /** A switch to a branch that gives something, and the switch that gives it back. */
  visit(at: number, until: number | null, branch: string, name: string, from = 'main'): void {
    const event = this.event(at, { kind: 'switch', branch, from });
    const lease = this.id();
    const expires = new Date(at + 8 * 3_600_000).toISOString();
    const about = { branch, name, lease, expires };
    this.change(at + 300, event, { ...about, op: 'add', outcome: 'applied', verified: 'confirmed' });
    this.sync(at + 400, event, {
      branch,
      outcome: 'applied',
      lease,
      expires,
      leases: [this.lease(lease, event, branch, at, name)],
    });
    if (until === null) return;
    const leaving = this.event(until, { kind: 'switch', branch: from, from: branch });
    this.change(until + 300, leaving, { ...about, op: 'remove', outcome: 'applied', verified: 'confirmed' });
    this.sync(until + 400, leaving, { branch: from, outcome: 'applied', ended: [lease] });
  }

  private common(
    at: number,
  ): Pick<AuditFields, 'at' | 'device' | 'repo' | 'mode' | 'policy' | 'rulesBlob' | 'subject' | 'subjectId'> {
    return {
      at: new Date(at).toISOString(),
      device: this.device,
      repo: this.repo,
      mode: 'enforce',
      policy: '9d59409a1f0c2d3e9d59409a1f0c2d3e9d59409a',
      rulesBlob: 'b10b409a1f0c2d3e9d59409a1f0c2d3e9d59409a',
      subject: this.subject,
      subjectId: `u-${this.subject}`,
    };
  }
}
