// The conversation with one endpoint: every request carries the token, and none leaves for anywhere else.
import { fail, ok } from '../../core/result.ts';
import type { Answer } from '../../flow/ports.ts';
import { type Call, type Connection, LARGEST_ANSWER, type Reply } from '../http/connection.ts';
import type { Bearer } from './bearer.ts';
import { parseJson } from './json.ts';
import { judge } from './judge.ts';
import { redirectOf } from './redirect.ts';
import { OUR_HEADER, requestIdOf } from './request-id.ts';

const ACCEPT = 'application/scim+json, application/json;q=0.9';

/** A redirect to the same origin is followed so often (RFC 7644 section 3.11 knows 307 and 308). */
const MOST_REDIRECTS = 3;

/** The body of a 200. */
export interface Read {
  readonly body: unknown;
  readonly etag: string | null;
}

export interface Taken {
  readonly status: number;
  readonly requestId: string | null;
  /** Of a 202: what the directory calls the change until it is done (RFC 9967). */
  readonly transaction: string | null;
  /** Parsed, where it is JSON; undefined where there is none. */
  readonly body: unknown;
  readonly etag: string | null;
}

export interface Change {
  readonly method: 'PATCH' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly message: object | null;
  /** What it is about, in words. */
  readonly what: string;
  readonly ifMatch?: string | null;
}

export interface Session {
  readonly endpoint: string;
  /** `what` says in words what is asked for; null: it is larger than `most` bytes. */
  read(path: string, what: string, most?: number): Promise<Answer<Read | null>>;
  change(change: Change): Promise<Answer<Taken>>;
}

export interface Manners {
  readonly userAgent: string;
  readonly newRequestId: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told how many milliseconds the directory's clock is ahead of ours, to the second, whatever it answered. */
  readonly sawSkew?: (milliseconds: number) => void;
}

export function openSession(
  endpoint: string,
  connection: Connection,
  bearer: Bearer,
  manners: Manners,
  contentType: string,
): Session {
  // Built from the pinned endpoint alone, never from what the server says of itself in `meta.location`.
  const base = new URL(endpoint).pathname.replace(/\/+$/, '');
  type Request = Omit<Call, 'headers'> & { readonly what: string; readonly ifMatch?: string | null };
  type Sent = Answer<{ readonly reply: Reply; readonly ours: string }>;

  async function send(request: Request, token: string): Promise<Sent> {
    const { method, body, most, what, ifMatch = null } = request;
    const ours = manners.newRequestId();
    const headers = {
      authorization: `Bearer ${token}`,
      accept: ACCEPT,
      // Nothing here unpacks, and a small packed answer can be a very large one.
      'accept-encoding': 'identity',
      'user-agent': manners.userAgent,
      [OUR_HEADER]: ours,
      ...(body === null ? {} : { 'content-type': contentType }),
      ...(ifMatch === null ? {} : { 'if-match': ifMatch }),
    };
    let path = base + request.path;
    for (let redirects = 0; ; redirects += 1) {
      const answer = await connection.exchange({ method, path, headers, body, most });
      if (!answer.ok) return fail({ ...answer.failure, endpoint });
      const date = Date.parse(answer.value.header('date') ?? '');
      if (!Number.isNaN(date)) manners.sawSkew?.(date - manners.now());
      const url = new URL(path, endpoint).href;
      const next = redirects < MOST_REDIRECTS ? redirectOf(answer.value, url, method) : null;
      if (next === null) {
        const failure = judge(answer.value, { endpoint, url, what, token }, manners.now());
        return failure === null ? ok({ reply: answer.value, ours }) : fail(failure);
      }
      path = next;
    }
  }

  /** A 401 may only mean that the token ran out (RFC 6750 section 3.1): another one gets one more try. */
  async function ask(request: Request): Promise<Sent> {
    const token = await bearer.current();
    if (token === null) return fail({ code: 'no-token', endpoint });
    const answer = await send(request, token);
    if (answer.ok || answer.failure.code !== 'denied' || answer.failure.status !== 401) return answer;
    const renewed = await bearer.insteadOf(token);
    return renewed === null ? answer : send(request, renewed);
  }

  const nonsense = (status: number, detail: string) =>
    fail({ code: 'faulty', endpoint, status, detail } as const);

  return {
    endpoint,

    async read(path, what, most = LARGEST_ANSWER) {
      const answer = await ask({ method: 'GET', path, body: null, what, most });
      if (!answer.ok) return answer;
      const { reply } = answer.value;
      const { status, text } = reply;
      if (reply.isTooLarge)
        return most < LARGEST_ANSWER ? ok(null) : nonsense(status, 'the answer is too large');
      const body = status === 200 ? parseJson(text) : undefined;
      if (body === undefined) return nonsense(status, 'the answer is not SCIM');
      return ok({ body, etag: reply.header('etag') });
    },

    async change({ method, path, message, what, ifMatch = null }) {
      const body = message === null ? null : JSON.stringify(message);
      const answer = await ask({ method, path, body, what, ifMatch, most: LARGEST_ANSWER });
      if (!answer.ok) return answer;
      const { reply, ours } = answer.value;
      const { status, text } = reply;
      const parsed = text.trim() === '' ? undefined : parseJson(text);
      const isEmptyOrJson = !reply.isTooLarge && (text.trim() === '' || parsed !== undefined);
      // RFC 7644 section 3.5.2 knows 200 and 204, 3.3 a 201 for what is made, RFC 9967 adds 202. A sign-in page is none
      // of them, whatever its status.
      const taken =
        status === 204 ||
        status === 202 ||
        ((status === 200 || (method === 'POST' && status === 201)) && isEmptyOrJson);
      if (!taken) return nonsense(status, 'the answer to a change is not SCIM');
      return ok({
        status,
        requestId: requestIdOf(reply, ours),
        transaction: status === 202 ? transactionOf(reply) : null,
        body: parsed,
        etag: reply.header('etag'),
      });
    },
  };
}

/** It goes into the audit log: bounded and printable, like a request id. */
const transactionOf = (reply: Reply): string | null =>
  reply
    .header('set-txn')
    ?.replace(/[^\x20-\x7e]/g, '')
    .trim()
    .slice(0, 128) || null;
