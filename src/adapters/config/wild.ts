// Data that no config can be, whatever it says: YAML can hold itself, and a list passes for an object where none is meant.
import type { Fault } from '../../core/failure.ts';

const MOST_VALUES = 20_000;
const DEEPEST = 12;

/** What is wrong with the data as a whole, if so: nothing may walk through it before this was asked. */
export function findWild(loaded: unknown): string | null {
  if (typeof loaded !== 'object' || loaded === null || Array.isArray(loaded)) return 'must be an object';
  let values = 0;
  const tame = (value: unknown, depth: number): boolean => {
    values += 1;
    if (values > MOST_VALUES || depth > DEEPEST) return false;
    return (
      typeof value !== 'object' ||
      value === null ||
      Object.values(value).every((each) => tame(each, depth + 1))
    );
  };
  return tame(loaded, 0) ? null : 'holds too many values, or holds itself';
}

/** Lists that stand where an object must. */
export function findLists(loaded: unknown): Fault[] {
  const faults: Fault[] = [];
  const look = (value: unknown, path: string): Record<string, unknown> => {
    if (Array.isArray(value))
      faults.push({ path, problem: `must be an object, but is ${value.length === 0 ? '[]' : 'a list'}` });
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  };
  const root = look(loaded, 'the file');
  for (const key of ['subject', 'managed']) look(root[key], key);
  look(look(root['scim'], 'scim')['profile'], 'scim.profile');
  const rules = Array.isArray(root['rules']) ? (root['rules'] as unknown[]) : [];
  rules.forEach((each, index) => {
    const rule = look(each, `rules[${index}]`);
    for (const key of ['grant', 'eligible']) look(rule[key], `rules[${index}].${key}`);
  });
  return faults;
}
