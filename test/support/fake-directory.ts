// An honest SCIM 2.0 server for tests, which can be told to misbehave, and to be like one that is known by name.
//
// Its life:
//   1. `FakeDirectory.start()` listens on a free loopback port, under a base path nobody can guess, so that a client
//      which drops the base path finds nothing. Hold it with `await using`.
//   2. A test puts people and groups in (`addUser`, `addGroup`), and may look at them at any time (`members`, `user`).
//   3. Each request is read whole and logged (`requests`), whatever becomes of it. Then the first misbehaviour that
//      is about this request is obeyed; those that only lie still check the token. Without any, the request is
//      served as the RFC says: an add that repeats is no change, and neither is the removal of who isn't there.
//   4. `misbehave` sets a misbehaviour, for good or for a number of `times`; `behave` ends them all. `scim.lies` are
//      lies for good, and `scim` has the other settings of what the server can do.
//   5. `watch` remembers what everybody has, and `harm` tells what others gained or lost since.
//   6. Leaving the block destroys every connection, hanging ones too, and waits until the port is free.
import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { garbled } from './fake-error.ts';
import { type Fault, isFault, obey, send } from './fake-fault.ts';
import { harm, type Watch, watch } from './fake-harm.ts';
import { type Answer, type FakeGroup, FakeScim, type FakeUser, type Lie, scimError } from './fake-scim.ts';
import type { Profile } from './profiles/profile.ts';
import { PROFILES, type ProfileName } from './profiles/profiles.ts';

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
  | Fault
  /** 429, with Retry-After in seconds, as a date, or without. */
  | { how: 'throttle'; retryAfter?: number | Date }
  | { how: Lie };

export interface When {
  /** How often; without it, until `behave`. */
  times?: number;
  method?: 'GET' | 'PATCH' | 'POST' | 'PUT' | 'DELETE';
  /** What the path starts with, below the base path. */
  path?: string;
}

/** Marks the path of a request that isn't below the base path. */
const OUTSIDE = 'outside: ';

export class FakeDirectory {
  /** The tokens that open it; may be changed at any time. */
  readonly tokens: Set<string>;
  readonly requests: LoggedRequest[] = [];
  readonly scim = new FakeScim();
  /** Milliseconds that its clock, as its Date headers have it, is ahead of everybody's. */
  ahead = 0;
  /** What time it is: a test whose time stands still brings its own. */
  now: () => number = Date.now;
  /** How many connections were opened so far. */
  connections = 0;
  /** The most requests that were here at the same time, each until its answer is out. */
  mostInFlight = 0;

  readonly #server: Server;
  readonly #profile: Profile;
  readonly #sockets: Socket[] = [];
  #inFlight = 0;
  readonly #basePath = `/${randomUUID()}/scim/v2`;
  readonly #arrivals = new EventEmitter();
  #misbehaviours: { what: Misbehaviour; when: When; left: number }[] = [];

  private constructor(tokens: Iterable<string>, profile: ProfileName) {
    this.tokens = new Set(tokens);
    this.#profile = PROFILES[profile];
    this.#profile.settle?.(this.scim);
    this.#server = createServer((request, response) => {
      this.#inFlight += 1;
      this.mostInFlight = Math.max(this.mostInFlight, this.#inFlight);
      response.once('close', () => {
        this.#inFlight -= 1;
      });
      this.#handle(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    this.#server.on('connection', (socket) => {
      this.connections += 1;
      this.#sockets.push(socket);
    });
  }

  static async start({
    token = 'a-token-for-tests',
    profile = 'honest',
  }: {
    token?: string;
    profile?: ProfileName;
  } = {}): Promise<FakeDirectory> {
    const directory = new FakeDirectory([token], profile);
    await once(directory.#server.listen(0, '127.0.0.1'), 'listening');
    directory.scim.base = directory.url;
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

  /** On the wire, headers and all. */
  get bytesSent(): number {
    return this.#sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
  }

  /** What everybody has now: memberships, roles and entitlements. */
  watch(): Watch {
    return watch(this.scim);
  }

  /** What others than this user gained or lost since; none: nobody else was touched. */
  harm(since: Watch, exceptUserId?: string): string[] {
    return harm(since, this.watch(), exceptUserId);
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
    response.setHeader('date', new Date(this.now() + this.ahead).toUTCString());
    response.setHeader('x-request-id', `fake-${this.requests.length}`);

    if (isFault(whim)) {
      const remember = () => this.scim.remember(logged.path);
      obey(whim, request, response, () => this.#serve(logged), remember);
    } else send(this.#serve(logged, whim), response);
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
        (method !== 'GET' || (what.how !== 'accept' && what.how !== 'pretend')),
    );
    if (found !== undefined) found.left -= 1;
    return found?.what;
  }

  #serve(logged: LoggedRequest, whim?: Exclude<Misbehaviour, Fault>): Answer {
    const lie = whim?.how === 'throttle' ? undefined : whim?.how;
    const lies = lie === undefined ? this.scim.lies : new Set([...this.scim.lies, lie]);
    return garbled(this.#honoured(logged, whim), lies);
  }

  #honoured(
    { method, path, headers, authorization, body }: LoggedRequest,
    whim?: Exclude<Misbehaviour, Fault>,
  ): Answer {
    if (!this.tokens.has(authorization?.replace(/^Bearer /, '') ?? '')) {
      return { ...scimError(401, 'who is that?'), headers: { 'www-authenticate': 'Bearer' } };
    }
    if (path.startsWith(OUTSIDE)) return scimError(404, 'the directory is elsewhere on this host');
    const { pathname, searchParams: query } = new URL(path, this.origin);
    const contentType = headers['content-type'] ?? null;
    return this.#profile.answer({ method, pathname, query, contentType, headers, body }, (question) =>
      whim?.how === 'throttle' ? throttled(whim.retryAfter) : this.scim.answer(question, whim?.how),
    );
  }
}

function throttled(retryAfter?: number | Date): Answer {
  const refused = scimError(429, 'too many requests');
  if (retryAfter === undefined) return refused;
  const value = retryAfter instanceof Date ? retryAfter.toUTCString() : String(retryAfter);
  return { ...refused, headers: { 'retry-after': value } };
}
