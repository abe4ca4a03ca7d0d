// What all commands begin with that look for lines of the log: where it is, what is asked for, in whose time.
import { distance } from 'fastest-levenshtein';
import { type AuditLine, parseAuditLine } from '../core/audit-record.ts';
import type { Failure } from '../core/failure.ts';
import type { Filters } from '../core/log/query.ts';
import { type Query, readQuery } from '../core/log/query.ts';
import { UTC, type Zone } from '../core/log/when.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { LogUnreadable } from '../flow/log-ports.ts';
import type { LogPlace } from '../wire/log-place.ts';
import { type Context, failWith } from './context.ts';
import { LOCAL } from './local-time.ts';
import type { ExitCode } from './words.ts';

/** Of our own machine, or what `--from` names. A file that can't be read any more becomes the exit code too. */
export async function withLog(
  context: Context,
  from: readonly string[] | undefined,
  run: (place: LogPlace) => Promise<Result<ExitCode, Failure>>,
): Promise<ExitCode> {
  const { openLogPlace } = await import('../wire/log-place.ts');
  const place = await openLogPlace(context.cwd, context.env, from);
  if (!place.ok) return failWith(context, place.failure);
  try {
    const done = await run(place.value);
    return done.ok ? done.value : failWith(context, done.failure);
  } catch (error) {
    if (error instanceof LogUnreadable) return failWith(context, error.failure);
    throw error;
  }
}

export const zoneOf = ({ utc }: { readonly utc?: boolean }): Zone => (utc === true ? UTC : LOCAL);

export function queryOf(
  options: Filters & { readonly utc?: boolean },
  place: Pick<LogPlace, 'repo'>,
  now: number,
): Result<Query, Failure> {
  const query = readQuery(options, { now, local: zoneOf(options), repo: place.repo, distance });
  return query.ok ? query : fail({ code: 'usage', problem: query.failure });
}

export interface Found {
  readonly line: AuditLine;
  /** As it is stored. */
  readonly text: string;
}

export function* matching(texts: Iterable<string>, query: Query): Iterable<Found> {
  for (const text of texts) {
    const found = match(text, query);
    if (found !== null) yield found;
  }
}

export function match(text: string, query: Query): Found | null {
  const line = parseAuditLine(text);
  return line !== null && query.takes(line, text) ? { line, text } : null;
}

export function* first<T>(items: Iterable<T>, most: number): Iterable<T> {
  let count = 0;
  if (most < 1) return;
  for (const item of items) {
    yield item;
    count += 1;
    if (count >= most) return;
  }
}

/** `-n`; infinite where nothing is said. */
export function readCount(typed: string | undefined): Result<number, Failure> {
  if (typed === undefined) return ok(Number.POSITIVE_INFINITY);
  const count = /^\d+$/.test(typed) ? Number(typed) : 0;
  return Number.isSafeInteger(count) && count > 0
    ? ok(count)
    : fail({ code: 'usage', problem: `-n takes a number of lines, not "${typed}".` });
}
