// One POST to a destination: bounded in time and size, never led elsewhere, and without any token of ours.
import type { Way } from '../../core/proxy.ts';
import { judgeStatus, type Sent } from '../../core/ship/answer.ts';
import { Connection, type Reply } from '../http/connection.ts';
import { retryAfter } from '../http/retry-after.ts';
import { connectBy } from '../http/road.ts';

/** Bytes: an answer says little more than that it was taken. */
const LARGEST_ANSWER = 64 * 1024;

export interface Posted {
  readonly sent: Sent;
  /** Null: there was no answer. */
  readonly reply: Reply | null;
}

export interface Poster {
  post(headers: Readonly<Record<string, string>>, body: string | Uint8Array): Promise<Posted>;
  close(): Promise<void>;
}

export interface PosterOptions {
  readonly url: string;
  readonly way: Way;
  /** Milliseconds. */
  readonly timeout: number;
  readonly userAgent: string;
  readonly now: () => number;
}

export function openPoster({ url, way, timeout, userAgent, now }: PosterOptions): Poster {
  const { origin, pathname, search } = new URL(url);
  const connection = new Connection(origin, timeout, connectBy(way, timeout));
  return {
    post: async (headers, body) => {
      const asked = await connection.exchange({
        method: 'POST',
        path: `${pathname}${search}`,
        headers: { 'user-agent': userAgent, ...headers },
        body,
        most: LARGEST_ANSWER,
      });
      // Whether it arrived isn't known: at least once, it goes again.
      if (!asked.ok)
        return { sent: { is: 'later', why: asked.failure.detail, retryAfter: null }, reply: null };
      const reply = asked.value;
      const said = {
        retryAfter: retryAfter(reply.header('retry-after'), now()),
        location: reply.header('location'),
      };
      return { sent: judgeStatus(reply.status, said), reply };
    },
    close: () => connection.destroy(),
  };
}
