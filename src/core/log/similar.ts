// Names that somebody may have meant.
import type { Distance } from '../nearest.ts';

const MOST = 3;

/** The likeliest first: the same in another case, a part of it, a few letters away. */
export function similar(asked: string, names: Iterable<string>, distance: Distance): string[] {
  const wanted = asked.toLowerCase();
  const limit = Math.max(2, Math.floor(asked.length / 3));
  const near: { name: string; far: number }[] = [];
  for (const name of names) {
    const other = name.toLowerCase();
    const isPart = wanted.length >= 3 && (other.includes(wanted) || wanted.includes(other));
    const far = Math.abs(other.length - wanted.length) > limit ? limit + 1 : distance(wanted, other);
    if (isPart || far <= limit) near.push({ name, far: isPart ? Math.min(far, 1) : far });
  }
  return near
    .sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1))
    .slice(0, MOST)
    .map(({ name }) => name);
}
