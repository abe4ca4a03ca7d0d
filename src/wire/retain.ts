// Retention of the audit log, as the worker and `sweep` run it.
import { parseSpan } from '../adapters/config/span.ts';
import type { AuditLine } from '../core/audit-record.ts';
import type { Failure } from '../core/failure.ts';
import type { Result } from '../core/result.ts';
import { isShippingSet } from '../core/ship/settings.ts';
import { type RetainPorts, retain } from '../flow/retain.ts';
import type { Opened } from './clone.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** What some destination waits for stays, however old it is. */
export async function retainLog(
  { state, clock, log }: Omit<RetainPorts, 'parseSpan'>,
  { entries, home }: Pick<Opened, 'entries' | 'home'>,
  env: Env,
): Promise<Result<AuditLine | null, Failure>> {
  const keepFrom = isShippingSet(entries, env)
    ? await (await import('./ship.ts')).firstUnshipped({ entries, home, env, repo: null, directory: home })
    : null;
  return retain({ state, clock, log, parseSpan }, entries, keepFrom);
}
