// Points in time and spans of it, short, for people.

const UNITS: readonly [name: string, milliseconds: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
];

/** Milliseconds as the one or two units that matter: `7 h 12 min`. */
export function span(milliseconds: number): string {
  const rest = Math.max(0, milliseconds);
  const first = UNITS.findIndex(([, size]) => rest >= size);
  if (first === -1) return `${Math.round(rest)} ms`;
  const [name, size] = UNITS[first] ?? ['s', 1_000];
  const count = Math.floor(rest / size);
  const next = UNITS[first + 1];
  const more = next === undefined ? 0 : Math.floor((rest - count * size) / next[1]);
  return next === undefined || more === 0 ? `${count} ${name}` : `${count} ${name} ${more} ${next[0]}`;
}

/** Local time; the day only where it isn't today. */
export function moment(iso: string, now: number): string {
  const date = new Date(iso);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  const today = new Date(now).toDateString() === date.toDateString();
  return today ? time : `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}
