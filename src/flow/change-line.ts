// The lines that a change leaves in the audit log: its intent before the request, its outcome after.
import type { AuditFields } from '../core/audit-record.ts';
import { find, type Holder, itemKey, type Ledger } from '../core/ledger.ts';
import type { Change } from '../core/plan.ts';

/** The event a change belongs to, with what its lines say of place and branch; null where it belongs to none. */
export type EventOf = (Pick<AuditFields, 'event' | 'branch' | 'worktree'> & { event: string }) | null;

export interface LineOf {
  readonly holder: { readonly endpoint: string; readonly subject: string; readonly subjectId: string };
  readonly expiryOf: (leaseId: string | null) => number | null;
}

/** `now` is in milliseconds since the epoch. */
export function changeLine(
  kind: 'intent' | 'change',
  change: Change,
  ledger: Ledger,
  { holder, expiryOf }: LineOf,
  now: number,
): AuditFields {
  const { item } = change;
  const before = find(ledger, { ...holder, item })?.before ?? change.before;
  const expires = expiryOf(change.lease);
  const clone = ledger.leases.find(({ id }) => id === change.lease)?.commonDir;
  return {
    kind,
    at: new Date(now).toISOString(),
    endpoint: holder.endpoint,
    subject: holder.subject,
    subjectId: holder.subjectId,
    op: change.op,
    target: item.kind,
    name: item.name,
    targetId: item.id,
    ...(item.type === undefined ? {} : { type: item.type }),
    before,
    managed: change.managed,
    lease: change.lease,
    rules: change.rules,
    ...(change.own === true && clone !== undefined ? { clone } : {}),
    ...(change.own === true && item.externalId !== undefined ? { marker: item.externalId } : {}),
    ...(expires === null ? {} : { expires: new Date(expires).toISOString() }),
  };
}

/**
 * The branch that gives, or gave, what a change is about; null where none did. Not where its event leads: what is taken
 * back on the way to another branch was the former one's, and the other's name is not for those who follow that access.
 */
export function branchOf({ item, lease: id }: Change, ledger: Ledger, holder: Holder): string | null {
  const lease = ledger.leases.find((each) => each.id === id);
  const group = ledger.groups?.find((each) => itemKey(each.item) === itemKey(item));
  return lease?.branch ?? find(ledger, { ...holder, item })?.branch ?? group?.branch ?? null;
}
