// A SCIM endpoint's URL: what may be pinned, and when two of them are the same.
import { fail, ok, type Result } from './result.ts';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** The endpoint in the one spelling that is pinned and compared, or what is wrong with it. */
export function parseEndpoint(text: string): Result<string, string> {
  if (!URL.canParse(text)) return fail('is not a URL');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return fail('must start with https://');
  if (url.username !== '' || url.password !== '') return fail('must not hold a user name or password');
  if (url.search !== '' || url.hash !== '') return fail('must not have a query or fragment');
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    return fail('must use https: over http the token could be read on the way (http is for loopback only)');
  }
  return ok(`${url.origin}${url.pathname.replace(/\/+$/, '')}`);
}

/** Whether a valid endpoint is on this machine. */
export const isLoopback = (endpoint: string): boolean => LOOPBACK.test(new URL(endpoint).hostname);
