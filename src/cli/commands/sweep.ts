// `sweep`, for cron: ends what expired or lost its reason, in every clone the ledger knows. Silent where nothing was to do.

import { type Swept, sweep } from '../../flow/sweep.ts';
import type { ChangeReport } from '../../flow/verdict.ts';
import { type Context, failWith } from '../context.ts';
import type { SweepDocument } from '../documents.ts';
import { heaviest } from '../heaviest.ts';
import { changeDocument, changeLine, exitOfReports } from '../report.ts';
import { said } from '../said.ts';
import { plain, type Screen } from '../screen.ts';
import { type ExitCode, exitOf, wordsOf } from '../words.ts';

export async function runSweep(context: Context): Promise<ExitCode> {
  const { openClones } = await import('../../wire/clones.ts');
  const { screen, cwd, env } = context;
  const ports = await openClones(cwd, env);
  if (!ports.ok) return failWith(context, ports.failure);
  const began = ports.value.clock.now();
  const swept = await screen.during('Sweeping', () => sweep(ports.value));
  await ports.value.ship(began);
  if (!swept.ok) return failWith(context, swept.failure);
  if (screen.json) screen.document({ clones: swept.value.map(toDocument) } satisfies SweepDocument);
  else for (const each of swept.value) show(screen, each);
  return heaviest(swept.value.map(exitOfSwept));
}

/** What is a sweep's business: what went, or should have gone. A grant that is still refused is said by its own switch. */
const concerns = ({ change, outcome }: ChangeReport): boolean =>
  change.op === 'remove' || change.op === 'delete' || outcome === 'applied';

const reportsOf = ({ done }: Swept): ChangeReport[] => (done.ok ? done.value.reports.filter(concerns) : []);

function toDocument(swept: Swept): SweepDocument['clones'][number] {
  const { commonDir, repo, gone, done } = swept;
  const events = done.ok ? done.value.events.filter(({ event }) => !event.renewal) : [];
  return {
    path: commonDir,
    repo,
    state: done.ok ? (gone ? 'gone' : 'swept') : 'failed',
    events: events.map(({ event, ended }) => ({
      kind: event.kind,
      branch: event.branch,
      outcome: ended.outcome,
      reason: ended.reason ?? null,
    })),
    changes: reportsOf(swept).map((report) => changeDocument(report.change, report)),
    error: done.ok ? null : { code: done.failure.code, ...wordsOf(done.failure) },
  };
}

function show(screen: Screen, swept: Swept): void {
  const where = plain(swept.commonDir ?? 'what no clone holds any more');
  const changes = reportsOf(swept).map((report) => changeDocument(report.change, report));
  if (changes.length > 0) screen.line(`${where}${swept.gone ? ' (gone)' : ''}`);
  for (const change of changes) screen.line(changeLine(screen, change));
  const failure = swept.done.ok
    ? (swept.done.value.unlogged ?? reportsOf(swept).find((report) => report.failure !== undefined)?.failure)
    : swept.done.failure;
  if (!failure) return;
  const { message, remedy } = said(failure);
  const text = `${message}\n${remedy}`;
  screen.note(swept.done.ok ? text : `${where}: ${text}`);
}

const exitOfSwept = (swept: Swept): ExitCode => {
  if (!swept.done.ok) return exitOf(swept.done.failure);
  const changes = reportsOf(swept).map((report) => changeDocument(report.change, report));
  return exitOfReports(changes, { outcome: 'unchanged' });
};
