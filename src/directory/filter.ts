// Reads a filter (RFC 7644 3.4.2.2) into a tree.
//
// scimmy has a reader of its own, but it ends a string at an escaped quote, compares userName by its case, and
// loses nested parentheses; a client that is tried out here should not be blamed for that.
import { scimError } from './scim-error.ts';

export type Filter =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly inner: Filter }
  | { readonly kind: 'values'; readonly path: readonly string[]; readonly inner: Filter }
  | { readonly kind: 'present'; readonly path: readonly string[] }
  | {
      readonly kind: 'compare';
      readonly path: readonly string[];
      readonly comparator: Comparator;
      readonly expected: Expected;
    };

export type Expected = string | number | boolean | null;

const comparators = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;
export type Comparator = (typeof comparators)[number];

const invalid = (problem: string): Error => scimError(400, `Filter: ${problem}`, 'invalidFilter');

/** Deeper than anybody writes, and shallow enough for the stack. */
const deepest = 50;

const coreSchema = /^urn:ietf:params:scim:schemas:core:2\.0:(?:User|Group):/i;

function tokensOf(text: string): string[] {
  const token = /\s*("(?:[^"\\]|\\.)*"|[()[\]]|[^\s()[\]"]+)/y;
  const end = text.trimEnd().length;
  const tokens: string[] = [];
  while (token.lastIndex < end) {
    const at = token.lastIndex;
    const found = token.exec(text)?.[1];
    if (found === undefined) throw invalid(`can't be read from character ${at + 1} on`);
    tokens.push(found);
  }
  return tokens;
}

function expectedOf(token: string): Expected {
  try {
    const value: unknown = JSON.parse(token);
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value as Expected;
  } catch {
    // Said below, like any other value that is none.
  }
  throw invalid(`${token} is no value`);
}

export function readFilter(text: string): Filter {
  const tokens = tokensOf(text);
  let depth = 0;

  const next = (): string => {
    const token = tokens.shift();
    if (token === undefined) throw invalid('it ends too early');
    return token;
  };
  const isNext = (word: string): boolean => tokens[0]?.toLowerCase() === word;
  const expect = (token: string): void => {
    const found = next();
    if (found !== token) throw invalid(`"${token}" is expected instead of ${found}`);
  };
  const within = (end: string): Filter => {
    depth += 1;
    if (depth > deepest) throw invalid('it is nested too deeply');
    const inner = either();
    expect(end);
    depth -= 1;
    return inner;
  };
  const joined = (kind: 'and' | 'or', part: () => Filter): Filter => {
    const first = part();
    const parts = [first];
    while (isNext(kind)) {
      next();
      parts.push(part());
    }
    return parts.length === 1 ? first : { kind, parts };
  };
  const either = (): Filter => joined('or', () => joined('and', term));

  const term = (): Filter => {
    const token = next();
    if (token === '(') return within(')');
    if (token.toLowerCase() === 'not' && isNext('(')) {
      next();
      return { kind: 'not', inner: within(')') };
    }
    const name = token.replace(coreSchema, '');
    if (!/^[a-z][\w$-]*(\.[a-z$][\w$-]*)*$/i.test(name)) throw invalid(`${token} is no attribute`);
    const path = name.split('.');
    if (isNext('[')) {
      next();
      return { kind: 'values', path, inner: within(']') };
    }
    const word = next().toLowerCase();
    if (word === 'pr') return { kind: 'present', path };
    const comparator = comparators.find((known) => known === word);
    if (comparator === undefined) throw invalid(`${word} is no operator`);
    return { kind: 'compare', path, comparator, expected: expectedOf(next()) };
  };

  const filter = either();
  if (tokens[0] !== undefined) throw invalid(`${tokens[0]} is not expected here`);
  return filter;
}
