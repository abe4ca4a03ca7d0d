// Moments and lengths of time on the page, all in UTC: a page goes to people in other places.

export const stamp = (moment: number): string =>
  new Date(moment).toISOString().slice(0, 19).replace('T', ' ');

const UNITS: readonly (readonly [name: string, size: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
];

/** The one or two units that matter: `7 h 12 min`. */
export function lasting(milliseconds: number): string {
  const first = UNITS.findIndex(([, size]) => milliseconds >= size);
  const [name, size] = UNITS[first] ?? ['ms', 1];
  const count = Math.floor(milliseconds / size);
  const next = UNITS[first + 1];
  const more = first === -1 || next === undefined ? 0 : Math.floor((milliseconds - count * size) / next[1]);
  return more === 0 || next === undefined ? `${count} ${name}` : `${count} ${name} ${more} ${next[0]}`;
}
