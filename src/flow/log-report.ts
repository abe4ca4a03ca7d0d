// Gathers what a report tells: spans of access, events and what failed, in one reading of the logs, in bounded memory.
import { type AuditLine, parseAuditLine } from '../core/audit-record.ts';
import { Elsewhere } from '../core/log/elsewhere.ts';
import { type EventFacts, factsOf, type Happening, Happenings, isEventLine } from '../core/log/happenings.ts';
import { Held } from '../core/log/held.ts';
import { Newest } from '../core/log/newest.ts';
import { inOrder } from '../core/log/order.ts';
import { isSeen, type Sight } from '../core/log/sight.ts';
import { beginOf, endOf, isAccess, type Span } from '../core/log/span.ts';
import { Copies, type Cover, coverOf, type StoredLog, sorted } from './log-cover.ts';
import type { Renewal } from './log-events.ts';
import { lateLines } from './log-spans.ts';
import type { Told } from './who.ts';

/** What a page can carry and still be opened at once. */
export const MOST = { spans: 10_000, events: 10_000, failures: 1_000 } as const;

/** Makes of an event, and of a line that failed, what is kept of them: less than they are. */
export interface Telling<Row extends { readonly at: number }, Failed extends { readonly at: number }> {
  readonly event: (happening: Happening) => Row;
  readonly failure: (line: AuditLine) => Failed;
}

export interface Gathered<Row, Failed> {
  readonly spans: readonly Told[];
  readonly events: readonly Row[];
  readonly failures: readonly Failed[];
  readonly counts: {
    readonly spans: number;
    readonly events: number;
    readonly failures: number;
    readonly open: number;
    readonly owed: number;
    readonly maybe: number;
    readonly people: number;
  };
  readonly covers: readonly Cover[];
}

const isFailure = ({ kind, outcome, verified }: AuditLine): boolean =>
  (kind === 'change' || kind === 'sync') &&
  (outcome === 'failed' || outcome === 'refused' || outcome === 'owed' || verified === 'contradicted');

export function gather<Row extends { readonly at: number }, Failed extends { readonly at: number }>(
  unsorted: readonly StoredLog[],
  sight: Sight,
  telling: Telling<Row, Failed>,
): Gathered<Row, Failed> {
  const covers = coverOf(unsorted);
  const logs = sorted(unsorted, covers);
  const spans = new SpanSink(sight, logs.length === 1);
  const recent = new Recent();
  const events = new Newest<Row>(MOST.events, ({ at }) => at);
  const failures = new Newest<Failed>(MOST.failures, ({ at }) => at);
  const happenings = new Happenings((happening) => {
    events.add(telling.event(happening));
    for (const line of failuresOf(happening)) failures.add(telling.failure(line));
  });
  const held = new Held((span) => spans.take(span), recent.of);
  for (const line of inOrder(linesOf(logs, sight, happenings), lateLines(logs, null))) {
    recent.see(line);
    held.add(line);
  }
  for (const span of held.open()) spans.take(span);
  happenings.finish();
  return {
    spans: spans.told(recent),
    events: events.newest(),
    failures: failures.newest(),
    counts: { ...spans.counts, events: events.count, failures: failures.count },
    covers,
  };
}

/** A closing line fails for what one of its changes failed for: then that tells more. */
function failuresOf({ changes, sync }: Happening): AuditLine[] {
  const failed = changes.filter(isFailure);
  return failed.length === 0 && sync !== null && isFailure(sync) ? [sync] : failed;
}

/** Changes, whenever they were: what is held in a time may have been given long before. The rest only tells of its time. */
function* linesOf(
  logs: readonly StoredLog[],
  { since, until, takes }: Sight,
  happenings: Happenings,
): Iterable<AuditLine> {
  const copies = new Copies(logs);
  const [from, to] = [new Date(since).toISOString(), new Date(until).toISOString()];
  for (const { files } of logs) {
    for (const text of files.forward()) {
      // `at` is a line's first member, and as a text it sorts as the moment does.
      const at = text.slice(AT, AT + from.length);
      const isIn = at >= from && at < to;
      if (!isIn && isClosing(text)) continue;
      const line = parseAuditLine(text);
      if (line === null || copies.isCopy(line)) continue;
      if (isIn) happenings.add(line, takes === null || takes(line, text));
      yield line;
    }
  }
}

/** A closing line before the report's time tells nothing that is in it. */
const isClosing = (text: string): boolean => text.includes('"kind":"sync"');

const AT = '{"at":"'.length;
/** An event's changes come soon after it, unless the directory can't be reached: then others wait with it. */
const RECENT = 5_000;

class SpanSink {
  private readonly sight: Sight;
  private readonly kept = new Newest<Span>(MOST.spans, (span) => endOf(span) ?? Number.POSITIVE_INFINITY);
  /** Of one log there is no other machine. */
  private readonly elsewhere: Elsewhere | null;
  private readonly people = new Set<string>();
  private readonly tally = { open: 0, owed: 0, maybe: 0 };

  constructor(sight: Sight, isOneLog: boolean) {
    this.sight = sight;
    this.elsewhere = isOneLog ? null : new Elsewhere();
  }

  get counts(): { spans: number; open: number; owed: number; maybe: number; people: number } {
    return { ...this.tally, spans: this.kept.count, people: this.people.size };
  }

  take(span: Span): void {
    if (!isAccess(span) || !isSeen(span, this.sight)) return;
    this.kept.add(span);
    this.elsewhere?.note(span);
    this.people.add(span.subject);
    if (span.ended !== null) return;
    const state = span.steps.at(-1)?.state;
    if (state === 'held') this.tally.open += 1;
    else if (state === 'owed') this.tally.owed += 1;
    else this.tally.maybe += 1;
  }

  told({ renewals }: Recent): Told[] {
    const spans = this.kept.newest().sort((a, b) => beginOf(b) - beginOf(a));
    return spans.map((span) => {
      const given = span.granted ?? span.asked;
      const renewal = renewals.get(given?.lease ?? '');
      return {
        span,
        grantedBy: given?.cause ?? null,
        endedBy: span.ended?.by.cause ?? null,
        renewals: renewal === undefined ? [] : [renewal],
        elsewhere: this.elsewhere?.before(span, endOf(span) ?? this.sight.until) ?? null,
      };
    });
  }
}

/** Events that were told of lately, and the last that was said of leases that were given again. */
class Recent {
  readonly renewals = new Map<string, Renewal>();
  private readonly events = new Map<string, EventFacts>();

  see(line: AuditLine): void {
    if (isEventLine(line) && line.event !== undefined) {
      this.events.set(line.event, factsOf(line));
      if (this.events.size > RECENT) this.events.delete(this.events.keys().next().value ?? '');
      return;
    }
    const own = Date.parse(this.of(line.event ?? '')?.at ?? line.at);
    for (const { id, granted, expires } of line.leases ?? [])
      if (granted < own) this.renewals.set(id, { moment: Date.parse(line.at), expires });
  }

  readonly of = (event: string): EventFacts | undefined => this.events.get(event);
}
