// Where a redirect leads, if it may be followed: to the same origin only, because the token goes along.
import type { Call, Reply } from '../http/connection.ts';

/** The path to ask next, or null where this is no redirect that is followed. `url` is what was asked. */
export function redirectOf(reply: Reply, url: string, method: Call['method']): string | null {
  // A 301, 302 or 303 turns a change into a read on many clients, so only a read follows those (RFC 9110 section 15.4).
  const followed = method === 'GET' ? [301, 302, 303, 307, 308] : [307, 308];
  const location = reply.header('location');
  if (!followed.includes(reply.status) || location === null || !URL.canParse(location, url)) return null;
  const [from, to] = [new URL(url), new URL(location, url)];
  if (to.origin !== from.origin) return null;
  // A change is about one resource: to another one it would be another change, which nobody asked for.
  return method === 'GET' || resourceOf(to) === resourceOf(from) ? to.pathname + to.search : null;
}

/** The type and the id, wherever the directory has them: `/scim/v2/Groups/1` and `/v3/Groups/1` are the same group. */
const resourceOf = ({ pathname }: URL): string => pathname.replace(/\/+$/, '').split('/').slice(-2).join('/');
