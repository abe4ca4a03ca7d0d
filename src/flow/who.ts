// Who held a name, or what somebody held, at one moment: by all that the logs say, with what gave it and took it.
import { Elsewhere, type Removal } from '../core/log/elsewhere.ts';
import type { EventFacts } from '../core/log/happenings.ts';
import { Point } from '../core/log/point.ts';
import { similar } from '../core/log/similar.ts';
import type { Span } from '../core/log/span.ts';
import { type Aspect, SubjectMatter } from '../core/log/subject-matter.ts';
import type { Distance } from '../core/nearest.ts';
import { type Cover, coverOf, type StoredLog, sorted } from './log-cover.ts';
import { findEvents, type Renewal } from './log-events.ts';
import { readSpans } from './log-spans.ts';

export interface Question {
  readonly aspect: Aspect;
  readonly asked: string;
  /** Milliseconds since the epoch. */
  readonly moment: number;
}

/** A span with what is told of it elsewhere in the logs. */
export interface Told {
  readonly span: Span;
  /** The event's own line; null where it isn't in these logs. */
  readonly grantedBy: EventFacts | null;
  readonly endedBy: EventFacts | null;
  /** What its lease was given when, in the order of the log. */
  readonly renewals: readonly Renewal[];
  /** Another machine took the same thing back in the meantime. */
  readonly elsewhere: Removal | null;
}

export interface Answer extends Question {
  readonly holders: readonly Told[];
  /** Where nobody held it: who did last, and who did next. */
  readonly last: Told | null;
  readonly next: Told | null;
  /** Some line is about it. */
  readonly known: boolean;
  /** What may have been meant, where no line is. */
  readonly similar: readonly string[];
  readonly covers: readonly Cover[];
}

export function askWho(logs: readonly StoredLog[], question: Question, distance: Distance): Answer {
  const covers = coverOf(logs);
  const all = sorted(logs, covers);
  const first = SubjectMatter.of(question.aspect, question.asked);
  let found = look(all, first, question.moment);
  const ids = first.newIds(found.seen);
  // It, or they, had another name for a time: then that is asked for too.
  if (isRenamed(all, first, ids)) found = look(all, first.with(ids), question.moment);
  const { point, elsewhere, known } = found;
  const tell = teller(all, point, elsewhere);
  const isNone = point.holders.length === 0;
  return {
    ...question,
    holders: point.holders.map(tell),
    last: isNone && point.last !== null ? tell(point.last) : null,
    next: isNone && point.next !== null ? tell(point.next) : null,
    known,
    similar: known ? [] : similar(question.asked, namesIn(all, question.aspect), distance),
    covers,
  };
}

interface Found {
  readonly point: Point;
  readonly elsewhere: Elsewhere;
  readonly known: boolean;
  /** One span of each id. */
  readonly seen: Iterable<Span>;
}

function look(logs: readonly StoredLog[], matter: SubjectMatter, moment: number): Found {
  const point = new Point(moment);
  const elsewhere = new Elsewhere();
  const seen = new Map<string, Span>();
  let known = false;
  const of = (line: Parameters<SubjectMatter['isIn']>[0]): boolean => {
    const isIn = matter.isIn(line);
    known ||= isIn;
    return isIn;
  };
  readSpans(logs, matter.needles, of, (span) => {
    point.take(span);
    elsewhere.note(span);
    seen.set(`${span.subjectId}\n${span.item.id ?? ''}`, span);
  });
  return { point, elsewhere, known, seen: seen.values() };
}

function isRenamed(logs: readonly StoredLog[], matter: SubjectMatter, ids: readonly string[]): boolean {
  if (ids.length === 0) return false;
  const renamed = matter.renamed(ids);
  for (const { files } of logs)
    for (const text of files.forward({ texts: [renamed.needles] })) if (renamed.isIn(text)) return true;
  return false;
}

function teller(logs: readonly StoredLog[], point: Point, elsewhere: Elsewhere): (span: Span) => Told {
  const { holders, last, next, moment } = point;
  const spans = holders.length > 0 ? holders : [last, next].filter((span) => span !== null);
  const marks = spans.flatMap(({ granted, asked, ended }) => [granted ?? asked, ended?.by]);
  const { own, renewals } = findEvents(
    logs,
    new Set(marks.flatMap((mark) => mark?.event ?? [])),
    new Set(marks.flatMap((mark) => mark?.lease ?? [])),
  );
  return (span) => {
    const given = span.granted ?? span.asked;
    return {
      span,
      grantedBy: own.get(given?.event ?? '') ?? null,
      endedBy: own.get(span.ended?.by.event ?? '') ?? null,
      renewals: renewals.get(given?.lease ?? '') ?? [],
      elsewhere: elsewhere.before(span, moment),
    };
  };
}

const NAMES = {
  name: /"name":("(?:[^"\\]|\\.)*"),"op"/,
  subject: /"subject":("(?:[^"\\]|\\.)*")/,
} as const;

/** Every name of that kind in the logs, without reading the lines as a whole. */
function namesIn(logs: readonly StoredLog[], aspect: Aspect): Set<string> {
  const names = new Set<string>();
  for (const { files } of logs) {
    for (const text of files.forward({ texts: [['"kind":"change"']] })) {
      const name = NAMES[aspect].exec(text)?.[1];
      if (name !== undefined) names.add(name);
    }
  }
  return new Set([...names].map((json) => JSON.parse(json) as string));
}
