// The filters of the fake directory: `eq`, joined by `and`, about one's own attributes or about membership.
import { directAndIndirect } from './fake-nesting.ts';
import type { Quirk, Quirks } from './fake-quirk.ts';
import { type Answer, type FakeResource, type Holdings, isGroup, same, scimError } from './fake-resource.ts';

export interface Comparison {
  /** In lower case; `members[value eq …]` is `members.value`. */
  readonly attribute: string;
  readonly value: unknown;
}

const QUOTED = String.raw`"(?:[^"\\]|\\.)*"`;
const EQ = String.raw`([\w.$]+) eq (${QUOTED}|true|false)`;
const BRACKETS = String.raw`(\w+)\[((?:[^"\]]|${QUOTED})*)\]`;
const VALUE_PATH = new RegExp(`^${BRACKETS}$`, 'i');

/** Null: no filter we have. */
export function comparisonsOf(filter: string): readonly Comparison[] | null {
  if (!new RegExp(`^(?:${EQ}|${BRACKETS})(?: and (?:${EQ}|${BRACKETS}))*$`, 'i').test(filter)) return null;
  const found: Comparison[] = [];
  for (const [, attribute, value, list, inner] of filter.matchAll(new RegExp(`${EQ}|${BRACKETS}`, 'gi'))) {
    if (attribute !== undefined && value !== undefined) {
      try {
        found.push({ attribute: attribute.toLowerCase(), value: JSON.parse(value) });
      } catch {
        return null;
      }
      continue;
    }
    const within = comparisonsOf(inner ?? '');
    if (within === null) return null;
    for (const each of within) {
      found.push({ ...each, attribute: `${list?.toLowerCase()}.${each.attribute}` });
    }
  }
  return found;
}

/** `roles[type eq "t" and value eq "x"]` in its parts; null where it is no such path. */
export function valuePathOf(path: unknown): { list: string; comparisons: readonly Comparison[] } | null {
  const [, list, inner] = VALUE_PATH.exec(String(path)) ?? [];
  const comparisons = inner === undefined ? null : comparisonsOf(inner);
  return list === undefined || comparisons === null ? null : { list, comparisons };
}

const MEMBERSHIP = new Set(['members', 'members.value', 'groups', 'groups.value']);
const KNOWN = new Set([
  ...MEMBERSHIP,
  ...['id', 'externalid', 'username', 'displayname', 'active', 'emails', 'emails.value', 'emails.type'],
  ...['roles', 'roles.value', 'roles.type', 'entitlements', 'entitlements.value', 'entitlements.type'],
]);

const SPELLINGS =
  /\b(?:id|externalId|userName|displayName|active|emails|roles|entitlements|members|groups|value|type|eq|and|true|false)\b/g;

/** Nothing is left but what joins them. */
const isCanonical = (filter: string): boolean =>
  !/\w/.test(filter.replace(new RegExp(QUOTED, 'g'), '').replace(SPELLINGS, ''));

const QUOTE_QUIRKS: readonly [Quirk, Answer | (() => boolean)][] = [
  ['escaped-quote-400', scimError(400, 'unbalanced quotes', 'invalidFilter')],
  ['escaped-quote-500', scimError(500, 'the query failed')],
  ['escaped-quote-nothing', () => false],
];

/** Who is meant, or why that can't be asked. */
export function matcherOf(
  filter: string | null,
  holdings: Holdings,
  lies: Quirks,
): Answer | ((resource: FakeResource) => boolean) {
  if (filter === null || lies.has('ignore-filter')) return () => true;
  const mangled = filter.includes('\\"') ? QUOTE_QUIRKS.find(([quirk]) => lies.has(quirk)) : undefined;
  if (mangled !== undefined) return mangled[1];
  if (lies.has('canonical-spelling-only') && !isCanonical(filter)) return () => false;
  let comparisons = comparisonsOf(filter);
  if (comparisons === null || comparisons.some(({ attribute }) => !KNOWN.has(attribute))) {
    return scimError(400, `not a filter this server has: ${filter}`, 'invalidFilter');
  }
  if (comparisons.some(({ attribute }) => MEMBERSHIP.has(attribute))) {
    if (lies.has('no-membership-filter')) return scimError(400, `not filterable: ${filter}`, 'invalidFilter');
    if (lies.has('empty-membership-filter')) return () => false;
    if (lies.has('ignore-membership-filter')) {
      comparisons = comparisons.filter(({ attribute }) => !MEMBERSHIP.has(attribute));
    }
  }
  const all = comparisons;
  return (resource) => all.every((each) => holds(resource, each, holdings, lies));
}

/** Compared as RFC 7643 has it: of these only ids and `externalId` are caseExact. */
function holds(
  resource: FakeResource,
  { attribute, value }: Comparison,
  all: Holdings,
  lies: Quirks,
): boolean {
  if (attribute === 'id') return resource.id === value;
  if (attribute === 'externalid') return resource.externalId === value;
  const [list, subAttribute = 'value'] = attribute.split('.');
  if (isGroup(resource)) {
    if (list === 'members') return resource.members.some((member) => member === value);
    return attribute === 'displayname' && same(resource.displayName, value);
  }
  switch (list) {
    case 'username':
      return lies.has('case-sensitive-username')
        ? resource.userName === value
        : same(resource.userName, value);
    case 'active':
      return (resource.active ?? true) === value;
    case 'groups':
      return directAndIndirect(resource.id, all.groups).some(({ group }) => group.id === value);
    case 'emails':
    case 'roles':
    case 'entitlements': {
      const values: readonly object[] = resource[list] ?? [];
      return values.some((each) =>
        same(Object.entries(each).find(([key]) => key === subAttribute)?.[1], value),
      );
    }
    default:
      return false;
  }
}
