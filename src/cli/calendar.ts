// Points in time for people who compare them with other records: never without saying by which clocks they are.
import type { Zone } from '../core/log/when.ts';

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const two = (value: number): string => String(value).padStart(2, '0');

export class Calendar {
  private readonly zone: Zone;

  constructor(zone: Zone) {
    this.zone = zone;
  }

  /** `2026-10-03 14:00:05`. */
  stamp(moment: number): string {
    const { year, month, day, hour, minute, second } = this.zone.wallOf(moment);
    return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`;
  }

  /** `14:00 on 3 October 2026`. */
  spoken(moment: number): string {
    const { year, month, day, hour, minute, second } = this.zone.wallOf(moment);
    const clock = `${two(hour)}:${two(minute)}${second === 0 ? '' : `:${two(second)}`}`;
    return `${clock} on ${day} ${MONTHS[month - 1]} ${year}`;
  }

  /** How the clocks of that moment stand: `UTC`, `UTC+02:00`. */
  offset(moment: number): string {
    const { year, month, day, hour, minute, second } = this.zone.wallOf(moment);
    const ahead = Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(moment / 1000) * 1000;
    const minutes = Math.abs(Math.round(ahead / 60_000));
    if (minutes === 0) return 'UTC';
    return `UTC${ahead < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  }
}
