// The conversation with one endpoint: every request carries the token, and none leaves for anywhere else.
import { fail, ok } from '../../core/result.ts';
import type { Answer, Written } from '../../flow/ports.ts';
import type { Bearer } from './bearer.ts';
import type { Call, Connection, Reply } from './connection.ts';
import { parseJson } from './json.ts';
import { judge } from './judge.ts';
import { OUR_HEADER, requestIdOf } from './request-id.ts';

const SCIM = 'application/scim+json';

export interface Session {
  readonly endpoint: string;
  /** The body of a 200. `what` says in words what is asked for. */
  read(path: string, what: string): Promise<Answer<unknown>>;
  patch(path: string, body: object, what: string): Promise<Answer<Written>>;
}

export interface Manners {
  readonly userAgent: string;
  readonly newRequestId: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function openSession(
  endpoint: string,
  connection: Connection,
  bearer: Bearer,
  manners: Manners,
): Session {
  // Built from the pinned endpoint alone, never from what the server says of itself in `meta.location`.
  const base = new URL(endpoint).pathname.replace(/\/+$/, '');
  type Request = Pick<Call, 'method' | 'path' | 'body'> & { readonly what: string };
  type Sent = Answer<{ readonly reply: Reply; readonly ours: string }>;

  async function send(request: Request, token: string): Promise<Sent> {
    const path = base + request.path;
    const ours = manners.newRequestId();
    const headers = {
      authorization: `Bearer ${token}`,
      accept: `${SCIM}, application/json;q=0.9`,
      // Nothing here unpacks, and a small packed answer can be a very large one.
      'accept-encoding': 'identity',
      'user-agent': manners.userAgent,
      [OUR_HEADER]: ours,
      ...(request.body === null ? {} : { 'content-type': SCIM }),
    };
    const answer = await connection.exchange({ method: request.method, path, headers, body: request.body });
    if (!answer.ok) return fail({ ...answer.failure, endpoint });
    const asked = { endpoint, url: new URL(path, endpoint).href, what: request.what, token };
    const failure = judge(answer.value, asked, manners.now());
    return failure === null ? ok({ reply: answer.value, ours }) : fail(failure);
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

    async read(path, what) {
      const answer = await ask({ method: 'GET', path, body: null, what });
      if (!answer.ok) return answer;
      const { status, text } = answer.value.reply;
      const body = status === 200 ? parseJson(text) : undefined;
      return body === undefined ? nonsense(status, 'the answer is not SCIM') : ok(body);
    },

    async patch(path, body, what) {
      const answer = await ask({ method: 'PATCH', path, body: JSON.stringify(body), what });
      if (!answer.ok) return answer;
      const { reply, ours } = answer.value;
      const { status, text } = reply;
      // RFC 7644 section 3.5.2 knows 200 and 204, RFC 9967 adds 202. A sign-in page is none of them, whatever its status.
      const taken = status === 204 || status === 202 || (status === 200 && isEmptyOrJson(text));
      if (!taken) return nonsense(status, 'the answer to a change is not SCIM');
      return ok({ status, accepted: status === 202, requestId: requestIdOf(reply, ours) });
    },
  };
}

const isEmptyOrJson = (text: string): boolean => text.trim() === '' || parseJson(text) !== undefined;
