// Points in time as people type them: `2h`, `yesterday`, `14:00`, `2026-10-03 14:00`, RFC 3339.
import { fail, ok, type Result } from '../result.ts';

/** What a clock on the wall shows; months from 1. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** How a place's clocks stand to the time that is the same everywhere, in milliseconds since the epoch. */
export interface Zone {
  wallOf(moment: number): WallTime;
  momentOf(wall: WallTime): number;
}

export interface Now {
  readonly now: number;
  readonly local: Zone;
}

export const UTC: Zone = {
  wallOf: (moment) => {
    const date = new Date(moment);
    return {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
    };
  },
  momentOf: ({ year, month, day, hour, minute, second }) =>
    Date.UTC(year, month - 1, day, hour, minute, second),
};

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const AGO = /^(\d{1,9})([smhdw])$/;
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/;
const DATE =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/i;

const FORMS =
  '2h, 90m, 7d or 2w (ago), now, today, yesterday, 14:00, 2026-10-03, "2026-10-03 14:00" or 2026-10-03T14:00:00Z';

/** Milliseconds since the epoch, or what is wrong with the text. A day alone is its beginning. */
export function readWhen(text: string, { now, local }: Now): Result<number, string> {
  const typed = text.trim();
  const bad = (why: string) => fail(`"${text}" is ${why}; a time is ${FORMS}.`);
  const ago = AGO.exec(typed);
  if (ago !== null) return inRange(now - Number(ago[1]) * (UNITS[ago[2] ?? ''] ?? 0)) ?? bad('too long ago');
  const today = { ...local.wallOf(now), hour: 0, minute: 0, second: 0 };
  switch (typed.toLowerCase()) {
    case 'now':
      return ok(now);
    case 'today':
      return ok(local.momentOf(today));
    case 'yesterday':
      return ok(local.momentOf(dayBefore(today)));
  }
  const clock = CLOCK.exec(typed);
  if (clock !== null) {
    const wall = {
      ...today,
      hour: Number(clock[1]),
      minute: Number(clock[2]),
      second: Number(clock[3] ?? 0),
    };
    return isWall(wall) ? ok(local.momentOf(wall)) : bad('no time of day');
  }
  const date = DATE.exec(typed);
  if (date === null) return bad('no time');
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = date
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const wall = { year, month, day, hour, minute, second };
  if (!isWall(wall)) return bad('on no calendar');
  const rest = Math.floor(Number(date[7] ?? 0) * 1000);
  const offset = date[8] === undefined ? null : offsetOf(date[8]);
  if (Number.isNaN(offset)) return bad('in no time zone');
  return ok((offset === null ? local.momentOf(wall) : UTC.momentOf(wall) - offset) + rest);
}

const inRange = (moment: number) => (Number.isNaN(new Date(moment).getTime()) ? null : ok(moment));

/** By the calendar: a day isn't always 24 hours long. */
function dayBefore(wall: WallTime): WallTime {
  const { year, month, day } = UTC.wallOf(UTC.momentOf({ ...wall, hour: 0 }) - (UNITS['d'] ?? 0));
  return { ...wall, year, month, day };
}

/** Whether there is such a day, and such a time of day. */
function isWall(wall: WallTime): boolean {
  const back = UTC.wallOf(UTC.momentOf(wall));
  return (Object.keys(back) as (keyof WallTime)[]).every((key) => back[key] === wall[key]);
}

function offsetOf(text: string): number {
  if (text.toUpperCase() === 'Z') return 0;
  const [hours = 0, minutes = 0] = text.slice(1).split(':').map(Number);
  if (hours > 23 || minutes > 59) return Number.NaN;
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
