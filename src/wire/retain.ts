// Retention of the audit log, as the worker and `sweep` run it.
import { parseSpan } from '../adapters/config/span.ts';
import type { AuditLine } from '../core/audit-record.ts';
import type { Failure } from '../core/failure.ts';
import type { Result } from '../core/result.ts';
import { type RetainPorts, retain } from '../flow/retain.ts';
import type { Opened } from './clone.ts';

export const retainLog = (
  { state, clock, log }: Omit<RetainPorts, 'parseSpan'>,
  entries: Opened['entries'],
): Promise<Result<AuditLine | null, Failure>> => retain({ state, clock, log, parseSpan }, entries, null);
