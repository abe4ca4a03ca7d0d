// A lost ledger, rebuilt from the audit log: what was granted and not yet seen to be taken back.
import type { AuditLine } from './audit-record.ts';
import { drop, type Holding, type Item, type Ledger, put } from './ledger.ts';

/** Replays one line of the log, oldest first. What lacks a ledger entry's parts says nothing about one. */
export function replay(ledger: Ledger, line: AuditLine): Ledger {
  if (line.kind === 'intent' || line.kind === 'change') return replayChange(ledger, line);
  if (line.kind !== 'sync') return ledger;
  const over = new Set([...(line.ended ?? []), ...(line.leases ?? []).map((lease) => lease.id)]);
  return {
    ...ledger,
    leases: [...ledger.leases.filter((lease) => !over.has(lease.id)), ...(line.leases ?? [])],
  };
}

function replayChange(ledger: Ledger, line: AuditLine): Ledger {
  const holding = holdingOf(line);
  if (holding === null) return ledger;
  if (line.kind === 'intent')
    return put(ledger, { ...holding, state: line.op === 'add' ? 'adding' : 'removing' });
  if (line.op === 'add') {
    if (line.outcome === 'applied') return put(ledger, { ...holding, state: 'held' });
    // `pending` may have arrived; it stays what the intent made of it, so that whatever is found counts as ours.
    const mayHaveArrived = line.status !== undefined && line.status >= 500;
    return line.outcome === 'failed' && !mayHaveArrived ? drop(ledger, holding) : ledger;
  }
  if (line.outcome === 'applied') return drop(ledger, holding);
  if (line.outcome === 'failed') return put(ledger, { ...holding, state: 'held' });
  return line.outcome === 'owed' ? put(ledger, { ...holding, state: 'owed' }) : ledger;
}

function holdingOf(line: AuditLine): Holding | null {
  const { endpoint, subject, subjectId, target, name, op, event } = line;
  if (endpoint === undefined || subject === undefined || subjectId === undefined) return null;
  if (target === undefined || name === undefined || event === undefined || (op !== 'add' && op !== 'remove'))
    return null;
  const item: Item = {
    kind: target,
    name,
    id: line.targetId ?? null,
    ...(line.type === undefined ? {} : { type: line.type }),
  };
  return {
    endpoint,
    subject,
    subjectId,
    item,
    before: line.before ?? 'unknown',
    managed: line.managed ?? false,
    state: 'held',
    event,
    lease: line.lease ?? null,
    rules: line.rules ?? [],
    repo: line.repo ?? '',
    branch: line.branch ?? null,
    since: Date.parse(line.at),
  };
}
