// `log report`: one page for people, of who had what when and why, that needs nothing but a browser.
import { resolve } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { readQuery } from '../../../core/log/query.ts';
import { pack, type ReportData } from '../../../core/log/report-data.ts';
import { UTC } from '../../../core/log/when.ts';
import { gather } from '../../../flow/log-report.ts';
import { VERSION } from '../../../version.ts';
import { soundnessOf } from '../../../wire/proof.ts';
import { emptyPage, writeReport } from '../../../wire/report-file.ts';
import { Calendar } from '../../calendar.ts';
import { type Context, failWith } from '../../context.ts';
import { LOCAL } from '../../local-time.ts';
import type { ReportOptions } from '../../log-options.ts';
import { reportBody, type Told } from '../../report-body.ts';
import type { ReportDocument } from '../../report-document.ts';
import { fillPage } from '../../report-page.ts';
import { barRow, eventRow, failureRow } from '../../report-rows.ts';
import { plain } from '../../screen.ts';
import { withLogs } from '../../with-logs.ts';
import type { ExitCode } from '../../words.ts';

const DAYS = '30d';
/** A page goes to people in other places. */
const calendar = new Calendar(UTC);

export const runReport = (context: Context, { html, ...options }: ReportOptions): Promise<ExitCode> =>
  withLogs(context, options.from, async (logs, { repo }) => {
    const empty = await emptyPage();
    if (!empty.ok) return failWith(context, empty.failure);
    const now = Date.now();
    const filters = { since: DAYS, ...options };
    const query = readQuery(filters, { now, local: LOCAL, repo, distance });
    if (!query.ok) return failWith(context, { code: 'usage', problem: query.failure });
    const sight = {
      since: query.value.since ?? 0,
      until: query.value.until ?? now,
      // Nothing was asked for but a time.
      takes: query.value.sought.texts.length === 0 ? null : query.value.takes,
    };
    const proofs = await soundnessOf(logs);
    if (!proofs.ok) return failWith(context, proofs.failure);
    const gathered = gather(logs, sight, { event: eventRow, failure: failureRow });
    const { counts, covers, events, failures } = gathered;
    const bars = gathered.spans.map((told) => barRow(told, calendar));
    const shown = { bars: bars.length, events: events.length, failures: failures.length };
    const told: Told = {
      ...{ since: sight.since, until: sight.until, made: now, version: VERSION, counts, shown, covers },
      filters: filterWords(options, query.value.repo),
      proofs: proofs.value,
    };
    const data: ReportData = {
      since: sight.since,
      until: sight.until,
      counts: { bars: counts.spans, events: counts.events, failures: counts.failures },
      ...{ bars: pack(bars), events: pack(events), failures: pack(failures) },
    };
    const title = `Access report, ${calendar.stamp(sight.since).slice(0, 10)} to ${calendar.stamp(sight.until).slice(0, 10)}`;
    const path = resolve(context.cwd, html);
    const written = await writeReport(path, fillPage(empty.value, title, reportBody(told, calendar), data));
    if (!written.ok) return failWith(context, written.failure);
    const document: ReportDocument = documentOf(path, told);
    if (context.screen.json) context.screen.document(document);
    else context.screen.line(sentenceOf(document));
    return 0;
  });

/** What narrows the report, in the words that were typed. */
function filterWords(options: Omit<ReportOptions, 'html'>, repo: string | null): string[] {
  const named = ['user', 'repo', 'branch', 'name', 'kind', 'outcome', 'id', 'grep'] as const;
  const typed = named.flatMap((name) => (options[name] === undefined ? [] : [`${name} ${options[name]}`]));
  return repo === null ? typed : [`repository ${repo}`, ...typed];
}

function documentOf(path: string, { since, until, counts, proofs }: Told): ReportDocument {
  return {
    html: path,
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    ...counts,
    logs: proofs.map(({ paths, lines, faults, firstFault, head }) => ({
      ...{ paths: [...paths], lines, faults, firstFault, head },
    })),
  };
}

function sentenceOf({ html, spans, people, events, logs }: ReportDocument): string {
  const many = (count: number, one: string, more: string): string =>
    `${count.toLocaleString('en')} ${count === 1 ? one : more}`;
  const broken = logs.some(({ faults }) => faults > 0) ? ' The log was changed: see the page.' : '';
  return `${plain(html)}: ${many(spans, 'span', 'spans')} of access of ${many(people, 'person', 'people')}, ${many(events, 'event', 'events')}.${broken}`;
}
