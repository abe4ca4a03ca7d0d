// What is wrong with the shape of a config, in words a person can act on.
import { closest, distance } from 'fastest-levenshtein';
import type * as v from 'valibot';
import type { Fault } from '../../core/failure.ts';

type Issue = v.BaseIssue<unknown>;
type Key = string | number;

/** `schema` is what was checked against: it knows the keys that a wrong one may have been meant for. */
export const faultsOf = (issues: readonly Issue[], schema: unknown): Fault[] =>
  issues.map((issue) => faultOf(issue, schema));

function faultOf(issue: Issue, schema: unknown): Fault {
  const path = keysOf(issue);
  const at = pathText(path);
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return { path: at, problem: 'is not a key that is known here', ...suggest(path, schema) };
  }
  if (issue.type === 'strict_object' && issue.received === 'undefined')
    return { path: at, problem: 'is missing' };
  if (issue.type === 'union') return { path: at, problem: unionProblem(issue) };
  if (issue.type === 'regex' || issue.type === 'check')
    return { path: at, problem: `must be ${issue.message}, but is ${show(issue.input)}` };
  if (issue.type === 'min_length') return { path: at, problem: 'must not be empty' };
  return { path: at, problem: `must be ${words(issue.expected)}, but is ${show(issue.input)}` };
}

/** All our unions are "a name, or an object that says by what": the object's own faults say more than the union's. */
function unionProblem(issue: Issue): string {
  if (typeof issue.input !== 'object' || issue.input === null)
    return `must be a name, but is ${show(issue.input)}`;
  const keys = (issue.issues ?? [])
    .filter((inner) => inner.type === 'strict_object' && inner.received === 'undefined')
    .map((inner) => words(inner.expected));
  return `must be a name, or an object with ${[...new Set(keys)].join(' or ') || 'other keys'}`;
}

function suggest(path: readonly Key[], schema: unknown): { suggestion?: string } {
  const key = String(path.at(-1));
  const known = knownKeys(schema, path.slice(0, -1));
  if (known.length === 0) return {};
  const near = closest(key, known);
  return distance(key.toLowerCase(), near.toLowerCase()) <= Math.max(2, Math.floor(key.length / 3))
    ? { suggestion: `did you mean "${near}"?` }
    : { suggestion: `known here: ${known.join(', ')}` };
}

interface Shape {
  readonly wrapped?: unknown;
  readonly item?: unknown;
  readonly entries?: Readonly<Record<string, unknown>>;
}

/** Walks down the schema as the path says. */
function knownKeys(schema: unknown, path: readonly Key[]): string[] {
  const shape = schema as Shape | undefined;
  if (shape === undefined || shape === null) return [];
  if (shape.wrapped !== undefined) return knownKeys(shape.wrapped, path);
  const [first, ...rest] = path;
  if (first === undefined) return Object.keys(shape.entries ?? {});
  return knownKeys(shape.item ?? shape.entries?.[String(first)], rest);
}

const keysOf = (issue: Issue): Key[] =>
  (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));

export const pathText = (path: readonly Key[]): string =>
  path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? key : `${text}.${key}`),
    '',
  ) || 'the file';

const words = (expected: string | null): string =>
  (expected ?? 'something else')
    .replace(/^Object$/, 'an object')
    .replace(/^Array$/, 'a list')
    .replace(/^string$/, 'a text')
    .replace(/^\((.*)\)$/, '$1')
    .replaceAll(' | ', ' or ');

function show(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
