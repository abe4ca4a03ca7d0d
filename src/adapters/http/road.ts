// How connections to an endpoint are made: straight, or the way that git's config names, whose code is loaded only then.
import type { buildConnector } from 'undici';
import type { Way } from '../../core/proxy.ts';
import { Blocked, troubleOf } from './trouble.ts';

export type Connect = buildConnector.connector;

/** `timeout` is for a whole connection, in milliseconds. */
export function connectBy(way: Way, timeout: number): Connect {
  const isStraight = way.proxy === null && way.caFile === null && way.client === undefined;
  const connect = isStraight ? straight(timeout) : roundabout(way, timeout);
  return (target, callback) =>
    connect(target, (error, socket) =>
      error === null ? callback(null, socket) : callback(inWords(error, timeout), null),
    );
}

function straight(timeout: number): Connect {
  // undici looks at a request's signal only once it is connected, so connecting has the same time by itself.
  // Checking is said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED=0 in somebody's shell doesn't hand the token to anybody.
  const load = async () => (await import('undici')).buildConnector({ timeout, rejectUnauthorized: true });
  let made: ReturnType<typeof load> | null = null;
  return (target, callback) => {
    made ??= load();
    made.then(
      (connect) => connect(target, callback),
      (error: unknown) => callback(asError(error), null),
    );
  };
}

function roundabout(way: Way, timeout: number): Connect {
  const load = async () => (await import('./tunnel.ts')).openRoad(way, timeout);
  let road: ReturnType<typeof load> | null = null;
  return (target, callback) => {
    road ??= load();
    road
      .then((connect) => connect(target))
      .then(
        (socket) => callback(null, socket),
        (error: unknown) => callback(asError(error), null),
      );
  };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/**
 * Before undici reads its code: after a certificate for another host, undici 7 keeps the failed request as running,
 * so that the next one and `close()` would wait for ever.
 */
function inWords(error: Error, timeout: number): Error {
  const trouble = troubleOf(error, 0, timeout);
  return trouble === null ? error : new Blocked(trouble.detail);
}
