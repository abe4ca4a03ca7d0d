// How the fake directory shows a resource, or a page of them, and what of that is a lie.
import { directAndIndirect } from './fake-nesting.ts';
import type { Quirks } from './fake-quirk.ts';
import {
  type Answer,
  type FakeGroup,
  type FakeResource,
  type Holdings,
  isAnswer,
  isGroup,
  type Json,
  scimError,
  URN,
} from './fake-resource.ts';

export interface View {
  readonly holdings: Holdings;
  /** Where users' groups are read from; the same, unless they lag. */
  readonly groupsOfUsers: ReadonlyMap<string, FakeGroup>;
  /** Undefined: the server has no ETags. */
  readonly version: (resource: FakeResource) => string | undefined;
  readonly lies: Quirks;
}

const UNKNOWN: Json = { 'urn:example:params:scim:schemas:extension:9.9:Odd': { odd: [null, 7] }, xOdd: {} };

/** As the wire has it: a user's groups are read from the groups (RFC 7643 section 4.1.2). */
export function shown(resource: FakeResource, view: View): Json {
  const version = view.version(resource);
  return {
    schemas: [isGroup(resource) ? URN.group : URN.user],
    ...resource,
    ...(isGroup(resource) ? membersShown(resource, view) : groupsShown(resource.id, view)),
    ...(version === undefined
      ? {}
      : { meta: { resourceType: isGroup(resource) ? 'Group' : 'User', version } }),
    ...(view.lies.has('extra-unknown-keys') ? UNKNOWN : {}),
  };
}

function membersShown({ members }: FakeGroup, { holdings, lies }: View): Json {
  if (lies.has('members-key-absent')) return { members: undefined };
  if (lies.has('members-never-listed') || lies.has('hide-members')) return { members: [] };
  const extra = lies.has('extra-unknown-keys') ? UNKNOWN : {};
  return {
    members: members.map((value) => ({
      value,
      type: !holdings.users.has(value) && holdings.groups.has(value) ? 'Group' : 'User',
      ...extra,
    })),
  };
}

function groupsShown(id: string, { groupsOfUsers, lies }: View): Json {
  if (lies.has('user-groups-absent') || lies.has('hide-groups')) return {};
  if (lies.has('user-groups-always-empty')) return { groups: [] };
  const groups = directAndIndirect(id, groupsOfUsers);
  return { groups: groups.map(({ group, type }) => ({ value: group.id, display: group.displayName, type })) };
}

/** Without what the client doesn't want; `id` and `schemas` are always returned (RFC 7643 section 7). */
export function leaner(query: URLSearchParams, lies: Quirks): Answer | ((resource: Json) => Json) {
  const excluded = query.get('excludedAttributes');
  if (excluded === null || lies.has('excludedAttributes-ignored')) return (resource) => resource;
  if (lies.has('excludedAttributes-400')) return scimError(400, 'unknown parameter', 'invalidValue');
  const names = new Set(excluded.split(',').map((name) => name.trim().toLowerCase()));
  for (const always of ['id', 'schemas']) names.delete(always);
  return (resource) =>
    Object.fromEntries(Object.entries(resource).filter(([key]) => !names.has(key.toLowerCase())));
}

export interface Paging {
  readonly paging: 'index' | 'cursor' | 'cursor-forced';
  readonly pageSize: number;
}

/** A page of what was found, by index (RFC 7644 section 3.4.2.4) or by cursor (RFC 9865). */
export function listed(
  matching: readonly FakeResource[],
  query: URLSearchParams,
  view: View,
  { paging, pageSize }: Paging,
): Answer {
  const { lies } = view;
  const twice = (each: FakeResource) => (isGroup(each) ? [each] : [each, each]);
  const found = lies.has('duplicate-user-in-list')
    ? matching.flatMap<FakeResource>((each) => twice(each))
    : matching;
  const lean = leaner(query, lies);
  if (isAnswer(lean)) return lean;
  const byCursor = paging === 'cursor-forced' || (paging === 'cursor' && query.has('cursor'));
  const start = byCursor ? startOf(query.get('cursor') ?? '') : Number(query.get('startIndex') ?? 1);
  if (Number.isNaN(start)) return scimError(400, 'no cursor of ours', 'invalidCursor');
  const first = lies.has('repeat-pages') || lies.has('paging-ignored') ? 1 : Math.max(1, start);
  const count = Math.max(0, Number(query.get('count') ?? pageSize));
  const size = lies.has('paging-ignored') ? found.length : Math.min(pageSize, count);
  const page = found.slice(first - 1, first - 1 + size);
  const next = first + page.length;
  const more = next <= found.length;
  const resources = page.map((each) => lean(shown(each, view)));
  const body: Json = {
    schemas: [URN.list],
    ...(byCursor
      ? { itemsPerPage: page.length, ...(more ? { nextCursor: cursorOf(next) } : {}) }
      : { totalResults: totalOf(found, page, lies), startIndex: first, itemsPerPage: page.length }),
    ...(lies.has('extra-unknown-keys') ? UNKNOWN : {}),
    ...(page.length === 0 && lies.has('resources-missing-when-empty')
      ? {}
      : { [lies.has('resources-lowercase') ? 'resources' : 'Resources']: resources }),
  };
  return { status: 200, body };
}

function totalOf(found: readonly unknown[], page: readonly unknown[], lies: Quirks): number {
  if (lies.has('totals-wrong')) return page.length;
  return lies.has('totals-too-large') ? found.length + 1 : found.length;
}

/** Opaque, so that no client counts on what is in it. */
const cursorOf = (start: number): string => Buffer.from(`from ${start}`).toString('base64url');
const startOf = (cursor: string): number =>
  cursor === '' ? 1 : Number(/^from (\d+)$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1]);
