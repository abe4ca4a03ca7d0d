// What a SCIM 2.0 server answers (RFC 7643 and 7644), over people and groups in memory; `FakeDirectory` puts it on
// the wire. It is honest unless `lies`, or the lie about one request, says otherwise.
import { randomUUID } from 'node:crypto';
import { matcherOf } from './fake-filter.ts';
import { changeMembers, idsOf, type MemberChange, memberChangeOf } from './fake-membership.ts';
import { Past, Versions } from './fake-past.ts';
import { providerConfig } from './fake-provider.ts';
import type { Quirk, Quirks } from './fake-quirk.ts';
import {
  type Answer,
  type FakeGroup,
  type FakeResource,
  type FakeUser,
  isAnswer,
  isGroup,
  isJson,
  type Json,
  type Question,
  same,
  scimError,
  URN,
} from './fake-resource.ts';
import { leaner, listed, type Paging, shown, type View } from './fake-shown.ts';
import { changeValues } from './fake-values.ts';

export type { Answer, FakeGroup, FakeUser, Question } from './fake-resource.ts';
export { scimError } from './fake-resource.ts';

/** What an answer may lie about. */
export type Lie = Quirk;

export class FakeScim {
  readonly users = new Map<string, FakeUser>();
  readonly groups = new Map<string, FakeGroup>();
  /** For good; a lie about one request comes on top. */
  readonly lies = new Set<Quirk>();
  /** How many resources a page holds; some servers choose less than they were asked for. */
  pageSize = 100;
  /** `cursor`: where the client asks for one. `cursor-forced`: always, and `startIndex` means nothing. */
  paging: Paging['paging'] = 'index';
  /** `ignored` changes but If-Match isn't looked at; `frozen` doesn't even change. */
  etags: 'none' | 'honoured' | 'ignored' | 'frozen' = 'none';
  /** What `/ServiceProviderConfig` says instead of the truth; null: it isn't there. */
  provider: Json | 'truth' | null = 'truth';
  /** No two groups of one name. */
  uniqueNames = false;
  /** How many changes `user-groups-stale` is behind, and how many reads `late-visible` takes. */
  staleBy = 1;
  lateReads = 2;
  /** Where it is, for `Location`. */
  base = '';

  readonly #versions = new Versions();
  readonly #past = new Past();
  #accepted: (() => void)[] = [];

  /** Does what was accepted only (202 with `Set-Txn`). */
  settle(): void {
    for (const write of this.#accepted.splice(0)) write();
  }

  /** Returns what makes this one resource what it is now, whatever is written to it till then. */
  remember(path: string): () => void {
    const [, list, id = ''] = path.replace(/\?.*/, '').split('/');
    const found = (list === 'Users' ? this.users : this.groups).get(decodeURIComponent(id));
    const now = structuredClone(found);
    return () => {
      if (found === undefined || this.etags === 'honoured') return;
      for (const key of Object.keys(found)) if (!(key in (now ?? {}))) Reflect.deleteProperty(found, key);
      Object.assign(found, now);
    };
  }

  answer(question: Question, lie?: Lie): Answer {
    const lies: Quirks = lie === undefined ? this.lies : new Set([...this.lies, lie]);
    const { method, pathname } = question;
    const [, list = '', encoded] = pathname.split('/');
    if (lies.has('500-names-limit')) {
      return scimError(500, 'REQUEST_LIMIT_EXCEEDED: over the concurrent limit of 4 requests');
    }
    if (list === 'ServiceProviderConfig' && method === 'GET' && this.provider !== null) {
      const truth = providerConfig(this, this.etags === 'honoured');
      return { status: 200, body: this.provider === 'truth' ? truth : this.provider };
    }
    if (list !== 'Users' && list !== 'Groups') return scimError(404, 'no such endpoint');
    if (encoded === undefined) {
      if (method === 'GET') return this.#list(list, question, lies);
      if (method === 'POST' && list === 'Groups') return this.#write(null, question, lies);
      return scimError(501, `this server has no ${method} here`);
    }
    if (method !== 'GET' && method !== 'PATCH' && (list === 'Users' || !['PUT', 'DELETE'].includes(method))) {
      return scimError(501, `this server has no ${method} here`);
    }
    const view = this.#view(method === 'GET' ? this.#past.seen(this) : this, lies);
    const found = view.holdings[list === 'Users' ? 'users' : 'groups'].get(decodeURIComponent(encoded));
    if (found === undefined) {
      if (lies.has('missing-group-500') && list === 'Groups') return scimError(500, 'null');
      return scimError(404, `there is no ${list}/${encoded}`);
    }
    if (method !== 'GET') return this.#write(found, question, lies);
    const lean = leaner(question.query, lies);
    if (isAnswer(lean)) return lean;
    return {
      status: 200,
      body: lean(shown(found, view)),
      headers: this.#etag(found, view.holdings !== this),
    };
  }

  #list(list: 'Users' | 'Groups', { query }: Question, lies: Quirks): Answer {
    const view = this.#view(this.#past.seen(this), lies);
    const matches = matcherOf(query.get('filter'), view.holdings, lies);
    if (isAnswer(matches)) return matches;
    const all: FakeResource[] = [...view.holdings[list === 'Users' ? 'users' : 'groups'].values()];
    return listed(all.filter(matches), query, view, this);
  }

  #view(holdings: View['holdings'], lies: Quirks): View {
    const stale = lies.has('user-groups-stale') ? this.#past.groups(this.staleBy) : undefined;
    const version = (resource: FakeResource) => this.#etag(resource, holdings !== this)['ETag'];
    return { holdings, groupsOfUsers: stale ?? holdings.groups, version, lies };
  }

  #etag(resource: FakeResource, isCopy = false): Record<string, string> {
    if (this.etags === 'none') return {};
    return { ETag: `W/"${this.etags === 'frozen' ? 1 : this.#versions.of(resource, { isCopy })}"` };
  }

  /** Null: a resource to be made. */
  #write(found: FakeResource | null, question: Question, lies: Quirks): Answer {
    const { method, contentType, headers } = question;
    const spoken = lies.has('json-only') ? 'application/json' : 'application/scim+json';
    if (method !== 'DELETE' && contentType !== spoken) return scimError(415, `this server speaks ${spoken}`);
    const condition = headers['if-match'];
    if (this.etags === 'honoured' && found !== null && condition !== undefined && condition !== '*') {
      const allowed = String(condition).split(/, */);
      const current = this.#etag(found)['ETag'];
      if (!allowed.some((each) => each === current)) return scimError(412, `it is ${current} by now`);
    }
    if (method === 'PUT' && lies.has('put-501')) return scimError(501, 'this server has no PUT');
    if (lies.has('accept')) return { status: 202 };
    if (lies.has('202-with-set-txn')) {
      this.#accepted.push(() => this.#do(found, question, lies));
      return { status: 202, headers: { 'Set-Txn': randomUUID() } };
    }
    return this.#do(found, question, lies);
  }

  #do(found: FakeResource | null, { method, body }: Question, lies: Quirks): Answer {
    const before = JSON.stringify([...this.users.values(), ...this.groups.values()]);
    this.#past.remember(this, lies.has('late-visible') ? this.lateReads : 0);
    try {
      if (found === null) return this.#create(body, lies);
      if (method === 'DELETE') {
        if (!lies.has('pretend')) this.#remove(found.id);
        return { status: 204 };
      }
      const draft = structuredClone(found);
      const failed = method === 'PUT' ? this.#put(draft, body, lies) : this.#patch(draft, body, lies);
      const half = failed !== null && lies.has('patch-half-applied');
      if (!lies.has('pretend') && (failed === null || half)) Object.assign(found, draft);
      if (failed !== null && !lies.has('pretend')) return failed;
      const etag = this.#etag(found);
      if (lies.has('200-with-empty-object')) return { status: 200, body: {}, headers: etag };
      if (isGroup(found) && method === 'PATCH') return { status: 204, headers: etag };
      return { status: 200, body: shown(found, this.#view(this, lies)), headers: etag };
    } finally {
      const after = JSON.stringify([...this.users.values(), ...this.groups.values()]);
      if (after === before) this.#past.forget();
    }
  }

  #create(body: unknown, lies: Quirks): Answer {
    const { displayName, externalId, members = [] } = isJson(body) ? body : ({} as Json);
    if (typeof displayName !== 'string' || displayName === '') {
      return scimError(400, 'a group has a displayName', 'invalidValue');
    }
    const taken = [...this.groups.values()].some((group) => same(group.displayName, displayName));
    if (this.uniqueNames && taken) return scimError(409, `there is a ${displayName}`, 'uniqueness');
    const group: FakeGroup = { id: randomUUID(), displayName, members: [] };
    if (typeof externalId === 'string' && !lies.has('externalId-dropped')) group.externalId = externalId;
    const failed = this.#setMembers(group, members, lies);
    if (failed !== null) return failed;
    if (!lies.has('pretend')) this.groups.set(group.id, group);
    if (lies.has('twin-on-create')) {
      const twin = { ...structuredClone(group), id: randomUUID() };
      this.groups.set(twin.id, twin);
    }
    const base = lies.has('location-elsewhere') ? 'http://127.0.0.1:9/other' : this.base;
    const headers = { Location: `${base}/Groups/${group.id}`, ...this.#etag(group) };
    return { status: 201, body: shown(group, this.#view(this, lies)), headers };
  }

  #remove(id: string): void {
    this.groups.delete(id);
    for (const group of this.groups.values()) {
      if (group.members.includes(id)) group.members = group.members.filter((member) => member !== id);
    }
  }

  #setMembers(group: FakeGroup, members: unknown, lies: Quirks): Answer | null {
    const ids = idsOf(members);
    if (isAnswer(ids)) return ids;
    return this.#changeMembers(group, { op: 'replace', form: 'path', ids }, lies);
  }

  /** A user may have the id of a group; a group is never in itself. */
  #changeMembers(group: FakeGroup, change: MemberChange, lies: Quirks): Answer | null {
    const isKnown = (id: string): boolean => this.users.has(id) || (id !== group.id && this.groups.has(id));
    return changeMembers(group, change, isKnown, lies);
  }

  #put(draft: FakeResource, body: unknown, lies: Quirks): Answer | null {
    const { displayName, externalId, members = [] } = isJson(body) ? body : ({} as Json);
    if (!isGroup(draft) || typeof displayName !== 'string') {
      return scimError(400, 'a group has a displayName', 'invalidValue');
    }
    draft.displayName = displayName;
    if (typeof externalId === 'string') draft.externalId = externalId;
    return lies.has('put-keeps-members') ? null : this.#setMembers(draft, members, lies);
  }

  /** Null: done to the draft, which counts only if all of it was (RFC 7644 section 3.5.2). */
  #patch(draft: FakeResource, body: unknown, lies: Quirks): Answer | null {
    const { schemas, Operations } = isJson(body) ? body : ({} as Json);
    if (!Array.isArray(schemas) || !schemas.includes(URN.patch)) {
      return scimError(400, `a PATCH says it is ${URN.patch}`, 'invalidSyntax');
    }
    if (!Array.isArray(Operations) || Operations.length === 0) {
      return scimError(400, 'a PATCH has operations', 'invalidSyntax');
    }
    for (const operation of Operations) {
      const failed = this.#operate(draft, operation, lies);
      if (failed !== null) return failed;
      if (lies.has('patch-half-applied') && Operations.length > 1) {
        return scimError(400, 'the second operation failed', 'invalidValue');
      }
    }
    return null;
  }

  #operate(draft: FakeResource, operation: unknown, lies: Quirks): Answer | null {
    const { op, path } = isJson(operation) ? operation : ({} as Json);
    if (lies.has('capital-op-ignored') && /^[A-Z]/.test(String(op))) return null;
    if (lies.has('urn-path-ignored') && /^urn:/i.test(String(path))) return null;
    if (!isGroup(draft)) return changeValues(draft, operation, lies);
    const change = memberChangeOf(operation);
    return isAnswer(change) ? change : this.#changeMembers(draft, change, lies);
  }
}
