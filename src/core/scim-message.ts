// SCIM 2.0 messages (RFC 7643, 7644): built strictly, read leniently, because real servers leave out, add and misspell.
import type { Kind } from './vocabulary.ts';

export const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';

export interface ValueFacts {
  readonly value: string;
  readonly type?: string;
  /** All sub-attributes as they came, so that a replace keeps what isn't ours (RFC 7643 section 2.4). */
  readonly whole: Readonly<Record<string, unknown>>;
}

export interface SubjectFacts {
  readonly id: string;
  readonly userName: string | null;
  readonly externalId: string | null;
  readonly emails: readonly string[];
  readonly active: boolean;
  /** Null: the server doesn't say. `direct` is false only for membership through another group. */
  readonly groups:
    | readonly { readonly id: string; readonly display: string | null; readonly direct: boolean }[]
    | null;
  readonly roles: readonly ValueFacts[];
  readonly entitlements: readonly ValueFacts[];
  /** Lists that aren't ones, or hold what no list may: nobody could write them back as they were. */
  readonly unreadable: readonly ('roles' | 'entitlements')[];
  /** The ETag it was read with, as it came; null where there is none (RFC 7644 section 3.14). */
  readonly version: string | null;
}

export interface GroupFacts {
  readonly id: string;
  readonly displayName: string | null;
  readonly externalId: string | null;
  /** Null where the attribute is absent. An empty list proves nothing by itself: some servers never list members. */
  readonly members: readonly string[] | null;
  /** How many members say nothing of who they are. */
  readonly strangers: number;
  /** Those of the members that are groups themselves. */
  readonly nested: readonly string[];
  /** Its members were left out, because they are too many to be worth reading. */
  readonly large: boolean;
  /** As a subject's. */
  readonly version: string | null;
}

/** What a group is made with; `externalId` carries our marker. */
export interface NewGroup {
  readonly displayName: string;
  readonly externalId: string;
  /** Its first member. */
  readonly member: string;
}

/** `attribute eq "value"`: a filter's string is a JSON string (RFC 7644 section 3.4.2.2). */
export const equals = (attribute: string, value: string): string =>
  `${attribute} eq ${JSON.stringify(value)}`;

/** Both at once: whether this one is a member of that group, without listing anybody. */
export const isMemberFilter = (groupId: string, attribute: string, subjectId: string): string =>
  `${equals('id', groupId)} and ${equals(attribute, subjectId)}`;

const patch = (operation: object): object => ({ schemas: [PATCH_SCHEMA], Operations: [operation] });

export const addMember = (subjectId: string): object => addMembers([subjectId]);

/** Several at once only to put back whom a directory took out: one change is one request otherwise. */
export const addMembers = (ids: readonly string[]): object =>
  patch({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) });

/** The same said without a path (RFC 7644 section 3.5.2.1), for servers that take no list at one. */
export const addMemberWithoutPath = (subjectId: string): object =>
  patch({ op: 'add', value: { members: [{ value: subjectId }] } });

/** The only form of RFC 7644 section 3.5.2.2 that can't empty the group where a server reads it otherwise. */
export const removeMember = (subjectId: string): object =>
  patch({ op: 'remove', path: `members[value eq ${JSON.stringify(subjectId)}]` });

/** Removes everybody where a server follows RFC 7644 section 3.5.2.2 to the letter: by explicit setting only. */
export const removeMemberLegacy = (subjectId: string): object =>
  patch({ op: 'remove', path: 'members', value: [{ value: subjectId }] });

/** Everybody who is not in the list goes: by explicit setting only. */
export const replaceMembers = (members: readonly object[]): object =>
  patch({ op: 'replace', path: 'members', value: members });

/** The complete list: `add` silently replaces it on some servers, so what is meant is said. */
export const replaceValues = (kind: Exclude<Kind, 'group'>, values: readonly ValueFacts[]): object =>
  patch({ op: 'replace', path: attributeOf(kind), value: values.map((each) => each.whole) });

export const addValue = (kind: Exclude<Kind, 'group'>, value: ValueFacts): object =>
  patch({ op: 'add', path: attributeOf(kind), value: [value.whole] });

/** By type too where it has one: values compare by both (RFC 7643 section 2.4). */
export const removeValue = (kind: Exclude<Kind, 'group'>, { value, type }: ValueFacts): object =>
  patch({
    op: 'remove',
    path: `${attributeOf(kind)}[${equals('value', value)}${type === undefined ? '' : ` and ${equals('type', type)}`}]`,
  });

export const createGroup = ({ displayName, externalId, member }: NewGroup): object => ({
  schemas: [GROUP_SCHEMA],
  displayName,
  externalId,
  members: [{ value: member }],
});

export const attributeOf = (kind: Exclude<Kind, 'group'>): 'roles' | 'entitlements' =>
  kind === 'role' ? 'roles' : 'entitlements';

type Obj = Record<string, unknown>;
const isObject = (value: unknown): value is Obj =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const objects = (value: unknown): Obj[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** `etag`: the response's header, which says more than `meta.version` where both are there. */
export function readSubject(body: unknown, etag: string | null = null): SubjectFacts | null {
  if (!isObject(body)) return null;
  const id = text(body['id']);
  if (id === null) return null;
  const groups = body['groups'];
  return {
    id,
    userName: text(body['userName']),
    externalId: text(body['externalId']),
    emails: objects(body['emails']).flatMap((email) => text(email['value']) ?? []),
    // Absent means active (RFC 7643 section 4.1.1 leaves it to the server); Entra spells false as a string.
    active: !(body['active'] === false || text(body['active'])?.toLowerCase() === 'false'),
    groups: Array.isArray(groups)
      ? objects(groups).flatMap((group) => {
          const value = text(group['value']);
          return value === null
            ? []
            : [{ id: value, display: text(group['display']), direct: group['type'] !== 'indirect' }];
        })
      : null,
    roles: readValues(body['roles']),
    entitlements: readValues(body['entitlements']),
    unreadable: (['roles', 'entitlements'] as const).filter((name) => !isList(body[name])),
    version: etag ?? versionOf(body),
  };
}

/** Absent, or a list of objects or plain strings: what can be written back as it was. */
const isList = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) && value.every((each) => typeof each === 'string' || isObject(each)));

/** Values that no rule could mean are kept all the same, without a name: they are somebody's, and go back with the list. */
function readValues(value: unknown): ValueFacts[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: unknown) => {
    // Some servers keep plain strings where RFC 7643 section 2.4 asks for objects.
    const whole = typeof each === 'string' ? { value: each } : isObject(each) ? each : null;
    if (whole === null) return [];
    const type = text(whole['type']);
    return [{ value: text(whole['value']) ?? '', ...(type === null ? {} : { type }), whole }];
  });
}

/** RFC 7644 section 3.14: the same value as the ETag header. */
const versionOf = (body: Obj): string | null =>
  isObject(body['meta']) ? text(body['meta']['version']) : null;

/** As `readSubject`. */
export function readGroup(body: unknown, etag: string | null = null): GroupFacts | null {
  if (!isObject(body)) return null;
  const id = text(body['id']);
  if (id === null) return null;
  const members = Array.isArray(body['members']) ? objects(body['members']) : null;
  return {
    id,
    displayName: text(body['displayName']),
    externalId: text(body['externalId']),
    members: members?.flatMap((member) => text(member['value']) ?? []) ?? null,
    strangers: Array.isArray(body['members'])
      ? body['members'].length - (members ?? []).filter((member) => text(member['value']) !== null).length
      : 0,
    nested: (members ?? []).filter(isGroupMember).flatMap((member) => text(member['value']) ?? []),
    large: false,
    version: etag ?? versionOf(body),
  };
}

/** By its type, or by where it is said to be (RFC 7643 section 4.2); the reference is read and never followed. */
const isGroupMember = (member: Obj): boolean =>
  text(member['type'])?.toLowerCase() === 'group' || /\/Groups\/[^/]+$/.test(text(member['$ref']) ?? '');

/** The resources of a list response; a lone key in lower case and a missing key (nothing found) both occur. */
export function readResources(body: unknown): unknown[] | null {
  if (!isObject(body)) return null;
  const resources = body['Resources'] ?? body['resources'];
  if (Array.isArray(resources)) return resources;
  return typeof body['totalResults'] === 'number' ? [] : null;
}

/** A SCIM error's own words (RFC 7644 section 3.12); some servers call them `message`, some make a list of them. */
export function readError(body: unknown): { scimType: string | null; detail: string } {
  if (!isObject(body)) return { scimType: null, detail: '' };
  return { scimType: text(body['scimType']), detail: words(body['detail'] ?? body['message'], 3) };
}

/** The texts in a value, down to a few levels. */
function words(value: unknown, levels: number): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || levels === 0) return '';
  const parts = Object.values(value).map((each) => words(each, levels - 1));
  return parts.filter((part) => part !== '').join('; ');
}

/** The cursor of the next page (RFC 9865); null where there is none. It is opaque, and only ever a query parameter. */
export const readCursor = (body: unknown): string | null =>
  isObject(body) ? text(body['nextCursor']) : null;

/** What a ServiceProviderConfig says it can (RFC 7643 section 5); null where it doesn't say. */
export function readProvider(body: unknown): {
  patch: boolean | null;
  filter: boolean | null;
  etag: boolean | null;
  maxResults: number | null;
} | null {
  if (!isObject(body)) return null;
  const supported = (name: string): boolean | null => {
    const part = body[name];
    return isObject(part) && typeof part['supported'] === 'boolean' ? part['supported'] : null;
  };
  const most = isObject(body['filter']) ? body['filter']['maxResults'] : null;
  return {
    patch: supported('patch'),
    filter: supported('filter'),
    etag: supported('etag'),
    maxResults: typeof most === 'number' && Number.isSafeInteger(most) && most > 0 ? most : null,
  };
}
