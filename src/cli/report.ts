// What came of a sync, for people and as the document of the contract.

import { harmOf } from '../core/failure.ts';
import type { Ended } from '../core/outcome.ts';
import type { Change } from '../core/plan.ts';
import type { Settled } from '../flow/settle.ts';
import type { Standing } from '../flow/standing.ts';
import type { ChangeReport } from '../flow/verdict.ts';
import type { ChangeDocument, SyncDocument } from './documents.ts';
import { reasonWords } from './reason-words.ts';
import { plain, type Screen } from './screen.ts';
import type { ExitCode } from './words.ts';

export function changeDocument(
  change: Change,
  report?: Omit<ChangeReport, 'change' | 'event'>,
): ChangeDocument {
  const { op, item, rules, why } = change;
  return {
    op,
    kind: item.kind,
    name: item.name,
    ...(item.id === null ? {} : { id: item.id }),
    rules: [...rules],
    why,
    ...(report === undefined ? {} : { outcome: report.outcome }),
    ...(report?.reason === undefined ? {} : { reason: report.reason }),
    ...(report?.verified === undefined ? {} : { verified: report.verified }),
    ...mutable(harmOf(report?.failure)),
  };
}

const mutable = ({
  harmed,
  ...more
}: ReturnType<typeof harmOf>): Pick<ChangeDocument, 'harmed' | 'restored'> => ({
  ...(harmed === undefined ? {} : { harmed: [...harmed] }),
  ...more,
});

export function syncDocument(
  { settings }: Pick<Standing, 'settings'>,
  branch: string | null,
  changes: readonly ChangeDocument[],
  { outcome, reason }: Ended,
): SyncDocument {
  return {
    branch,
    subject: { value: settings.pins?.subject ?? '', id: settings.pins?.subjectId ?? '' },
    mode: settings.mode,
    changes: [...changes],
    outcome,
    ...(reason === undefined ? {} : { reason }),
  };
}

/** DESIGN section 5, several at once: 4, then 1, 3, 5. */
export function exitOfReports(
  changes: readonly Pick<ChangeDocument, 'outcome' | 'reason'>[],
  ended: Ended,
): ExitCode {
  const all = [...changes, ended];
  if (all.some(({ reason }) => reason === 'no-token' || reason === 'denied')) return 4;
  if (all.some(({ outcome }) => outcome === 'failed')) return 1;
  if (all.some(({ outcome }) => outcome === 'refused')) return 3;
  return all.some(({ outcome }) => outcome === 'pending' || outcome === 'owed') ? 5 : 0;
}

/** One line a change: what, which, and what came of it. Signs and words carry the meaning; colour only repeats it. */
export function changeLine(screen: Screen, change: ChangeDocument): string {
  const { paint } = screen;
  const taking = change.op === 'remove' || change.op === 'delete';
  const sign = taking ? paint.yellow('-') : paint.green('+');
  const whole =
    change.op === 'create' ? ' (a new group)' : change.op === 'delete' ? ' (the group itself)' : '';
  const kind = change.kind === 'group' ? whole : ` (${change.kind})`;
  const reason = change.reason === undefined ? '' : `: ${reasonWords(change.reason)}`;
  const outcome = change.outcome === undefined ? '' : `  ${outcomeWords(screen, change)}${reason}`;
  return `  ${sign} ${plain(change.name)}${kind}${outcome}  ${paint.dim(plain(change.why))}`;
}

const DONE = { add: 'granted', create: 'made', remove: 'given back', delete: 'deleted' } as const;

export function outcomeWords(
  { paint }: Screen,
  { op, outcome, verified }: Pick<ChangeDocument, 'op' | 'outcome' | 'verified'>,
): string {
  switch (outcome) {
    case 'applied':
      return paint.green(`${DONE[op]}${verified === 'confirmed' ? '' : `, ${verified ?? 'not verified'}`}`);
    case 'would':
      return paint.cyan(`would be ${DONE[op]} (audit mode)`);
    case 'pending':
      return paint.yellow(verified === 'accepted' ? 'pending: the directory is at it' : 'pending');
    case 'owed':
      return paint.yellow(`not ${DONE[op]} yet`);
    case 'refused':
      return paint.red('refused');
    default:
      return paint.red(outcome ?? '');
  }
}

/** A sentence for the whole. */
export function summary(ended: Ended, branch: string | null, count: number): string {
  const where = branch === null ? 'No branch is checked out' : plain(branch);
  const because = ended.reason === undefined ? '' : `: ${reasonWords(ended.reason)}`;
  switch (ended.outcome) {
    case 'unchanged':
      return `${where}: nothing to change${because}.`;
    case 'applied':
      return `${where}: ${count === 1 ? 'one change' : `${count} changes`} made and verified.`;
    case 'would':
      return `${where}: ${count === 1 ? 'one change' : `${count} changes`} would be made in mode enforce.`;
    case 'refused':
      return `${where}: refused${because}.`;
    case 'skipped':
      return `${where}: skipped${because}.`;
    case 'superseded':
      return `${where}: a later switch came first.`;
    case 'failed':
      return `${where}: failed${because}.`;
    case 'pending':
      return `${where}: pending${because}. It is tried again at the next switch, or with \`scim-hook sync\`.`;
    case 'owed':
      return `${where}: not all could be given back yet${because}. It is tried again at the next switch.`;
  }
}

export function printSettled(screen: Screen, settled: Settled, branch: string | null, ended: Ended): void {
  const changes = settled.reports.map((report) => changeDocument(report.change, report));
  if (screen.json) {
    screen.document(syncDocument(settled.standing, branch, changes, ended));
    return;
  }
  screen.line(summary(ended, branch, changes.length));
  for (const change of changes) screen.line(changeLine(screen, change));
}
