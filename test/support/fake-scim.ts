// What an honest SCIM 2.0 server answers (RFC 7643 and 7644), over people and groups in memory; `FakeDirectory` puts it on the wire.

type Json = Record<string, unknown>;

export interface FakeUser {
  readonly id: string;
  userName: string;
  externalId?: string;
  active?: boolean | string;
  emails?: { value: string; type?: string; primary?: boolean }[];
  roles?: Json[];
  entitlements?: Json[];
}

export interface FakeGroup {
  readonly id: string;
  displayName: string;
  externalId?: string;
  /** Ids of users. */
  members: string[];
}

export interface Question {
  readonly method: string;
  readonly pathname: string;
  readonly query: URLSearchParams;
  readonly contentType: string | null;
  /** Parsed. */
  readonly body: unknown;
}

/** What an answer may lie about. */
export type Lie =
  /** Takes a write with 202, or with the usual status, and does nothing. */
  | 'accept'
  | 'pretend'
  /** Lists everybody, whatever was asked. */
  | 'ignore-filter'
  /** Lists the first page again and again, whatever `startIndex` says. */
  | 'repeat-pages'
  /** Groups without their members (an empty list), users without their groups (no such key). */
  | 'hide-members'
  | 'hide-groups';

export interface Answer {
  status: number;
  body?: Json;
  headers?: Record<string, string>;
}

/** Typed by hand on purpose: a client that misspells one must not find the same mistake here. */
const URN = {
  user: 'urn:ietf:params:scim:schemas:core:2.0:User',
  group: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  list: 'urn:ietf:params:scim:api:messages:2.0:ListResponse',
  patch: 'urn:ietf:params:scim:api:messages:2.0:PatchOp',
  error: 'urn:ietf:params:scim:api:messages:2.0:Error',
};

export const scimError = (status: number, detail: string, scimType?: string): Answer => ({
  status,
  body: { schemas: [URN.error], status: String(status), detail, ...(scimType ? { scimType } : {}) },
});

const same = (a: unknown, b: unknown): boolean =>
  typeof a === 'string' && typeof b === 'string' && a.toLowerCase() === b.toLowerCase();

export class FakeScim {
  readonly users = new Map<string, FakeUser>();
  readonly groups = new Map<string, FakeGroup>();
  /** How many resources a page holds; some servers choose less than they were asked for. */
  pageSize = 100;

  answer({ method, pathname, query, contentType, body }: Question, lie?: Lie): Answer {
    const [, list = '', encoded] = pathname.split('/');
    const resources: Map<string, FakeUser | FakeGroup> | undefined =
      list === 'Users' ? this.users : list === 'Groups' ? this.groups : undefined;
    if (resources === undefined) return scimError(404, 'no such endpoint');
    if (method !== 'GET' && method !== 'PATCH') return scimError(501, 'this server reads and patches');
    if (encoded === undefined) return this.#list([...resources.values()], query, lie);
    const found = resources.get(decodeURIComponent(encoded));
    if (found === undefined) return scimError(404, `there is no ${list}/${encoded}`);
    if (method === 'GET') return { status: 200, body: this.#shown(found, lie) };
    if (contentType !== 'application/scim+json') return scimError(415, 'this server speaks SCIM');
    if (lie === 'accept') return { status: 202 };
    const failed = lie === 'pretend' ? null : this.#patch(found, body);
    if (failed !== null) return failed;
    return list === 'Groups' ? { status: 204 } : { status: 200, body: this.#shown(found, lie) };
  }

  #list(all: readonly (FakeUser | FakeGroup)[], query: URLSearchParams, lie?: Lie): Answer {
    const filter = lie === 'ignore-filter' ? null : query.get('filter');
    const matches = filter === null ? () => true : filterOf(filter);
    if (matches === null) return scimError(400, `not a filter this server has: ${filter}`, 'invalidFilter');
    const found = all.filter(matches);
    const start = lie === 'repeat-pages' ? 1 : Math.max(1, Number(query.get('startIndex') ?? 1));
    const size = Math.min(this.pageSize, Number(query.get('count') ?? this.pageSize));
    const page = found.slice(start - 1, start - 1 + size);
    const body = {
      schemas: [URN.list],
      totalResults: found.length,
      startIndex: start,
      itemsPerPage: page.length,
      Resources: page.map((each) => this.#shown(each, lie)),
    };
    return { status: 200, body };
  }

  /** As the wire has it: a user's groups are read from the groups (RFC 7643 section 4.1.2). */
  #shown(resource: FakeUser | FakeGroup, lie?: Lie): Json {
    if ('displayName' in resource) {
      const members = lie === 'hide-members' ? [] : resource.members;
      return {
        schemas: [URN.group],
        ...resource,
        members: members.map((value) => ({ value, type: 'User' })),
      };
    }
    const groups = [...this.groups.values()]
      .filter((group) => group.members.includes(resource.id))
      .map((group) => ({ value: group.id, display: group.displayName, type: 'direct' }));
    return { schemas: [URN.user], ...resource, ...(lie === 'hide-groups' ? {} : { groups }) };
  }

  /** Null: done. All or nothing, because each operation is checked before the first is done (RFC 7644 section 3.5.2). */
  #patch(resource: FakeUser | FakeGroup, body: unknown): Answer | null {
    const message = (typeof body === 'object' ? body : {}) as { schemas?: unknown; Operations?: unknown };
    if (!Array.isArray(message.schemas) || !message.schemas.includes(URN.patch)) {
      return scimError(400, `a PATCH says it is ${URN.patch}`, 'invalidSyntax');
    }
    if (!Array.isArray(message.Operations) || message.Operations.length === 0) {
      return scimError(400, 'a PATCH has operations', 'invalidSyntax');
    }
    const steps = message.Operations.map((operation: Json) =>
      'displayName' in resource ? this.#groupStep(resource, operation) : userStep(resource, operation),
    );
    const failed = steps.find((step) => typeof step !== 'function');
    if (failed !== undefined) return failed as Answer;
    for (const step of steps) if (typeof step === 'function') step();
    return null;
  }

  #groupStep(group: FakeGroup, { op, path, value }: Json): Answer | (() => void) {
    if (op === 'add' && path === 'members' && Array.isArray(value)) {
      const ids = value.map((member: Json) => String(member['value']));
      const stranger = ids.find((id) => !this.users.has(id));
      if (stranger !== undefined) return scimError(400, `there is no user ${stranger}`, 'invalidValue');
      return () => {
        group.members = [...new Set([...group.members, ...ids])];
      };
    }
    const filtered = /^members\[value eq ("(?:[^"\\]|\\.)*")\]$/.exec(String(path));
    if (op === 'remove' && (path === 'members' || filtered?.[1] !== undefined)) {
      const id: unknown = filtered?.[1] === undefined ? undefined : JSON.parse(filtered[1]);
      // Without a filter all of them go, as RFC 7644 section 3.5.2.2 has it, whatever `value` says.
      return () => {
        group.members = group.members.filter((member) => id !== undefined && member !== id);
      };
    }
    return scimError(400, `this server has no ${String(op)} of ${String(path)}`, 'invalidPath');
  }
}

function userStep(user: FakeUser, { op, path, value }: Json): Answer | (() => void) {
  if ((path !== 'roles' && path !== 'entitlements') || (op !== 'add' && op !== 'replace')) {
    return scimError(400, `this server has no ${String(op)} of ${String(path)}`, 'invalidPath');
  }
  if (!Array.isArray(value)) return scimError(400, `${path} is a list`, 'invalidValue');
  return () => {
    user[path] = op === 'replace' ? value : [...(user[path] ?? []), ...value];
  };
}

/** One `eq`, compared as RFC 7643 has it: only `id` and `externalId` are case-exact. Null: not a filter we have. */
function filterOf(filter: string): ((resource: FakeUser | FakeGroup) => boolean) | null {
  const parts = /^(id|externalId|userName|displayName|emails\.value) eq ("(?:[^"\\]|\\.)*")$/.exec(filter);
  if (parts?.[2] === undefined) return null;
  const [, attribute] = parts;
  const value: unknown = JSON.parse(parts[2]);
  return (resource) => {
    if (attribute === 'id' || attribute === 'externalId') return resource[attribute] === value;
    if ('displayName' in resource) return attribute === 'displayName' && same(resource.displayName, value);
    if (attribute === 'userName') return same(resource.userName, value);
    return attribute === 'emails.value' && (resource.emails ?? []).some((email) => same(email.value, value));
  };
}
