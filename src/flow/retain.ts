// Lets go of the oldest part of the audit log, once nobody needs it any more, and leaves a line in it that says so.
import type { AuditLine } from '../core/audit-record.ts';
import type { Failure } from '../core/failure.ts';
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
import type { SealedLog, SealedPart } from './log-ports.ts';
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
  const sealed = ports.log.sealed();
  if (!sealed.ok) return sealed;
  // Mostly there is nothing, and then nobody is held up.
  const oldest = sealed.value[0];
  if (oldest === undefined || !isOver(oldest.last, terms)) return ok(null);
  const locked = await ports.state.withLock(() => dropOldest(ports, terms));
  return locked.ok ? locked.value : locked;
}

async function dropOldest(
  { state, log, clock }: RetainPorts,
  terms: RetentionTerms,
): Promise<Result<AuditLine | null, Failure>> {
  const ledger = await readLedger({ state, audit: log });
  if (!ledger.ok) return ledger;
  const sealed = log.sealed();
  if (!sealed.ok) return sealed;
  const last = await lastToGo(sealed.value, opensAnyOf(ledger.value), terms);
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
  const dropped = log.drop(last.seq);
  return dropped.ok ? ok(last) : dropped;
}

async function lastToGo(
  parts: readonly SealedPart[],
  opens: (line: AuditLine) => boolean,
  terms: RetentionTerms,
): Promise<AuditLine | null> {
  let last: AuditLine | null = null;
  for (const part of parts) {
    if (!isOver(part.last, terms) || (await holdsAny(part, opens))) break;
    last = part.last;
  }
  return last;
}

async function holdsAny(part: SealedPart, opens: (line: AuditLine) => boolean): Promise<boolean> {
  try {
    for await (const line of part.read()) if (opens(line)) return true;
    return false;
  } catch {
    // What can't be read may hold anything.
    return true;
  }
}
