// Retention of the audit log, as the worker and `sweep` run it.
import { parseSpan } from '../adapters/config/span.ts';
import type { AuditLine } from '../core/audit-record.ts';
import type { Failure } from '../core/failure.ts';
import type { Result } from '../core/result.ts';
import { isShippingSet } from '../core/ship/settings.ts';
import { type RetainPorts, retain } from '../flow/retain.ts';
import type { Opened } from './clone.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface RetainPlace {
  readonly entries: Opened['entries'];
  readonly env: Env;
  /** The state directory. */
  readonly home: string;
}

export async function retainLog(
  { state, clock, log }: Omit<RetainPorts, 'parseSpan'>,
  { entries, env, home }: RetainPlace,
): Promise<Result<AuditLine | null, Failure>> {
  const keepFrom = isShippingSet(entries, env)
    ? await (await import('./ship.ts')).furthestBehind({ entries, env, home })
    : null;
  return retain({ state, clock, log, parseSpan }, entries, keepFrom);
}
