// Standard Webhooks 1.0.0: how a receiver knows that a delivery is ours, and that it has had it before.
import { fail, ok, type Result } from '../result.ts';

/** HMAC-SHA256 in base64, under a key in base64. */
export type Hmac = (key: string, text: string) => string;

/** Bytes of a secret, by the specification. */
const SHORTEST = 24;
const LONGEST = 64;

/** The key in base64. What is wrong with a secret is said without it. */
export function webhookKey(secret: string): Result<string, string> {
  const key = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret.trim())?.[1];
  if (key === undefined) return fail('it is not of the form whsec_ and base64');
  const bytes = Math.floor((key.replace(/=+$/, '').length * 3) / 4);
  return bytes < SHORTEST || bytes > LONGEST
    ? fail(`its key has ${bytes} bytes, and must have ${SHORTEST} to ${LONGEST}`)
    : ok(key);
}

/** `id` stays the same over retries; `now` is in milliseconds since the epoch, and is this try's. */
export function webhookHeaders(
  { key, id, body, now }: { key: string; id: string; body: string; now: number },
  hmac: Hmac,
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${hmac(key, `${id}.${timestamp}.${body}`)}`,
  };
}
