// `reconcile`: what differs between ledger and directory, in every repository; with --fix it is put right.

import type { Failure } from '../../core/failure.ts';
import type { Item } from '../../core/ledger.ts';
import { type Finding, type Reconciliation, reconcile } from '../../flow/reconcile.ts';
import { type Context, failWith } from '../context.ts';
import { findingLine, summaryWords } from '../drift-words.ts';
import { heaviest } from '../heaviest.ts';
import { documentOf, summaryOf } from '../reconcile-document.ts';
import { changeDocument, changeLine, exitOfReports } from '../report.ts';
import { said } from '../said.ts';
import { plain, type Screen } from '../screen.ts';
import { type ExitCode, exitOf as exitOfFailure } from '../words.ts';

export interface ReconcileOptions {
  readonly fix?: boolean;
}

export async function runReconcile(context: Context, { fix = false }: ReconcileOptions): Promise<ExitCode> {
  const { openClones } = await import('../../wire/clones.ts');
  const { screen, cwd, env } = context;
  const opened = await openClones(cwd, env);
  if (!opened.ok) return failWith(context, opened.failure);
  const ports = opened.value;
  const began = ports.clock.now();
  const found = await screen.during('Looking', (waited, say) =>
    reconcile(ports, {
      fix,
      waited,
      progress: (commonDir, done, of) => {
        const number = (many: number): string => many.toLocaleString('en');
        const far = of === 0 ? 'Looking' : `Looking: ${number(done)} of ${number(of)}`;
        say(`${far} (${shortOf(commonDir)})`, `Looking (${shortOf(commonDir)})`);
      },
    }),
  );
  if (fix) await ports.ship(began);
  if (!found.ok) return failWith(context, found.failure);
  const now = ports.clock.now();
  if (screen.json) screen.document(documentOf(found.value, fix, now));
  else show(screen, found.value, fix, now);
  return exitOf(found.value, fix);
}

/** `payments` of `/home/alice/payments/.git`. */
const shortOf = (commonDir: string): string =>
  commonDir === ''
    ? 'elsewhere'
    : (commonDir
        .replace(/[/\\]\.git$/, '')
        .split(/[/\\]/)
        .at(-1) ?? commonDir);

const findingsOf = ({ clones }: Reconciliation): Finding[] =>
  clones.flatMap(({ done }) => (done.ok ? done.value.findings : []));

function failuresOf({ clones }: Reconciliation, fix: boolean): Failure[] {
  return clones.flatMap(({ done }) => {
    if (!done.ok) return [done.failure];
    const { failures, findings } = done.value;
    return [...failures, ...(fix ? findings.flatMap(({ failure }) => failure ?? []) : [])];
  });
}

function exitOf(found: Reconciliation, fix: boolean): ExitCode {
  const findings = findingsOf(found);
  const refused = found.clones.some(({ done }) => done.ok && done.value.refused.length > 0);
  const reports = exitOfReports(fix ? findings : [], { outcome: 'unchanged' });
  const left = fix
    ? findings.some(({ outcome }) => outcome === 'would' || outcome === undefined)
    : findings.length > 0;
  return heaviest([
    ...failuresOf(found, fix).map(exitOfFailure),
    reports,
    left ? 1 : 0,
    refused || found.unseen.length > 0 ? 3 : 0,
  ]);
}

function show(screen: Screen, found: Reconciliation, fix: boolean, now: number): void {
  for (const { commonDir, gone, done } of found.clones) {
    if (!done.ok) continue;
    const { findings, refused, unverified } = done.value;
    if (findings.length + refused.length + unverified.length === 0) continue;
    screen.line(`${plain(commonDir ?? 'what no clone holds any more')}${gone ? ' (gone)' : ''}`);
    for (const finding of findings) screen.line(findingLine(screen, finding, now));
    for (const { change, came } of refused)
      screen.line(changeLine(screen, { ...changeDocument(change), outcome: 'refused', ...reasonOf(came) }));
    if (unverified.length > 0)
      screen.line(`  ? not to be seen in the directory: ${listed(unverified.map(({ item }) => item))}`);
  }
  if (found.unseen.length > 0)
    screen.line(`? looked at by no clone, because none may ask or could: ${listed(found.unseen)}`);
  const failures = failuresOf(found, fix);
  const summary = summaryOf(found);
  const fixed = findingsOf(found).filter(({ outcome }) => outcome === 'applied').length;
  const isWhole = failures.length === 0 && summary.unverified === 0;
  screen.line(summaryWords(summary, fix ? fixed : null, isWhole));
  const notes = found.clones.flatMap((clone) => {
    const where = clone.done.ok ? '' : `${plain(clone.commonDir ?? '')}: `;
    return failuresOf({ ...found, clones: [clone] }, fix).map((failure) => `${where}${noteOf(failure)}`);
  });
  for (const note of new Set(notes)) screen.note(note);
}

const reasonOf = ({ reason }: Pick<Finding, 'reason'>): Pick<Finding, 'reason'> =>
  reason === undefined ? {} : { reason };

function noteOf(failure: Failure): string {
  const { message, remedy } = said(failure);
  return `${message}\n${remedy}`;
}

const MOST_LISTED = 20;

function listed(items: readonly Item[]): string {
  const names = items.slice(0, MOST_LISTED).map(({ name }) => plain(name));
  const more = items.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more.toLocaleString('en')} more` : ''}`;
}
