// One request that carries no token, to whoever answers at the endpoint: is anybody there, how fast, what time is it.
import { parseEndpoint } from '../../core/endpoint.ts';
import type { Way } from '../../core/proxy.ts';
import { fail, ok } from '../../core/result.ts';
import type { Prober } from '../../flow/lookout-ports.ts';
import { Connection, LARGEST_ANSWER } from '../http/connection.ts';
import { connectBy } from '../http/road.ts';

export interface ProberOptions {
  readonly userAgent: string;
  readonly now: () => number;
  readonly way: (endpoint: string) => Way;
}

export function openProber({ userAgent, now, way }: ProberOptions): Prober {
  return {
    async probe(endpoint, timeout) {
      const parsed = parseEndpoint(endpoint);
      if (!parsed.ok) throw new Error(`an endpoint nobody checked: it ${parsed.failure}`);
      const { origin, pathname } = new URL(parsed.value);
      const connection = new Connection(origin, timeout, connectBy(way(endpoint), timeout));
      try {
        const began = now();
        const answer = await connection.exchange({
          method: 'GET',
          // Open to everybody by RFC 7644 section 4; whatever the status, somebody answered.
          path: `${pathname.replace(/\/+$/, '')}/ServiceProviderConfig`,
          headers: {
            accept: 'application/scim+json, application/json;q=0.9',
            'accept-encoding': 'identity',
            'user-agent': userAgent,
          },
          body: null,
          most: LARGEST_ANSWER,
        });
        if (!answer.ok) return fail({ ...answer.failure, endpoint });
        const date = Date.parse(answer.value.header('date') ?? '');
        return ok({ took: now() - began, date: Number.isNaN(date) ? null : date });
      } finally {
        await connection.close();
      }
    },
  };
}
