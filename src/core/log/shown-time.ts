// Moments as people read them, in the time of some place.
import { UTC, type Zone } from './when.ts';

const two = (value: number): string => String(value).padStart(2, '0');

/** `14:00:05` of today, else with the day; `short`: where there is little room, only what tells it from the others. */
export function shownTime(moment: number, now: number, zone: Zone, short = false): string {
  const { year, month, day, hour, minute, second } = zone.wallOf(moment);
  const today = zone.wallOf(now);
  const date = `${two(month)}-${two(day)}`;
  const clock = `${two(hour)}:${two(minute)}`;
  if (year === today.year && month === today.month && day === today.day) return `${clock}:${two(second)}`;
  if (short) return year === today.year ? `${date} ${clock}` : `${year}-${date}`;
  return `${year}-${date} ${clock}:${two(second)}`;
}

/** RFC 3339 to the millisecond, with the offset of the place. */
export function rfc3339(moment: number, zone: Zone): string {
  const wall = zone.wallOf(moment);
  const seconds = Math.floor(moment / 1000) * 1000;
  const offset = Math.round((UTC.momentOf(wall) - seconds) / 60_000);
  const iso = new Date(moment + offset * 60_000).toISOString();
  if (zone === UTC) return iso;
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  return `${iso.slice(0, -1)}${offset < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`;
}
