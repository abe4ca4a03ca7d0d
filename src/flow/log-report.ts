// Gathers what a report tells: spans of access, events and what failed, in one reading of the logs, in bounded memory.
import { type AuditLine, parseAuditLine } from '../core/audit-record.ts';
import { Elsewhere } from '../core/log/elsewhere.ts';
import { type EventFacts, type Happening, Happenings } from '../core/log/happenings.ts';
import { Held } from '../core/log/held.ts';
import { Newest } from '../core/log/newest.ts';
import { inOrder } from '../core/log/order.ts';
import { isSeen, type Sight } from '../core/log/sight.ts';
import { beginOf, endOf, isAccess, type Span } from '../core/log/span.ts';
import { Copies, type Cover, coverOf, type StoredLog, sorted } from './log-cover.ts';
import { findEvents } from './log-events.ts';
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
  const spans = new SpanSink(sight);
  const events = new Newest<Row>(MOST.events, ({ at }) => at);
  const failures = new Newest<Failed>(MOST.failures, ({ at }) => at);
  const happenings = new Happenings((happening) => {
    events.add(telling.event(happening));
    for (const line of failuresOf(happening)) failures.add(telling.failure(line));
  });
  const held = new Held((span) => spans.take(span));
  for (const line of inOrder(linesOf(logs, sight, happenings), lateLines(logs, null))) held.add(line);
  for (const span of held.open()) spans.take(span);
  happenings.finish();
  return {
    spans: spans.told(logs),
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
      if (!isIn && !text.includes('"op":"')) continue;
      const line = parseAuditLine(text);
      if (line === null || copies.isCopy(line)) continue;
      if (isIn) happenings.add(line, takes(line, text));
      yield line;
    }
  }
}

const AT = '{"at":"'.length;

class SpanSink {
  private readonly sight: Sight;
  private readonly kept = new Newest<Span>(MOST.spans, (span) => endOf(span) ?? Number.POSITIVE_INFINITY);
  private readonly elsewhere = new Elsewhere();
  private readonly people = new Set<string>();
  private readonly tally = { open: 0, owed: 0, maybe: 0 };

  constructor(sight: Sight) {
    this.sight = sight;
  }

  get counts(): { spans: number; open: number; owed: number; maybe: number; people: number } {
    return { ...this.tally, spans: this.kept.count, people: this.people.size };
  }

  take(span: Span): void {
    if (!isAccess(span) || !isSeen(span, this.sight)) return;
    this.kept.add(span);
    this.elsewhere.note(span);
    this.people.add(span.subject);
    if (span.ended !== null) return;
    const state = span.steps.at(-1)?.state;
    if (state === 'held') this.tally.open += 1;
    else if (state === 'owed') this.tally.owed += 1;
    else this.tally.maybe += 1;
  }

  told(logs: readonly StoredLog[]): Told[] {
    const spans = this.kept.newest().sort((a, b) => beginOf(b) - beginOf(a));
    const ids = spans.flatMap(({ granted, asked, ended }) => [(granted ?? asked)?.event, ended?.by.event]);
    const { own, renewals } = findEvents(
      logs,
      new Set(ids.filter((id) => id !== undefined)),
      new Set(spans.flatMap(({ granted, asked }) => (granted ?? asked)?.lease ?? [])),
    );
    const eventOf = (id: string | undefined): EventFacts | null => own.get(id ?? '') ?? null;
    return spans.map((span) => {
      const given = span.granted ?? span.asked;
      return {
        span,
        grantedBy: eventOf(given?.event),
        endedBy: eventOf(span.ended?.by.event),
        renewals: renewals.get(given?.lease ?? '') ?? [],
        elsewhere: this.elsewhere.before(span, endOf(span) ?? this.sight.until),
      };
    });
  }
}
