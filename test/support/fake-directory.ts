// An honest small SCIM 2.0 server for tests, which can be told to misbehave.
//
// Its life:
//   1. `FakeDirectory.start()` listens on a free loopback port, under a base path nobody can guess, so that a client
//      which drops the base path finds nothing. Hold it with `await using`.
//   2. A test puts people and groups in (`addUser`, `addGroup`), and may look at them at any time (`members`, `user`).
//   3. Each request is read whole and logged (`requests`), whatever becomes of it. Then the first misbehaviour that
//      is about this request is obeyed; those that only lie still check the token. Without any, the request is
//      served as the RFC says: an add that repeats is no change, and neither is the removal of who isn't there.
//   4. `misbehave` sets a misbehaviour, for good or for a number of `times`; `behave` ends them all.
//   5. Leaving the block destroys every connection, hanging ones too, and waits until the port is free.
import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type Answer, type FakeGroup, FakeScim, type FakeUser, type Lie, scimError } from './fake-scim.ts';

export interface LoggedRequest {
  readonly method: string;
  /** Below the base path, with the query, as it was sent. */
  readonly path: string;
  readonly authorization: string | null;
  readonly headers: IncomingMessage['headers'];
  /** Parsed where it is JSON, else as text; null where there is none. */
  readonly body: unknown;
}

export type Misbehaviour =
  /** Answers this instead of serving; `body` is sent as it is. */
  | { how: 'answer'; status: number; headers?: Record<string, string>; body?: string }
  /** Breaks the connection instead of serving (ECONNRESET). */
  | { how: 'reset' }
  /** Serves, but breaks the connection instead of answering. */
  | { how: 'lose-answer' }
  /** Says nothing, for ever. */
  | { how: 'hang' }
  /** Headers at once, then a body that never ends: a blank now and then, or as many as the client takes. */
  | { how: 'drip' | 'flood' }
  /** Announces more bytes than it sends. */
  | { how: 'cut' }
  | { how: Lie };

export interface When {
  /** How often; without it, until `behave`. */
  times?: number;
  method?: 'GET' | 'PATCH';
  /** What the path starts with, below the base path. */
  path?: string;
}

/** Marks the path of a request that isn't below the base path. */
const OUTSIDE = 'outside: ';

const SCIM = { 'content-type': 'application/scim+json' };

export class FakeDirectory {
  /** The tokens that open it; may be changed at any time. */
  readonly tokens: Set<string>;
  readonly requests: LoggedRequest[] = [];
  readonly scim = new FakeScim();
  /** How many connections were opened so far. */
  connections = 0;

  readonly #server: Server;
  readonly #basePath = `/${randomUUID()}/scim/v2`;
  readonly #arrivals = new EventEmitter();
  #misbehaviours: { what: Misbehaviour; when: When; left: number }[] = [];

  private constructor(tokens: Iterable<string>) {
    this.tokens = new Set(tokens);
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    this.#server.on('connection', () => {
      this.connections += 1;
    });
  }

  static async start({ token = 'a-token-for-tests' }: { token?: string } = {}): Promise<FakeDirectory> {
    const directory = new FakeDirectory([token]);
    await once(directory.#server.listen(0, '127.0.0.1'), 'listening');
    return directory;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return this.origin + this.#basePath;
  }

  /** Returns the id. */
  addUser(user: Partial<FakeUser> & Pick<FakeUser, 'userName'>): string {
    const id = user.id ?? randomUUID();
    this.scim.users.set(id, { ...user, id });
    return id;
  }

  /** Returns the id. */
  addGroup(group: Partial<FakeGroup> & Pick<FakeGroup, 'displayName'>): string {
    const id = group.id ?? randomUUID();
    this.scim.groups.set(id, { members: [], ...group, id });
    return id;
  }

  user(id: string): FakeUser {
    const user = this.scim.users.get(id);
    if (user === undefined) throw new Error(`the test asks for a user that isn't there: ${id}`);
    return user;
  }

  /** The ids of a group's members, by its name. */
  members(displayName: string): readonly string[] {
    const group = [...this.scim.groups.values()].find((each) => each.displayName === displayName);
    if (group === undefined) throw new Error(`the test asks for a group that isn't there: ${displayName}`);
    return group.members;
  }

  /** How many requests came, of one method or all, for paths that start like this. */
  count(method?: string, path = ''): number {
    const about = (request: LoggedRequest) =>
      (method ?? request.method) === request.method && request.path.startsWith(path);
    return this.requests.filter(about).length;
  }

  /** The next request to come, as soon as it is read; ask before it is sent. */
  async next(): Promise<LoggedRequest> {
    const [request] = await once(this.#arrivals, 'request');
    return request;
  }

  misbehave(what: Misbehaviour, when: When = {}): void {
    this.#misbehaviours.push({ what, when, left: when.times ?? Number.POSITIVE_INFINITY });
  }

  behave(): void {
    this.#misbehaviours = [];
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const logged = this.#logged(request, await text(request));
    this.requests.push(logged);
    this.#arrivals.emit('request', logged);
    const whim = this.#whim(logged);
    response.setHeader('x-request-id', `fake-${this.requests.length}`);

    switch (whim?.how) {
      case 'answer':
        response.writeHead(whim.status, whim.headers).end(whim.body);
        return;
      case 'reset':
        request.socket.resetAndDestroy();
        return;
      case 'lose-answer':
        this.#serve(logged);
        request.socket.resetAndDestroy();
        return;
      case 'hang':
        return;
      case 'drip': {
        response.writeHead(200, SCIM);
        const drops = setInterval(() => response.write(' '), 20);
        response.once('close', () => clearInterval(drops));
        return;
      }
      case 'flood':
        response.writeHead(200, SCIM);
        Readable.from(blanks()).pipe(response);
        return;
      case 'cut':
        response.writeHead(200, { ...SCIM, 'content-length': '1000' });
        response.write('{"totalResults": 1, "Res', () => response.destroy());
        return;
    }
    const { status, body, headers } = this.#serve(logged, whim?.how);
    response
      .writeHead(status, { ...SCIM, ...headers })
      .end(body === undefined ? undefined : JSON.stringify(body));
  }

  #logged(request: IncomingMessage, raw: string): LoggedRequest {
    const url = request.url ?? '';
    let body: unknown = raw === '' ? null : raw;
    try {
      body = JSON.parse(raw);
    } catch {
      // Kept as the text it is.
    }
    return {
      method: request.method ?? '',
      path: url.startsWith(`${this.#basePath}/`) ? url.slice(this.#basePath.length) : OUTSIDE + url,
      authorization: request.headers.authorization ?? null,
      headers: request.headers,
      body,
    };
  }

  /** The first misbehaviour that is about this request; one of its `times` is used up by that. */
  #whim({ method, path }: LoggedRequest): Misbehaviour | undefined {
    const found = this.#misbehaviours.find(
      ({ what, when, left }) =>
        left > 0 &&
        (when.method ?? method) === method &&
        path.startsWith(when.path ?? '') &&
        // These two are about writes alone.
        (method === 'PATCH' || (what.how !== 'accept' && what.how !== 'pretend')),
    );
    if (found !== undefined) found.left -= 1;
    return found?.what;
  }

  #serve({ method, path, headers, authorization, body }: LoggedRequest, lie?: Lie): Answer {
    if (!this.tokens.has(authorization?.replace(/^Bearer /, '') ?? '')) {
      return { ...scimError(401, 'who is that?'), headers: { 'www-authenticate': 'Bearer' } };
    }
    if (path.startsWith(OUTSIDE)) return scimError(404, 'the directory is elsewhere on this host');
    const { pathname, searchParams: query } = new URL(path, this.origin);
    const contentType = headers['content-type'] ?? null;
    return this.scim.answer({ method, pathname, query, contentType, body }, lie);
  }
}

function* blanks(): Generator<string> {
  const block = ' '.repeat(64 * 1024);
  while (true) yield block;
}
