// A lost ledger, rebuilt from the audit log: what was granted and not yet seen to be taken back.
import type { AuditLine } from './audit-record.ts';
import { drop, dropGroup, type Holding, type Item, keepGroup, type Ledger, put } from './ledger.ts';

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
  if (line.op === 'delete') return replayDeletion(ledger, line);
  const holding = holdingOf(line);
  if (holding === null) return ledger;
  const adds = line.op !== 'remove';
  if (line.kind === 'intent') return put(ledger, { ...holding, state: adds ? 'adding' : 'removing' });
  if (adds) {
    // A group that was made had no id before.
    const unnamed = { ...holding, item: { ...holding.item, id: null } };
    if (line.outcome === 'applied')
      return keepOwn(put(drop(ledger, unnamed), { ...holding, state: 'held' }), line, holding);
    // What may have arrived stays what the intent made of it, so that whatever is found counts as ours.
    const mayHaveArrived =
      (line.status !== undefined && line.status >= 500) || line.verified === 'contradicted';
    const over = line.outcome === 'refused' || (line.outcome === 'failed' && !mayHaveArrived);
    return over ? drop(ledger, holding) : ledger;
  }
  if (line.outcome === 'applied') return drop(ledger, holding);
  if (line.outcome === 'failed') return put(ledger, { ...holding, state: 'held' });
  return line.outcome === 'owed' ? put(ledger, { ...holding, state: 'owed' }) : ledger;
}

function replayDeletion(
  ledger: Ledger,
  { kind, endpoint, target, name, targetId, outcome }: AuditLine,
): Ledger {
  const over = kind === 'change' && (outcome === 'applied' || outcome === 'refused');
  if (!over || endpoint === undefined || target === undefined || name === undefined) return ledger;
  return dropGroup(ledger, { endpoint, item: { kind: target, name, id: targetId ?? null } });
}

/** A group that goes with its branch, if the line says that it is one. */
function keepOwn(ledger: Ledger, { clone, marker }: AuditLine, holding: Holding): Ledger {
  const { endpoint, subject, subjectId, item, branch, lease, rules } = holding;
  if (clone === undefined || marker === undefined || branch === null) return ledger;
  const group = { endpoint, subject, subjectId, branch, lease, rules, commonDir: clone, over: false };
  return keepGroup(ledger, { ...group, item: { ...item, externalId: marker } });
}

function holdingOf(line: AuditLine): Holding | null {
  const { endpoint, subject, subjectId, target, name, op, event } = line;
  if (endpoint === undefined || subject === undefined || subjectId === undefined) return null;
  if (target === undefined || name === undefined || event === undefined || op === undefined) return null;
  const item: Item = {
    kind: target,
    name,
    id: line.targetId ?? null,
    ...(line.type === undefined ? {} : { type: line.type }),
    ...(line.marker === undefined ? {} : { externalId: line.marker }),
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
