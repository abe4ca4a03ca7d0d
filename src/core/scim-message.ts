// SCIM 2.0 messages (RFC 7643, 7644): built strictly, read leniently, because real servers leave out, add and misspell.
import type { Kind } from './vocabulary.ts';

export const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

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
}

export interface GroupFacts {
  readonly id: string;
  readonly displayName: string | null;
  readonly externalId: string | null;
  /** Null where the attribute is absent. An empty list proves nothing by itself: some servers never list members. */
  readonly members: readonly string[] | null;
}

/** `attribute eq "value"`: a filter's string is a JSON string (RFC 7644 section 3.4.2.2). */
export const equals = (attribute: string, value: string): string =>
  `${attribute} eq ${JSON.stringify(value)}`;

const patch = (operation: object): object => ({ schemas: [PATCH_SCHEMA], Operations: [operation] });

export const addMember = (subjectId: string): object =>
  patch({ op: 'add', path: 'members', value: [{ value: subjectId }] });

/** The only form of RFC 7644 section 3.5.2.2 that can't empty the group where a server reads it otherwise. */
export const removeMember = (subjectId: string): object =>
  patch({ op: 'remove', path: `members[value eq ${JSON.stringify(subjectId)}]` });

/** The complete list: `add` silently replaces it on some servers, so what is meant is said. */
export const replaceValues = (kind: Exclude<Kind, 'group'>, values: readonly ValueFacts[]): object =>
  patch({ op: 'replace', path: attributeOf(kind), value: values.map((each) => each.whole) });

export const attributeOf = (kind: Exclude<Kind, 'group'>): 'roles' | 'entitlements' =>
  kind === 'role' ? 'roles' : 'entitlements';

type Obj = Record<string, unknown>;
const isObject = (value: unknown): value is Obj =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const objects = (value: unknown): Obj[] => (Array.isArray(value) ? value.filter(isObject) : []);

export function readSubject(body: unknown): SubjectFacts | null {
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
  };
}

function readValues(value: unknown): ValueFacts[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: unknown) => {
    // Some servers keep plain strings where RFC 7643 section 2.4 asks for objects.
    const whole: Obj = typeof each === 'string' ? { value: each } : isObject(each) ? each : {};
    const inner = text(whole['value']);
    const type = text(whole['type']);
    return inner === null ? [] : [{ value: inner, ...(type === null ? {} : { type }), whole }];
  });
}

export function readGroup(body: unknown): GroupFacts | null {
  if (!isObject(body)) return null;
  const id = text(body['id']);
  if (id === null) return null;
  const members = body['members'];
  return {
    id,
    displayName: text(body['displayName']),
    externalId: text(body['externalId']),
    members: Array.isArray(members)
      ? objects(members).flatMap((member) => text(member['value']) ?? [])
      : null,
  };
}

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
