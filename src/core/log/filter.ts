// One option of a query, twice: as a test of a parsed line, and as texts that stand in the bytes of every line it takes.
import type { AuditLine } from '../audit-record.ts';
import { matchBranch, parseBranchPattern } from '../branch-pattern.ts';
import { matchesName } from '../name-pattern.ts';

export interface Filter {
  /** One of them stands in each line that is taken. None: nothing can be said of the bytes. */
  readonly texts: readonly string[];
  readonly takes: (line: AuditLine, text: string) => boolean;
}

/** Shorter ones could begin too many ids; they have to be whole. */
const LEAST_PREFIX = 8;

const json = (value: string): string => JSON.stringify(value);
/** As it stands within a JSON string, whatever comes before and after it. */
const inside = (value: string): string => json(value).slice(1, -1);
/** A member whose value begins so; keys and values are in JCS, so there is only one spelling. */
const member = (key: string, start: string): string => `"${key}":"${inside(start)}`;
const exactly = (key: string, value: string): string => `"${key}":${json(value)}`;

/** A member that has one of these values. */
export const valueFilter = (key: 'kind' | 'outcome', values: readonly string[]): Filter => ({
  texts: values.map((value) => exactly(key, value)),
  takes: (line) => values.includes(line[key] ?? ''),
});

export const userFilter = (users: readonly string[]): Filter => ({
  texts: users.flatMap((user) => [exactly('subject', user), exactly('subjectId', user)]),
  takes: ({ subject, subjectId }) => users.some((user) => user === subject || user === subjectId),
});

/** The repository somebody stands in, by its whole name. */
export const hereFilter = (repo: string): Filter => ({
  texts: [exactly('repo', repo)],
  takes: (line) => line.repo === repo,
});

/** `payments` and `acme/payments` are github.com/acme/payments too. */
export const repoFilter = (repos: readonly string[]): Filter => ({
  texts: repos.map((repo) => `${inside(repo)}"`),
  takes: ({ repo = '' }) => repos.some((each) => repo === each || repo.endsWith(`/${each}`)),
});

export function branchFilter(patterns: readonly string[]): Filter {
  const parsed = patterns.flatMap((text) => {
    const pattern = parseBranchPattern(text);
    return pattern.ok ? [pattern.value] : [];
  });
  return {
    texts: patterns.map((text) => member('branch', /^[^*{]*/.exec(text)?.[0] ?? '')),
    // A branch may be called what is no pattern, or one of something else.
    takes: ({ branch }) =>
      typeof branch === 'string' &&
      (patterns.includes(branch) || parsed.some((pattern) => matchBranch(pattern, branch) !== null)),
  };
}

export const nameFilter = (names: readonly string[]): Filter => ({
  texts: names.flatMap((name) => [
    name.includes('*') ? member('name', name.split('*')[0] ?? '') : exactly('name', name),
    exactly('targetId', name),
  ]),
  takes: ({ name, targetId }) =>
    names.some(
      (each) => each === name || each === targetId || (name !== undefined && matchesName(each, name)),
    ),
});

export function idFilter(ids: readonly string[]): Filter {
  const matches = (value: string | null | undefined): boolean =>
    typeof value === 'string' &&
    ids.some((id) => (id.length < LEAST_PREFIX ? value === id : value.startsWith(id)));
  return {
    // Whichever member it is the value of, or whichever list it stands in.
    texts: ids.map((id) => (id.length < LEAST_PREFIX ? json(id) : `"${inside(id)}`)),
    takes: ({ event, lease, requestId, transaction, leases = [], ended = [] }) =>
      [event, lease, requestId, transaction, ...ended].some(matches) || leases.some(({ id }) => matches(id)),
  };
}

/** As it is typed: what JSON escapes is found in its escaped spelling, and a piece of the line as it stands there too. */
export function grepFilter(texts: readonly string[]): Filter {
  const spellings = [...new Set(texts.flatMap((text) => [inside(text), text]))];
  return { texts: spellings, takes: (_, line) => spellings.some((spelling) => line.includes(spelling)) };
}
