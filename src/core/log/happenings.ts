// Folds lines into events: each with what it was, who did it, what was changed and how it was closed.
import type { AuditLine } from '../audit-record.ts';
import { EVENT_KINDS, type EventKind } from '../vocabulary.ts';

/** An event's own line. */
export type EventLine = AuditLine & { readonly kind: EventKind };

/** What of it tells how a span began or ended. */
export type EventFacts = Pick<EventLine, 'kind' | 'at' | 'from' | 'branch'>;

export interface Happening {
  /** The event's own line; null where it is older than what was read. */
  own: EventLine | null;
  readonly event: string;
  /** Change lines, in the order of the log. */
  readonly changes: AuditLine[];
  /** The last closing line, or the last that says that it is pending. */
  sync: AuditLine | null;
  /** Some line of it is what was asked for. */
  asked: boolean;
}

export const isEventLine = (line: AuditLine): line is EventLine =>
  (EVENT_KINDS as readonly string[]).includes(line.kind);

export const factsOf = ({ kind, at, from, branch }: EventLine): EventFacts => ({
  kind,
  at,
  ...(from === undefined ? {} : { from }),
  ...(branch === undefined ? {} : { branch }),
});

/** An event lives on among so many later ones, at most: one that is never closed must not be kept for ever. */
const OPEN = 2_000;

export class Happenings {
  private readonly open = new Map<string, Happening>();
  private readonly over: (happening: Happening) => void;

  /** `over` is told of each event once all its lines are there, as far as that can be known. */
  constructor(over: (happening: Happening) => void) {
    this.over = over;
  }

  add(line: AuditLine, asked: boolean): void {
    const { event } = line;
    if (event === undefined) return;
    const isStep = line.kind === 'change' || line.kind === 'sync';
    if (!isStep && !isEventLine(line)) return;
    const found = this.open.get(event) ?? { own: null, event, changes: [], sync: null, asked: false };
    found.asked ||= asked;
    if (isEventLine(line)) found.own = line;
    else if (line.kind === 'change') found.changes.push(line);
    else found.sync = line;
    this.open.set(event, found);
    if (line.kind === 'sync' && line.outcome !== 'pending') this.close(event);
    else if (this.open.size > OPEN) this.close(this.open.keys().next().value ?? '');
  }

  finish(): void {
    for (const event of [...this.open.keys()]) this.close(event);
  }

  private close(event: string): void {
    const found = this.open.get(event);
    this.open.delete(event);
    if (found?.asked === true) this.over(found);
  }
}
