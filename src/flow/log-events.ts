// The lines that tell how a span began and ended: the events' own, and what their leases were given again later.
import { parseAuditLine } from '../core/audit-record.ts';
import { type EventFacts, factsOf, isEventLine } from '../core/log/happenings.ts';
import { EVENT_KINDS } from '../core/vocabulary.ts';
import type { StoredLog } from './log-cover.ts';

export interface Renewal {
  readonly moment: number;
  /** Milliseconds since the epoch. */
  readonly expires: number | null;
}

export interface Events {
  /** By event id. */
  readonly own: ReadonlyMap<string, EventFacts>;
  /** By lease id, in the order of the log. */
  readonly renewals: ReadonlyMap<string, readonly Renewal[]>;
}

/** More ids than this are not looked for one by one. */
const MANY = 64;
const ID = /"(?:event|id)":"([^"\\]*)"/g;

export function findEvents(
  logs: readonly StoredLog[],
  eventIds: ReadonlySet<string>,
  leaseIds: ReadonlySet<string> = new Set(),
): Events {
  const own = new Map<string, EventFacts>();
  const renewals = new Map<string, Renewal[]>();
  if (eventIds.size + leaseIds.size === 0) return { own, renewals };
  const ids = [
    ...[...eventIds].map((id) => `"event":${JSON.stringify(id)}`),
    ...[...leaseIds].map((id) => `"id":${JSON.stringify(id)}`),
  ];
  const kinds = [...EVENT_KINDS, 'sync'].map((kind) => `"kind":"${kind}"`);
  const texts = ids.length > MANY ? [kinds] : [kinds, ids];
  const names = (text: string): boolean =>
    [...text.matchAll(ID)].some(([, id = '']) => eventIds.has(id) || leaseIds.has(id));
  for (const { files } of logs) {
    for (const text of files.forward({ texts })) {
      const line = names(text) ? parseAuditLine(text) : null;
      if (line === null) continue;
      if (isEventLine(line)) {
        const { event = '' } = line;
        if (eventIds.has(event) && !own.has(event)) own.set(event, factsOf(line));
        continue;
      }
      for (const lease of line.leases ?? []) {
        if (!leaseIds.has(lease.id)) continue;
        const all = renewals.get(lease.id) ?? [];
        renewals.set(lease.id, [...all, { moment: Date.parse(line.at), expires: lease.expires }]);
      }
    }
  }
  return { own, renewals };
}
