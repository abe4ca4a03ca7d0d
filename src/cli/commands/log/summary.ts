// `log summary`: many lines in a few numbers.
import type { Filters, Query } from '../../../core/log/query.ts';
import { shownTime } from '../../../core/log/shown-time.ts';
import { type Counts, type Summary, Summing } from '../../../core/log/summary.ts';
import { ok } from '../../../core/result.ts';
import type { Context } from '../../context.ts';
import { rowLines } from '../../layout.ts';
import { LOCAL } from '../../local-time.ts';
import type { SummaryDocument } from '../../log-documents.ts';
import { matching, queryOf, withLog } from '../../log-reading.ts';
import { plain, type Screen } from '../../screen.ts';
import { span } from '../../time.ts';
import type { ExitCode } from '../../words.ts';

/** People named at most; the document has all. */
const PEOPLE = 20;
const NAMES = 10;

export function runSummary(context: Context, options: Filters): Promise<ExitCode> {
  return withLog(context, options.from, (place) => {
    const now = Date.now();
    const query = queryOf(options, place, now);
    if (!query.ok) return Promise.resolve(query);
    const summing = new Summing();
    for (const { line } of matching(place.files.forward(query.value.sought), query.value)) summing.add(line);
    if (context.screen.json) context.screen.document(documentOf(summing.result, query.value));
    else print(context.screen, summing.result, query.value, now);
    return Promise.resolve(ok(0));
  });
}

function documentOf(summary: Summary, { since, until, repo }: Query): SummaryDocument {
  const iso = (moment: number | null): string | null =>
    moment === null ? null : new Date(moment).toISOString();
  return {
    since: iso(since),
    until: iso(until),
    repo,
    ...summary,
    kinds: { ...summary.kinds },
    changes: { ...summary.changes },
    events: { ...summary.events },
    failures: { ...summary.failures },
  };
}

function print(screen: Screen, summary: Summary, { since, until, repo }: Query, now: number): void {
  const { paint, columns } = screen;
  const time = (moment: number): string => shownTime(moment, now, LOCAL);
  const bounds = [
    since === null ? '' : ` since ${time(since)}`,
    until === null ? '' : ` until ${time(until)}`,
    repo === null ? '' : ` of ${plain(repo)}`,
  ];
  screen.line(paint.bold(`${summary.lines === 1 ? 'One line' : `${summary.lines} lines`}${bounds.join('')}`));
  const row = (name: string, text: string): void => {
    if (text !== '')
      for (const line of rowLines({ name, text }, columns, NAMES, paint.dim)) screen.line(line);
  };
  const { latency, people } = summary;
  row('kinds', words(summary.kinds));
  row('events', words(summary.events));
  row('changes', words(summary.changes));
  row(
    'switches',
    latency === null
      ? ''
      : `from checkout to confirmed: p50 ${span(latency.p50)}, p95 ${span(latency.p95)}, p99 ${span(latency.p99)}, at most ${span(latency.max)} (${latency.count} that changed something)`,
  );
  row('failures', words(summary.failures));
  if (people.length < 2) return;
  for (const [at, { subject, lines, failures }] of people.slice(0, PEOPLE).entries())
    row(
      at === 0 ? 'people' : '',
      `${plain(subject)}: ${lines} lines${failures === 0 ? '' : `, ${failures} failed or refused`}`,
    );
  if (people.length > PEOPLE) row('', `and ${people.length - PEOPLE} more`);
}

const words = (counts: Counts): string =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${plain(name)}`)
    .join(', ');
