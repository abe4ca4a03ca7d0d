// What an answer's status means for us: one place turns HTTP into the closed list of failures.
import type { DirectoryFailure } from '../../core/failure.ts';
import { readError } from '../../core/scim-message.ts';
import type { Reply } from '../http/connection.ts';
import { retryAfter } from '../http/retry-after.ts';
import { parseJson } from './json.ts';

export interface Asked {
  readonly endpoint: string;
  /** The URL that was asked, which a relative Location starts from. */
  readonly url: string;
  /** What the request was about, in words. */
  readonly what: string;
  /** The token that was sent: a server may repeat it, our failures don't. */
  readonly token: string;
}

const LONGEST_DETAIL = 300;

/** Null: the directory took the request (2xx). `now` is in milliseconds. */
export function judge(reply: Reply, asked: Asked, now: number): DirectoryFailure | null {
  const { endpoint, what } = asked;
  const { status } = reply;
  if (status >= 200 && status < 300) return null;
  if (status === 401 || status === 403) return { code: 'denied', endpoint, status };
  const wait = retryAfter(reply.header('retry-after'), now);
  // A 503 that names a time asks for the same thing as a 429 (RFC 9110 section 15.6.4).
  if (status === 429 || (status === 503 && wait !== null)) {
    return { code: 'throttled', endpoint, status, retryAfter: wait };
  }
  if (status === 404) return { code: 'missing', endpoint, what, status };
  if (status >= 300 && status < 400) {
    const detail = clean(whereTo(reply, asked.url), asked.token);
    return { code: 'rejected', endpoint, status, scimType: null, detail };
  }
  const said = readError(parseJson(reply.text));
  const detail = clean(said.detail, asked.token);
  // Databricks answers a 500 that names its limit (databricks/databricks-sdk-go#721).
  if (
    status === 500 &&
    /rate.?limit|request_limit|concurrent limit|too many requests|throttl/i.test(detail)
  ) {
    return { code: 'throttled', endpoint, status, retryAfter: wait };
  }
  if (status >= 400 && status < 500) {
    const scimType = said.scimType === null ? null : clean(said.scimType, asked.token);
    return { code: 'rejected', endpoint, status, scimType, detail };
  }
  return { code: 'faulty', endpoint, status, detail };
}

/** Without its query, which may hold somebody's session. */
function whereTo(reply: Reply, base: string): string {
  const location = reply.header('location');
  if (location === null || !URL.canParse(location, base)) return 'redirects without saying where';
  const { protocol, host, pathname } = new URL(location, base);
  return `redirects to ${protocol}//${host}${pathname}`;
}

function clean(text: string, token: string): string {
  const printable = text.replaceAll(token, '[token]').replace(/\p{C}+/gu, ' ');
  return printable.slice(0, LONGEST_DETAIL).trim();
}
