// Lets go of the oldest part of the audit log, once nobody needs it any more, and leaves a line in it that says so.
import type { AuditLine } from '../core/audit-record.ts';
import type { Failure } from '../core/failure.ts';
import type { Ledger } from '../core/ledger.ts';
import { ok, type Result } from '../core/result.ts';
import {
  isOver,
  keepAsked,
  keepOf,
  opensAnyOf,
  type ParseSpan,
  type RetentionTerms,
} from '../core/retention.ts';
import type { ConfigEntry } from '../core/settings.ts';
import type { SealedLog } from './log-ports.ts';
import type { AuditLog, Clock, State } from './ports.ts';
import { readLedger } from './prepare.ts';

export interface RetainPorts {
  readonly state: State;
  readonly log: AuditLog & SealedLog;
  readonly clock: Pick<Clock, 'now'>;
  readonly parseSpan: ParseSpan;
}

/** The line that is the last of those dropped; null: all stays. `keepFrom`: from there on lines wait to be shipped. */
export async function retain(
  ports: RetainPorts,
  entries: readonly ConfigEntry[],
  keepFrom: number | null,
): Promise<Result<AuditLine | null, Failure>> {
  const keep = keepOf(keepAsked(entries, ports.parseSpan));
  if (keep === null) return ok(null);
  const terms = { now: ports.clock.now(), keep, keepFrom };
  // Mostly there is nothing, and then nobody is held up.
  if (!(await isOldestOver(ports.log, terms))) return ok(null);
  const locked = await ports.state.withLock(() => dropOldest(ports, terms));
  return locked.ok ? locked.value : locked;
}

async function isOldestOver(log: SealedLog, terms: RetentionTerms): Promise<boolean> {
  for await (const { last } of log.sealed()) return isOver(last, terms);
  return false;
}

async function dropOldest(
  { state, log, clock }: RetainPorts,
  terms: RetentionTerms,
): Promise<Result<AuditLine | null, Failure>> {
  const ledger = await readLedger({ state, audit: log });
  if (!ledger.ok) return ledger;
  const last = await lastToGo(log, ledger.value, terms);
  if (last === null) return ok(null);
  const device = await state.device(false);
  // First, so that whoever misses the lines finds why.
  const told = await log.append([
    {
      kind: 'log-start',
      at: new Date(clock.now()).toISOString(),
      ...(device.ok && device.value !== '' ? { device: device.value } : {}),
      dropped: last.seq,
      droppedHash: last.hash,
    },
  ]);
  if (!told.ok) return told;
  const dropped = await log.drop(last.seq);
  return dropped.ok ? ok(last) : dropped;
}

async function lastToGo(log: SealedLog, ledger: Ledger, terms: RetentionTerms): Promise<AuditLine | null> {
  const opens = opensAnyOf(ledger);
  let last: AuditLine | null = null;
  for await (const part of log.sealed()) {
    if (!isOver(part.last, terms)) break;
    for await (const line of part.read()) if (opens(line)) return last;
    last = part.last;
  }
  return last;
}
