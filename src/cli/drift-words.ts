// What differs between ledger and directory, in words.
import type { Drifted } from '../core/reconcile.ts';
import type { Finding } from '../flow/reconcile.ts';
import { reasonWords } from './reason-words.ts';
import type { ReconcileSummary } from './reconcile-document.ts';
import { outcomeWords } from './report.ts';
import { plain, type Screen } from './screen.ts';
import { span } from './time.ts';

/** One clause; `now` in milliseconds since the epoch. */
export function explanationOf(found: Drifted, now: number): string {
  const since = found.since === null ? '' : ` since ${span(now - found.since)} ago`;
  const rules = `${found.rules.length === 1 ? 'rule' : 'rules'} ${found.rules.join(', ')}`;
  switch (found.is) {
    case 'lost':
      return `the ledger has it${since}, the directory doesn't`;
    case 'ungranted':
      return `${rules} gives it, and it was not given yet`;
    case 'unknown':
      return 'the directory has it, and neither a lease nor the ledger knows of it';
    case 'arrived':
      return 'the ledger says it is on its way, and it is there';
    case 'never-arrived':
      return 'the ledger says it is on its way, and it never came';
    case 'given-back':
      return 'the ledger says it is not given back yet, and it is gone';
    case 'not-given-back':
      return 'the ledger says it is being given back; it is there, and wanted again';
    case 'gone':
      return `the ledger has it${since}, and it is gone from the directory`;
    case 'unrecorded':
      return `the directory has it, ${rules} gives it, and the ledger doesn't know`;
    case 'foreign':
      return 'the ledger has it, no lease does; it was there before, and stays';
    case 'renamed':
      return `the directory calls it ${found.now ?? found.item.name} now`;
    case 'unleased':
      return `the ledger has it${since}, and no lease does any more`;
    case 'owed':
      return `given${since}, and owed: it could not be given back yet`;
    case 'own-group':
      return 'the group was made for a branch that is gone';
  }
}

/** The sign is what a fix does in the directory; `=`: nothing, the ledger follows. Colour only repeats it. */
export function findingLine(screen: Screen, finding: Finding, now: number): string {
  const { paint } = screen;
  const { drift, item, branch, change, outcome, verified, reason } = finding;
  const op = change === null || change.disposition.do === 'record' ? null : change.op;
  const follows = outcome === 'applied' ? paint.green('the ledger follows') : (outcome ?? '');
  const words = op === null ? follows : outcomeWords(screen, { op, outcome, verified });
  const sign =
    op === null ? paint.cyan('=') : op === 'add' || op === 'create' ? paint.green('+') : paint.yellow('-');
  const kind = item.kind === 'group' ? '' : ` (${item.kind})`;
  const where = branch === null ? '' : ` (${plain(branch)})`;
  const why = reason === undefined ? '' : `: ${reasonWords(reason)}`;
  const came = words === '' ? '' : `  ${words}${why}`;
  const says = plain(explanationOf(finding, now));
  return `  ${sign} ${drift}  ${plain(item.name)}${kind}${came}  ${paint.dim(`${says}${where}`)}`;
}

const count = (many: number, one: string, several = `${one}s`): string =>
  `${many.toLocaleString('en')} ${many === 1 ? one : several}`;

/** What of it differs, in the order of the contract. */
const driftWords = ({ missing, extra, contradicted, orphaned }: ReconcileSummary): string[] =>
  Object.entries({ missing, extra, contradicted, orphaned }).flatMap(([drift, many]) =>
    many === 0 ? [] : [`${many.toLocaleString('en')} ${drift}`],
  );

/** The last line. `fixed`: how many of the findings are put right; null: nobody was asked to. */
export function summaryWords(summary: ReconcileSummary, fixed: number | null, isWhole: boolean): string {
  const drift = driftWords(summary);
  const found = summary.missing + summary.extra + summary.contradicted + summary.orphaned;
  const scope = `${count(summary.looked, 'thing')} looked at in ${count(summary.repositories, 'repository', 'repositories')}`;
  if (found === 0) {
    if (!isWhole) return `Nothing is known to differ, but not everything could be looked at: ${scope}.`;
    if (summary.repositories === 0 && summary.looked === 0)
      return 'There is nothing to compare: nothing was granted, and scim-hook is not installed here.';
    return `Nothing differs: ${scope}.`;
  }
  const differs = `${count(found, 'difference')}: ${drift.join(', ')}; ${scope}.`;
  if (fixed === null) return `${differs} To put it right: \`scim-hook reconcile --fix\`.`;
  return fixed === found
    ? `${differs} All of it is put right.`
    : `${differs} ${count(fixed, 'is', 'are')} put right, ${found - fixed} not.`;
}
