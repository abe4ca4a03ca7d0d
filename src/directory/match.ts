// Says whether a resource is what a filter asks for, by the rules its schema gives each attribute.
import type { Comparator, Expected, Filter } from './filter.ts';
import { isJsonObject, isList, type Json } from './records.ts';

export interface AttributeRule {
  readonly caseExact: boolean;
  readonly isDate: boolean;
}

/** What the schema says of `emails.value`; an attribute it doesn't know is plain text. */
export type Rules = (path: readonly string[]) => AttributeRule;

export function matches(
  resource: Json,
  filter: Filter,
  rules: Rules,
  above: readonly string[] = [],
): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.parts.every((part) => matches(resource, part, rules, above));
    case 'or':
      return filter.parts.some((part) => matches(resource, part, rules, above));
    case 'not':
      return !matches(resource, filter.inner, rules, above);
    case 'values': {
      // One and the same value has to fit all of what stands in the brackets.
      const path = [...above, ...filter.path];
      return valuesAt(resource, filter.path).some((value) => matches(value, filter.inner, rules, path));
    }
    case 'present':
      return valuesAt(resource, filter.path).some((value) => value !== '');
    case 'compare': {
      const { comparator, expected } = filter;
      const rule = rules([...above, ...filter.path]);
      const found = valuesAt(resource, filter.path).map(plain);
      if (comparator === 'ne') return !someFit(found, 'eq', expected, rule);
      return someFit(found, comparator, expected, rule);
    }
  }
}

/** All values at the path, through lists; names are not case sensitive (RFC 7643 2.1). */
function valuesAt(value: Json | undefined, path: readonly string[]): readonly Json[] {
  if (value === undefined || value === null) return [];
  if (isList(value)) return value.flatMap((item) => valuesAt(item, path));
  const [name, ...rest] = path;
  if (name === undefined) return [value];
  if (!isJsonObject(value)) return [];
  const key = Object.keys(value).find((known) => known.toLowerCase() === name.toLowerCase());
  return key === undefined ? [] : valuesAt(value[key], rest);
}

/** `members eq "…"` means the `value` of a member (RFC 7644 3.4.2.2). */
const plain = (value: Json): Json => (isJsonObject(value) ? (value['value'] ?? null) : value);

function someFit(
  found: readonly Json[],
  comparator: Comparator,
  expected: Expected,
  rule: AttributeRule,
): boolean {
  if (expected === null) return comparator === 'eq' && found.length === 0;
  return found.some((value) => fits(comparator, value, expected, rule));
}

function fits(comparator: Comparator, value: Json, expected: Expected, rule: AttributeRule): boolean {
  if (typeof value === 'string' && typeof expected === 'string') {
    if (rule.isDate) return ordered(comparator, Date.parse(value), Date.parse(expected));
    const [one, other] = rule.caseExact ? [value, expected] : [value.toLowerCase(), expected.toLowerCase()];
    switch (comparator) {
      case 'co':
        return one.includes(other);
      case 'sw':
        return one.startsWith(other);
      case 'ew':
        return one.endsWith(other);
      default:
        return ordered(comparator, one, other);
    }
  }
  if (typeof value === 'number' && typeof expected === 'number') return ordered(comparator, value, expected);
  return comparator === 'eq' && value === expected;
}

function ordered<T extends string | number>(comparator: Comparator, one: T, other: T): boolean {
  switch (comparator) {
    case 'eq':
      return one === other;
    case 'gt':
      return one > other;
    case 'ge':
      return one >= other;
    case 'lt':
      return one < other;
    case 'le':
      return one <= other;
    default:
      return false;
  }
}
