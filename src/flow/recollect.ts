// What the log already says of events that an earlier run left open: nothing is written, or closed, twice.
import type { OpenEvent } from '../core/event.ts';
import type { Holding } from '../core/ledger.ts';
import type { Change } from '../core/plan.ts';
import type { ChangeOutcome, EventOutcome } from '../core/vocabulary.ts';
import type { AuditLog } from './ports.ts';

export interface Recollection {
  /** Events whose own line is there. */
  readonly told: ReadonlySet<string>;
  /** Event id → the last `sync` line's outcome; anything but `pending` closed it. */
  readonly synced: ReadonlyMap<string, EventOutcome>;
  isLogged(event: string, change: Change, outcome: ChangeOutcome): boolean;
}

/** Clocks jump; a line of an event is never looked for further back than this before it, in milliseconds. */
const SLACK = 24 * 3_600_000;

/** Reads the log backwards as far as the oldest of these goes. */
export async function recollect(
  audit: AuditLog,
  open: readonly OpenEvent[],
  unsettled: readonly Holding[],
): Promise<Recollection> {
  const told = new Set<string>();
  const synced = new Map<string, EventOutcome>();
  const changes = new Map<string, string>();
  const sought = new Set([...open.map((event) => event.id), ...unsettled.map((holding) => holding.event)]);
  const oldest = Math.min(...open.map((event) => event.at), ...unsettled.map((holding) => holding.since));
  try {
    if (sought.size > 0) {
      for await (const line of audit.readBack()) {
        if (told.size === sought.size || Date.parse(line.time) < oldest - SLACK) break;
        if (line.event === undefined || !sought.has(line.event)) continue;
        if (line.kind === 'sync') {
          if (!synced.has(line.event) && line.outcome !== undefined) synced.set(line.event, line.outcome);
        } else if (line.kind === 'change') {
          const key = keyOf(line.event, line.op, line.target, line.name);
          if (!changes.has(key)) changes.set(key, line.outcome ?? '');
        } else if (line.kind === 'intent') {
          // A change line from before this intent is about an earlier try.
          const key = keyOf(line.event, line.op, line.target, line.name);
          if (!changes.has(key)) changes.set(key, '');
        } else told.add(line.event);
      }
    }
  } catch {
    // Unreadable, so it takes no line either; taking back must not wait for it. What was open has its line already,
    // there or among those that are due.
    for (const event of open) told.add(event.id);
  }
  return {
    told,
    synced,
    isLogged: (event, { op, item }, outcome) =>
      changes.get(keyOf(event, op, item.kind, item.name)) === outcome,
  };
}

const keyOf = (event: string, op?: string, target?: string, name?: string): string =>
  `${event}\n${op ?? ''}\n${target ?? ''}\n${name ?? ''}`;
