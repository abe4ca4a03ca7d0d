// Lines of the log as rows for a terminal: what is the same in all of them is left out, what came of it is coloured.
import { GLYPHS, type Row } from '../core/log/row.ts';
import { shownTime } from '../core/log/shown-time.ts';
import type { Zone } from '../core/log/when.ts';
import { type Column, type Fitted, fitTable } from './log-table.ts';
import { plain, type Screen } from './screen.ts';

export interface RowsOptions {
  readonly screen: Screen;
  readonly now: number;
  readonly zone: Zone;
  /** Lines of several repositories. */
  readonly repos: boolean;
}

type Name = 'time' | 'who' | 'branch' | 'what' | 'result' | 'ms' | 'seq';

const COLUMNS: Readonly<Record<Name, Column>> = {
  time: { head: 'TIME', least: 19 },
  who: { head: 'WHO', least: 8, grows: true, spare: 3 },
  branch: { head: 'BRANCH', least: 6, grows: true },
  what: { head: 'WHAT', least: 8, grows: true },
  result: { head: 'RESULT', least: 9, grows: true },
  ms: { head: 'MS', least: 6, right: true, spare: 1 },
  seq: { head: 'SEQ', least: 12, right: true, spare: 2 },
};

/** With fewer columns, days are written short. */
const NARROW = 110;

/** `sample`: the rows to come, or the first of them where `grows`. */
export function rowPrinter(
  { screen, now, zone, repos }: RowsOptions,
  sample: readonly Row[],
  grows: boolean,
): { readonly head: string; line(row: Row): string } {
  const width = screen.columns || 80;
  const several = grows || everybody(sample).length > 1;
  const names = (Object.keys(COLUMNS) as Name[]).filter((name) => name !== 'who' || several);
  const { paint } = screen;
  const cell: Readonly<Record<Name, (row: Row) => string>> = {
    time: ({ at }) => (Number.isNaN(at) ? '' : shownTime(at, now, zone, width < NARROW)),
    who: ({ who }) => plain(who),
    branch: ({ repo, branch }) => plain(repos ? `${shortRepo(repo)}@${branch}` : branch),
    what: ({ what }) => plain(what),
    result: ({ outcome, reason }) =>
      plain(
        outcome === null ? '' : `${GLYPHS[outcome] ?? '?'} ${outcome}${reason === '' ? '' : `: ${reason}`}`,
      ),
    ms: ({ ms }) => (ms === null ? '' : String(ms)),
    seq: ({ seq }) => String(seq),
  };
  const cellsOf = (row: Row): string[] => names.map((name) => cell[name](row));
  const fitted: Fitted = fitTable(
    names.map((name) => COLUMNS[name]),
    sample.map(cellsOf),
    width,
    grows,
  );
  const coloured = (row: Row) => (text: string, at: number) => {
    const name = names[at];
    if (name === 'time' || name === 'seq' || name === 'ms') return paint.dim(text);
    if (name === 'what') return row.outcome === null ? paint.bold(text) : text;
    return name === 'result' ? colour(screen, row)(text) : text;
  };
  return { head: paint.dim(fitted.head), line: (row) => fitted.row(cellsOf(row), coloured(row)) };
}

/** Whom these lines are about. */
export const everybody = (rows: readonly Row[]): readonly string[] => [
  ...new Set(rows.map(({ who }) => who).filter((who) => who !== '')),
];

function colour({ paint }: Screen, { outcome }: Row): (text: string) => string {
  switch (outcome) {
    case 'applied':
      return paint.green;
    case 'failed':
    case 'refused':
      return paint.red;
    case 'pending':
    case 'owed':
      return paint.yellow;
    case 'would':
      return paint.cyan;
    default:
      return paint.dim;
  }
}

/** Enough to tell repositories apart: owner and name, or the directory. */
function shortRepo(repo: string): string {
  const segments = repo.replace(/\/\.git$/, '').split('/');
  return segments.slice(repo.startsWith('/') ? -1 : -2).join('/');
}
