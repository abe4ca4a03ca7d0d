// What the audit log says of some events and things: where they came from, and what last became of them.
import type { AuditLine } from '../core/audit-record.ts';
import type { Item } from '../core/ledger.ts';
import type { AuditLog } from './ports.ts';

export interface Trace {
  /** The event's own line, if the log still has it. */
  eventOf(id: string | null | undefined): AuditLine | null;
  /** The newest line about a change of this thing. */
  lastOf(item: Item): AuditLine | null;
}

/** Not further back than this many lines: older history is what `log` is for. */
const LOOK_BACK = 10_000;

const STEPS: ReadonlySet<string> = new Set(['intent', 'change', 'sync']);

export async function trace(
  audit: AuditLog,
  subjectId: string,
  items: readonly Item[],
  eventIds: readonly string[],
): Promise<Trace> {
  const events = new Map<string, AuditLine>();
  const changes = new Map<string, AuditLine>();
  const sought = new Set(eventIds.filter((id) => id !== ''));
  const keys = new Set(items.map(keyOf));
  let looked = 0;
  try {
    for await (const line of audit.readBack()) {
      if (looked++ > LOOK_BACK || (changes.size === keys.size && events.size === sought.size)) break;
      if (line.kind === 'change' && line.subjectId === subjectId) {
        const key = keyOf({ kind: line.target, name: line.name, type: line.type });
        if (!keys.has(key) || changes.has(key)) continue;
        changes.set(key, line);
        if (line.event !== undefined) sought.add(line.event);
      } else if (line.event !== undefined && sought.has(line.event) && !STEPS.has(line.kind)) {
        events.set(line.event, line);
      }
    }
  } catch {
    // A log that can't be read has nothing to add; the ledger's answer stands.
  }
  return {
    eventOf: (id) => events.get(id ?? '') ?? null,
    lastOf: (item) => changes.get(keyOf(item)) ?? null,
  };
}

const keyOf = (of: {
  readonly kind: string | undefined;
  readonly name: string | undefined;
  readonly type?: string | undefined;
}): string => `${of.kind}\n${of.type ?? ''}\n${of.name}`;
