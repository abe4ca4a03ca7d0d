// Where a redirect leads, if it may be followed: to the same origin only, because the token goes along.
import type { Call, Reply } from './connection.ts';

/** The path to ask next, or null where this is no redirect that is followed. `url` is what was asked. */
export function redirectOf(reply: Reply, url: string, method: Call['method']): string | null {
  // A 301, 302 or 303 turns a change into a read on many clients, so only a read follows those (RFC 9110 section 15.4).
  const followed = method === 'GET' ? [301, 302, 303, 307, 308] : [307, 308];
  const location = reply.header('location');
  if (!followed.includes(reply.status) || location === null || !URL.canParse(location, url)) return null;
  const to = new URL(location, url);
  return to.origin === new URL(url).origin ? to.pathname + to.search : null;
}
