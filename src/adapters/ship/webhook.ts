// A sender to a webhook: each line a CloudEvents event in structured JSON, signed as Standard Webhooks has it.
import { createHmac } from 'node:crypto';
import { cloudEvent, isTold } from '../../core/ship/cloud-event.ts';
import type { Extent } from '../../core/ship/destination.ts';
import { namesOf } from '../../core/ship/selection.ts';
import { type Hmac, webhookHeaders, webhookKey } from '../../core/ship/webhook-signature.ts';
import type { Sender } from '../../flow/ship-ports.ts';
import type { Poster } from './post.ts';

export interface WebhookOptions {
  readonly poster: Poster;
  readonly selecting: { readonly extent: Extent; readonly repo: string | null };
  /** Asked for once there is something to send; null: there is none. */
  readonly secret: () => Promise<string | null>;
  readonly now: () => number;
}

export const hmac: Hmac = (key, text) =>
  createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');

export function webhookSender({ poster, selecting, secret, now }: WebhookOptions): Sender {
  let known: Promise<string | null> | null = null;
  return {
    most: { lines: 1, bytes: Number.POSITIVE_INFINITY },
    takes: (line) => isTold(line) && namesOf(line, selecting) !== null,
    close: () => poster.close(),
    send: async ([stored]) => {
      const names = stored === undefined ? null : namesOf(stored.line, selecting);
      if (stored === undefined || names === null) return { is: 'taken', rejected: 0, note: null };
      known ??= secret();
      const given = await known;
      if (given === null) return { is: 'blocked', why: NO_SECRET };
      const key = webhookKey(given);
      if (!key.ok) return { is: 'blocked', why: `the webhook secret can't be used: ${key.failure}` };
      const event = cloudEvent(stored.line, names);
      const body = JSON.stringify(event);
      const signed = webhookHeaders({ key: key.value, id: event.id, body, now: now() }, hmac);
      const headers = { ...signed, 'content-type': 'application/cloudevents+json; charset=utf-8' };
      return (await poster.post(headers, body)).sent;
    },
  };
}

const NO_SECRET = 'there is no secret to sign with';
