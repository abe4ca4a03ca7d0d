// How long the audit log is kept, and what of it may go: whole sealed files, the oldest first, never one that a grant
// which is still open began in.
import type { AuditLine } from './audit-record.ts';
import type { Ledger } from './ledger.ts';
import type { ConfigEntry } from './settings.ts';

/** Milliseconds; null for a text that is no time span. */
export type ParseSpan = (text: string) => number | null;

interface Asked {
  readonly scope: 'system' | 'global' | 'local';
  readonly value: string;
  readonly span: number | null;
}

const SCOPES = ['system', 'global', 'local'] as const;

/** What each scope says of `scim-hook.logKeep`. */
export const keepAsked = (entries: readonly ConfigEntry[], parse: ParseSpan): Asked[] =>
  SCOPES.flatMap((scope) => {
    const last = entries.findLast((entry) => entry.scope === scope && entry.key === 'scim-hook.logkeep');
    return last === undefined ? [] : [{ scope, value: last.value, span: parse(last.value) }];
  });

/**
 * For how many milliseconds lines are kept; null: for ever. A lower scope can only keep them longer, and a clone's own
 * config does nothing else: the log is the whole machine's, and who unpacks a stranger's clone must not lose it.
 */
export function keepOf(asked: readonly Asked[]): number | null {
  if (asked.every(({ scope }) => scope === 'local') || asked.some(({ span }) => span === null)) return null;
  return Math.max(...asked.map(({ span }) => span ?? 0));
}

export interface RetentionTerms {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly keep: number;
  /** From this line on, nobody else has the lines yet; null: nobody is to have them. */
  readonly keepFrom: number | null;
}

/** Whether a file that ends with this line is old enough, and nobody waits for it. */
export const isOver = (last: AuditLine, { now, keep, keepFrom }: RetentionTerms): boolean =>
  Date.parse(last.time) < now - keep && (keepFrom === null || last.seq < keepFrom);

/** Tells the lines that opened what the ledger still has: of its leases, of what is held or owed, of groups of ours. */
export function opensAnyOf({ leases, holdings, groups = [] }: Ledger): (line: AuditLine) => boolean {
  const events = new Set([...leases, ...holdings].map(({ event }) => event));
  const open = new Set([
    ...leases.map(({ id }) => id),
    ...[...holdings, ...groups].map(({ lease }) => lease),
  ]);
  const markers = new Set(groups.map(({ item }) => item.externalId));
  return (line) =>
    (line.event !== undefined && events.has(line.event)) ||
    (line.lease != null && open.has(line.lease)) ||
    (line.marker !== undefined && markers.has(line.marker)) ||
    (line.leases ?? []).some(({ id }) => open.has(id));
}
