// The directory's own id of a request: what its operators search for in their logs.
import type { Reply } from '../http/connection.ts';

export const OUR_HEADER = 'x-request-id';

const HEADERS = [
  OUR_HEADER,
  'request-id',
  'x-okta-request-id',
  'x-amzn-requestid',
  'x-amz-request-id',
  'x-ms-request-id',
  'x-github-request-id',
  'x-correlation-id',
  'correlation-id',
];

const LONGEST = 128;

/** Bounded and printable, because it goes into the audit log; an id of its own comes before an echo of ours. */
export function requestIdOf(reply: Reply, ours: string): string | null {
  const ids = HEADERS.map((name) => (reply.header(name) ?? '').replace(/[^\x20-\x7e]/g, '').trim())
    .filter((id) => id !== '')
    .map((id) => id.slice(0, LONGEST));
  return ids.find((id) => id !== ours) ?? ids[0] ?? null;
}
