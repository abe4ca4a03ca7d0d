// Writes audit lines with what all lines of one wake-up have in common; keeps those that couldn't be written for later.
import type { AuditFields } from '../core/audit-record.ts';
import type { OpenEvent } from '../core/event.ts';
import type { Failure } from '../core/failure.ts';
import type { AuditLog } from './ports.ts';
import type { Standing } from './standing.ts';

export type Common = Pick<
  AuditFields,
  'device' | 'repo' | 'mode' | 'policy' | 'rulesBlob' | 'subject' | 'subjectId'
>;

/** What every line of a wake-up says, whatever it is about. */
export function commonFields({ device, repo, settings, policy }: Standing): Common {
  const version = policy.state === 'trusted' ? policy.version : null;
  return {
    device,
    repo,
    mode: settings.mode,
    ...(version === null ? {} : { policy: version.commit, rulesBlob: version.blob }),
    ...(settings.pins === null ? {} : { subject: settings.pins.subject, subjectId: settings.pins.subjectId }),
  };
}

export const eventFields = (event: OpenEvent): Pick<AuditFields, 'event' | 'branch' | 'worktree'> => ({
  event: event.id,
  branch: event.branch,
  worktree: event.place?.path ?? null,
});

export class Scribe {
  private readonly audit: AuditLog;
  private readonly common: Common;
  private waiting: readonly AuditFields[];
  /** Why the log can't be written, as of the last try. */
  failure: Failure | null = null;

  constructor(audit: AuditLog, common: Common, unlogged: readonly AuditFields[]) {
    this.audit = audit;
    this.common = common;
    this.waiting = unlogged;
  }

  /** Lines that are due but not durable yet; they come first at the next try, and say that they are late. */
  get unlogged(): readonly AuditFields[] {
    return this.waiting;
  }

  /** Writes lines that must stand in the log sooner or later. True when all is durable. */
  async write(...lines: readonly AuditFields[]): Promise<boolean> {
    const due = lines.map((line) => ({ ...this.common, ...line }));
    const durable = await this.append(due);
    this.waiting = durable ? [] : [...this.waiting, ...due.map((line) => ({ ...line, late: true as const }))];
    return durable;
  }

  /** Writes lines without which the step must not happen; if they can't be, they are forgotten with the step. */
  async writeNowOrNever(...lines: readonly AuditFields[]): Promise<boolean> {
    const durable = await this.append(lines.map((line) => ({ ...this.common, ...line })));
    if (durable) this.waiting = [];
    return durable;
  }

  private async append(lines: readonly AuditFields[]): Promise<boolean> {
    if (this.waiting.length + lines.length === 0) return true;
    const written = await this.audit.append([...this.waiting, ...lines]);
    this.failure = written.ok ? null : written.failure;
    return written.ok;
  }
}
