// Which lines somebody asks for: from the options of the command line to what is looked for in bytes, and in parsed lines.
import type { AuditLine, RecordKind } from '../audit-record.ts';
import type { Distance } from '../nearest.ts';
import { ok, type Result } from '../result.ts';
import { EVENT_KINDS, EVENT_OUTCOMES } from '../vocabulary.ts';
import {
  branchFilter,
  type Filter,
  grepFilter,
  hereFilter,
  idFilter,
  nameFilter,
  repoFilter,
  userFilter,
  valueFilter,
} from './filter.ts';
import { type Now, readWhen } from './when.ts';
import { chosen, listed } from './words.ts';

/** As typed: a comma is an OR inside one of them, all of them together are an AND. */
export interface Filters {
  readonly since?: string;
  readonly until?: string;
  readonly user?: string;
  readonly repo?: string;
  readonly branch?: string;
  readonly name?: string;
  readonly kind?: string;
  readonly outcome?: string;
  readonly id?: string;
  readonly grep?: string;
  readonly allRepos?: boolean;
  readonly from?: readonly string[];
}

export interface Asker extends Now {
  /** The repository somebody stands in; null elsewhere. */
  readonly repo: string | null;
  readonly distance: Distance;
}

export interface Query {
  /** What the bytes of every line that is taken hold, and since when such lines were written. */
  readonly sought: { readonly texts: readonly (readonly string[])[]; readonly since?: number };
  readonly takes: (line: AuditLine, text: string) => boolean;
  /** Of when they are (`at`): from then on, and before then; null: no bound. */
  readonly since: number | null;
  readonly until: number | null;
  /** Only this repository's, because nobody said otherwise. */
  readonly repo: string | null;
}

export const RECORD_KINDS: readonly RecordKind[] = [
  ...EVENT_KINDS,
  'intent',
  'change',
  'sync',
  'log-start',
  'install',
  'uninstall',
  'trust',
];

const DAY = 86_400_000;
/** A line is written after what it tells of, but for a clock that was set back in between. */
const SLACK = 600_000;

export function readQuery(filters: Filters, asker: Asker): Result<Query, string> {
  const { distance } = asker;
  const until = filters.until === undefined ? ok(null) : readWhen(filters.until, asker);
  if (!until.ok) return until;
  const explicit = filters.since === undefined ? ok(null) : readWhen(filters.since, asker);
  if (!explicit.ok) return explicit;
  const since = explicit.value ?? (filters.id === undefined ? (until.value ?? asker.now) - DAY : null);
  const repo =
    filters.allRepos === true || filters.from !== undefined || filters.repo !== undefined ? null : asker.repo;
  const words: readonly (readonly [
    typed: string | undefined,
    read: (text: string) => Result<Filter, string>,
  ])[] = [
    [
      filters.kind,
      (text) => filterOf(chosen('--kind', text, RECORD_KINDS, distance), (all) => valueFilter('kind', all)),
    ],
    [
      filters.outcome,
      (text) =>
        filterOf(chosen('--outcome', text, EVENT_OUTCOMES, distance), (all) => valueFilter('outcome', all)),
    ],
    [filters.user, (text) => filterOf(listed('--user', text), userFilter)],
    [filters.repo, (text) => filterOf(listed('--repo', text), repoFilter)],
    [filters.branch, (text) => filterOf(listed('--branch', text), branchFilter)],
    [filters.name, (text) => filterOf(listed('--name', text), nameFilter)],
    [filters.id, (text) => filterOf(listed('--id', text), idFilter)],
    [filters.grep, (text) => filterOf(listed('--grep', text), grepFilter)],
  ];
  const all: Filter[] = repo === null ? [] : [hereFilter(repo)];
  for (const [typed, read] of words) {
    if (typed === undefined) continue;
    const filter = read(typed);
    if (!filter.ok) return filter;
    all.push(filter.value);
  }
  return ok(queryOf(all, since, until.value, repo));
}

function filterOf(
  words: Result<readonly string[], string>,
  make: (words: readonly string[]) => Filter,
): Result<Filter, string> {
  return words.ok ? ok(make(words.value)) : words;
}

function queryOf(
  all: readonly Filter[],
  since: number | null,
  until: number | null,
  repo: string | null,
): Query {
  return {
    sought: {
      texts: all.map(({ texts }) => texts),
      ...(since === null ? {} : { since: since - SLACK }),
    },
    takes: (line, text) => {
      const at = Date.parse(line.at);
      if (since !== null && !(at >= since)) return false;
      // Late lines tell of what was before: where they stand in the log says nothing.
      if (until !== null && !(at < until)) return false;
      return all.every((filter) => filter.takes(line, text));
    },
    since,
    until,
    repo,
  };
}
