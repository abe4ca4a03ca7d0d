// Why what is owed could not be given back: what the log says of the last try.
import type { AuditLine } from '../core/audit-record.ts';
import { type Holding, isOurs, itemKey } from '../core/ledger.ts';
import type { Reason } from '../core/vocabulary.ts';
import type { AuditLog } from './ports.ts';

export interface Try {
  /** RFC 3339. */
  readonly at: string;
  readonly reason: Reason | null;
}

export const isOwed = (holding: Holding): boolean =>
  isOurs(holding) && (holding.state === 'owed' || holding.state === 'removing');

/** Not further back than this many lines: what is owed is tried at each wake-up. */
const LOOK_BACK = 2_000;

/** By `itemKey`. What the log doesn't say, or can't, is left out. */
export async function whyOwed(audit: AuditLog, holdings: readonly Holding[]): Promise<Map<string, Try>> {
  const sought = new Map(holdings.filter(isOwed).map((holding) => [itemKey(holding.item), holding]));
  const tries = new Map<string, Try>();
  if (sought.size === 0) return tries;
  let looked = 0;
  for await (const line of audit.readBack()) {
    looked += 1;
    if (tries.size === sought.size || looked > LOOK_BACK) break;
    if (line.kind !== 'change' || line.op !== 'remove') continue;
    for (const [key, holding] of sought) {
      if (tries.has(key) || !isAbout(line, holding)) continue;
      tries.set(key, { at: line.time, reason: line.reason ?? null });
    }
  }
  return tries;
}

const isAbout = (line: AuditLine, { endpoint, subjectId, item }: Holding): boolean =>
  line.endpoint === endpoint &&
  line.subjectId === subjectId &&
  line.target === item.kind &&
  (item.id === null ? line.name === item.name : line.targetId === item.id);

/** A log that can't be read tells nothing; what stands elsewhere is shown all the same. */
export function forgiving(audit: AuditLog): AuditLog {
  return {
    ...audit,
    readBack: async function* () {
      try {
        yield* audit.readBack();
      } catch {
        // `doctor` says so.
      }
    },
  };
}
