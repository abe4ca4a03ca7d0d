// Starts a directory for a test and speaks plain HTTP with it, as any client would.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Seed, type ServeOptions, type Snapshot, serveDirectory } from '../../src/directory/serve.ts';

export const token = 'a-token-for-tests';
export const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed where it is JSON; a test that reads a member which isn't there sees undefined. */
  readonly body: Body;
}

export interface Body {
  readonly id: string;
  readonly userName: string;
  readonly displayName: string;
  readonly externalId?: string;
  readonly active: boolean;
  readonly members: readonly Item[];
  readonly groups: readonly Item[];
  readonly roles?: readonly Item[];
  readonly entitlements?: readonly Item[];
  readonly emails?: readonly Item[];
  readonly meta: { readonly lastModified: string; readonly version: string; readonly location: string };
  readonly Resources: readonly Body[];
  readonly totalResults: number;
  readonly itemsPerPage: number;
  readonly startIndex: number;
  readonly schemas: readonly string[];
  readonly status: string;
  readonly scimType?: string;
  readonly detail: string;
  readonly etag: { readonly supported: boolean };
  readonly bulk: { readonly supported: boolean };
  readonly patch: { readonly supported: boolean };
  readonly filter: { readonly maxResults: number };
  readonly authenticationSchemes: readonly unknown[];
}

interface Item {
  readonly value: string;
  readonly display?: string;
  readonly type?: string;
  readonly primary?: boolean;
}

export interface Directory extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  patch(path: string, operations: readonly object[], headers?: Record<string, string>): Promise<Reply>;
  /** The resources a filter finds. */
  find(type: 'Users' | 'Groups', filter: string): Promise<readonly Body[]>;
  user(userName: string): Promise<Body>;
  group(displayName: string): Promise<Body>;
  snapshot(): Snapshot;
}

export const people: Seed = {
  users: [
    {
      userName: 'alice@acme.example',
      displayName: 'Alice',
      externalId: 'E-1',
      emails: ['alice@mail.example', 'al@home.example'],
    },
    { userName: 'bob@acme.example', displayName: 'Bob', externalId: 'e-1' },
    { userName: 'carol@acme.example' },
  ],
  groups: [
    { displayName: 'jit-release', externalId: 'scim-hook:1', members: ['bob@acme.example'] },
    { displayName: 'release-team', members: ['alice@acme.example', 'bob@acme.example'] },
  ],
};

export async function started(options: Partial<ServeOptions> = {}): Promise<Directory> {
  const served = await serveDirectory({ port: 0, file: null, token, seed: people, ...options });
  if (!served.ok) throw new Error(`the directory did not start: ${JSON.stringify(served.failure)}`);
  const { url, port, snapshot, close } = served.value;
  return { ...client(url), port, snapshot, [Symbol.asyncDispose]: close };
}

export function client(url: string): Omit<Directory, 'port' | 'snapshot' | keyof AsyncDisposable> {
  const ask: Directory['ask'] = async (method, path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: text && JSON.parse(text) };
  };
  const find: Directory['find'] = async (type, filter) => {
    const reply = await ask('GET', `/${type}?filter=${encodeURIComponent(filter)}`);
    if (reply.status !== 200) throw new Error(`${filter}: ${reply.text}`);
    return reply.body.Resources;
  };
  const only = async (type: 'Users' | 'Groups', filter: string): Promise<Body> => {
    const [one, ...more] = await find(type, filter);
    if (one === undefined || more.length > 0) throw new Error(`${filter} doesn't find exactly one`);
    return one;
  };
  return {
    url,
    ask,
    find,
    patch: (path, Operations, headers) =>
      ask('PATCH', path, { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations }, headers),
    user: (userName) => only('Users', `userName eq ${JSON.stringify(userName)}`),
    group: (displayName) => only('Groups', `displayName eq ${JSON.stringify(displayName)}`),
  };
}

export function scratch(): Disposable & { readonly folder: string; readonly file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'scim-directory-'));
  return {
    folder,
    file: join(folder, 'directory.json'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
