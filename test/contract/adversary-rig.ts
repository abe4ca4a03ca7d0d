// A fake directory with a few people in it, asked with plain fetch: what our own client makes of it is no matter here.
import { FakeDirectory } from '../support/fake-directory.ts';
import { isJson, type Json } from '../support/fake-resource.ts';
import type { ProfileName } from '../support/profiles/profiles.ts';

const TOKEN = 'a-token-for-tests';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Empty where there is nothing to parse. */
  readonly body: Json;
}

/** Alice has two roles and is in no group; Bob is in `team`, which is inside `staff`. */
export class Stage implements AsyncDisposable {
  readonly fake: FakeDirectory;

  private constructor(fake: FakeDirectory) {
    this.fake = fake;
  }

  static async open(profile: ProfileName = 'honest'): Promise<Stage> {
    const fake = await FakeDirectory.start({ token: TOKEN, profile });
    fake.addUser({ id: 'alice', userName: 'alice@acme.example', roles: rolesOfAlice() });
    fake.addUser({ id: 'bob', userName: 'bob@acme.example', entitlements: [{ value: 'seat' }] });
    fake.addGroup({ id: 'team', displayName: 'Team', externalId: 'x"1', members: ['bob'] });
    fake.addGroup({ id: 'staff', displayName: 'Staff', members: ['team'] });
    return new Stage(fake);
  }

  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(this.fake.url + path, {
      method,
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) } satisfies Told;
  }

  get(path: string): Promise<Told> {
    return this.ask('GET', path);
  }

  find(list: 'Users' | 'Groups', filter: string): Promise<Told> {
    return this.get(`/${list}?filter=${encodeURIComponent(filter)}`);
  }

  /** The ids found, or the status where it isn't 200. */
  async ids(list: 'Users' | 'Groups', filter: string): Promise<unknown> {
    const { status, body } = await this.find(list, filter);
    return status === 200 ? idsIn(body) : status;
  }

  patch(path: string, ...operations: Json[]): Promise<Told> {
    return this.ask('PATCH', path, { schemas: [PATCH], Operations: operations });
  }

  /** Who is in the group after these operations, with the status. */
  async members(group: string, ...operations: Json[]): Promise<unknown> {
    const { status } = await this.patch(`/Groups/${group}`, ...operations);
    return [status, ...(this.fake.scim.groups.get(group)?.members ?? [])];
  }

  /** Alice's roles after these operations, `value:type`, with the status. */
  async roles(...operations: Json[]): Promise<unknown> {
    const { status } = await this.patch('/Users/alice', ...operations);
    return [status, ...(this.fake.user('alice').roles ?? []).map(({ value, type }) => `${value}:${type}`)];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.fake[Symbol.asyncDispose]();
  }
}

const rolesOfAlice = (): Json[] => [
  { value: 'reader', type: 'app', display: 'Reader' },
  { value: 'writer', type: 'db' },
];

export function idsIn({ Resources }: Json): unknown {
  return Array.isArray(Resources) ? Resources.map((each: Json) => each['id']) : Resources;
}

function parsed(text: string): Json {
  try {
    const body: unknown = JSON.parse(text);
    return isJson(body) ? body : {};
  } catch {
    return {};
  }
}

export const member = (value: string): Json => ({ value });
export const add = (path: string, value: unknown): Json => ({ op: 'add', path, value });
export const replace = (path: string, value: unknown): Json => ({ op: 'replace', path, value });
export const remove = (path: string, value?: unknown): Json => ({ op: 'remove', path, value });
