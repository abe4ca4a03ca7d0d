// Opens directories by their endpoint; connections and tokens live as long as the connector, so a worker that lingers reuses them.
import { parseEndpoint } from '../../core/endpoint.ts';
import { PROFILES } from '../../core/profile.ts';
import type { Way } from '../../core/proxy.ts';
import type { Connector } from '../../flow/ports.ts';
import { Connection } from '../http/connection.ts';
import { connectBy } from '../http/road.ts';
import { Bearer, type TokenSource } from './bearer.ts';
import { directoryOver } from './directory.ts';
import { type Manners, openSession } from './session.ts';

export interface ConnectorOptions extends Manners {
  readonly token: TokenSource;
  /** Asked anew for each directory, because what git's config says may change while a worker lingers. */
  readonly way: (endpoint: string) => Way;
}

export function createConnector(options: ConnectorOptions): Connector & { close(): Promise<void> } {
  const connections = new Map<string, Connection>();
  const bearers = new Map<string, Bearer>();
  const skews = new Map<string, number>();

  return {
    connect(endpoint, { pinned, timeout, profile = PROFILES.auto }) {
      // Whatever is pinned was checked before; sending a token over plain http would be the worst of bugs.
      const parsed = parseEndpoint(endpoint);
      if (!parsed.ok) throw new Error(`an endpoint nobody checked: it ${parsed.failure}`);
      const { origin } = new URL(endpoint);
      const way = options.way(endpoint);
      const connection = lasting(
        connections,
        `${origin} ${timeout} ${JSON.stringify(way)}`,
        () => new Connection(origin, timeout, connectBy(way, timeout)),
      );
      const bearer = lasting(
        bearers,
        `${endpoint} ${pinned}`,
        () => new Bearer(options.token, endpoint, pinned),
      );
      const manners = {
        ...options,
        sawSkew: (milliseconds: number): void => {
          skews.set(endpoint, milliseconds);
        },
      };
      const session = openSession(endpoint, connection, bearer, manners, profile.contentType);
      return { ...directoryOver(session, profile), skew: () => skews.get(endpoint) ?? null };
    },

    async close() {
      await Promise.all([...connections.values()].map((connection) => connection.close()));
      connections.clear();
    },
  };
}

function lasting<T>(known: Map<string, T>, key: string, make: () => T): T {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
