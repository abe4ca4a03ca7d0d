// The files of logs as one run of stored lines, forward or back: what stands in no line that is sought isn't decoded.
import type { Failure } from '../../core/failure.ts';
import { timeOf } from '../../core/log/line-time.ts';
import { type LogFiles, LogUnreadable, type Sought } from '../../flow/log-ports.ts';
import { LogSegment } from './log-segment.ts';
import { Needles } from './needles.ts';
import { diskFailure, errorCode } from './replace-file.ts';
import { segmentsOf } from './segments.ts';

/** A directory of segments, or one file alone. */
export type LogSource = { readonly directory: string } | { readonly file: string };

type Way = 'forward' | 'back';

/** All buffers together, however many logs are read beside each other. */
const BUFFERS = 32 * 1024 * 1024;
const CHUNK = 256 * 1024;
const LEAST_CHUNK = 16 * 1024;
/** A log can't be rotated that often while its files are opened. */
const TRIES = 10;

export function openLogFiles(sources: readonly LogSource[]): LogFiles {
  const chunk = Math.max(LEAST_CHUNK, Math.min(CHUNK, Math.floor(BUFFERS / Math.max(1, sources.length))));
  const read = (way: Way, { texts, since = Number.NEGATIVE_INFINITY }: Sought = {}): Iterable<string> => {
    const each = sources.map((source) => linesOf(source, way, new Needles(texts), since, chunk));
    const [only] = each;
    return only !== undefined && each.length === 1 ? only : merged(each, way);
  };
  return { forward: (sought) => read('forward', sought), back: (sought) => read('back', sought) };
}

/** The first of these that can't be read, and why. Our own log may not be there yet. */
export function unreadable(sources: readonly LogSource[]): Failure | null {
  try {
    for (const source of sources) for (const path of pathsOf(source)) opened(path, 'file' in source)?.close();
    return null;
  } catch (error) {
    if (error instanceof LogUnreadable) return error.failure;
    throw error;
  }
}

function* linesOf(
  source: LogSource,
  way: Way,
  needles: Needles,
  since: number,
  chunk: number,
): Iterable<string> {
  const { sealed, live } = snapshot(source);
  try {
    const files = [...sealed.map((path) => () => opened(path, false)), () => live];
    if (way === 'back') files.reverse();
    for (const open of way === 'back' ? files : after(files, since)) {
      const segment = open();
      if (segment === null) continue;
      try {
        yield* segment[way](needles, since, chunk);
        if (way === 'back' && segment.beginsBefore(since)) return;
      } finally {
        if (segment !== live) segment.close();
      }
    }
  } finally {
    live?.close();
  }
}

/** Without the files before the one in which that moment lies. */
function after(
  files: readonly (() => LogSegment | null)[],
  since: number,
): readonly (() => LogSegment | null)[] {
  if (since === Number.NEGATIVE_INFINITY) return files;
  for (let at = files.length - 1; at > 0; at -= 1) {
    const segment = files[at]?.();
    const begins = segment?.beginsBefore(since);
    if (at < files.length - 1) segment?.close();
    if (begins === true) return files.slice(at);
  }
  return files;
}

interface Snapshot {
  readonly sealed: readonly string[];
  /** Open, because its name is somebody else's after a rotation; null: there is none. */
  readonly live: LogSegment | null;
}

function snapshot(source: LogSource): Snapshot {
  for (let left = TRIES; ; left -= 1) {
    const paths = pathsOf(source);
    const sealed = paths.slice(0, -1);
    const last = paths.at(-1);
    const live = last === undefined ? null : opened(last, 'file' in source);
    // Rotated in between: what was the growing file is one of the sealed ones now.
    if ('file' in source || left === 0 || same(paths, pathsOf(source))) return { sealed, live };
    live?.close();
  }
}

const same = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((path, at) => path === others[at]);

function pathsOf(source: LogSource): readonly string[] {
  if ('file' in source) return [source.file];
  try {
    return segmentsOf(source.directory).map(({ path }) => path);
  } catch (error) {
    throw new LogUnreadable(diskFailure(source.directory, error));
  }
}

/** Null where there is none, and there needn't be: retention may have taken it meanwhile. */
function opened(path: string, needed: boolean): LogSegment | null {
  try {
    return new LogSegment(path);
  } catch (error) {
    if (!needed && errorCode(error) === 'ENOENT') return null;
    throw new LogUnreadable(diskFailure(path, error));
  }
}

interface Head {
  readonly lines: Iterator<string>;
  readonly text: string;
  readonly time: number;
}

/** By `time`; what has none stays beside the line that it came with. */
function* merged(all: readonly Iterable<string>[], way: Way): Iterable<string> {
  const sign = way === 'forward' ? 1 : -1;
  const open = all.map((lines) => lines[Symbol.iterator]());
  const next = (lines: Iterator<string>, before: number): Head[] => {
    const { done, value } = lines.next();
    return done === true ? [] : [{ lines, text: value, time: timeOf(value) ?? before }];
  };
  try {
    const heads = open.flatMap((lines) => next(lines, sign * Number.NEGATIVE_INFINITY));
    while (heads.length > 0) {
      let first = 0;
      for (let at = 1; at < heads.length; at += 1)
        if (sign * ((heads[at]?.time ?? 0) - (heads[first]?.time ?? 0)) < 0) first = at;
      const head = heads[first];
      if (head === undefined) return;
      yield head.text;
      heads.splice(first, 1, ...next(head.lines, head.time));
    }
  } finally {
    for (const lines of open) lines.return?.();
  }
}
