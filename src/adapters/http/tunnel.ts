// Connections through a proxy (CONNECT: it learns host and port, and sees nothing but TLS) or with more certificates trusted.
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { buildConnector } from 'undici';
import { type HttpProxy, parseProxy, type Way } from '../../core/proxy.ts';
import { Blocked, troubleOf } from './trouble.ts';
import { openTrust } from './trust-store.ts';

type Target = buildConnector.Options;

export function openRoad(way: Way, timeout: number): (target: Target) => Promise<Socket> {
  let known: SecureContext | null = null;

  /** Read once it is needed; what failed is read again. */
  async function trust(): Promise<SecureContext> {
    const opened = await openTrust(way);
    if (!opened.ok) throw new Blocked(opened.failure);
    known = opened.value;
    return opened.value;
  }

  return async (target) => {
    const began = performance.now();
    const isOwn = way.caFile !== null || way.client !== undefined;
    const secureContext = isOwn ? (known ?? (await trust())) : null;
    // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED=0 in somebody's shell doesn't hand the token to anybody.
    const tls = { rejectUnauthorized: true, ...(secureContext === null ? {} : { secureContext }) };
    const tunnel = way.proxy === null ? null : await throughProxy(way.proxy, target, tls, timeout);
    const left = Math.max(1, Math.round(timeout - (performance.now() - began)));
    const connect = buildConnector({ ...tls, timeout: left });
    return new Promise((resolve, reject) => {
      // Where TLS fails, it takes the tunnel with it.
      connect({ ...target, ...(tunnel === null ? {} : { httpSocket: tunnel }) }, (error, socket) =>
        error === null ? resolve(socket) : reject(error),
      );
    });
  };
}

type Tls = { readonly rejectUnauthorized: boolean; readonly secureContext?: SecureContext };

/** A socket that ends at the target, with nothing said on it yet. */
function throughProxy(text: string, target: Target, tls: Tls, timeout: number): Promise<Socket> {
  const parsed = parseProxy(text);
  if (!parsed.ok) throw new Blocked(parsed.failure);
  const proxy = parsed.value;
  const signal = AbortSignal.timeout(timeout);
  const host = target.hostname.includes(':') ? `[${target.hostname}]` : target.hostname;
  const authority = `${host}:${target.port || 443}`;
  const request = (proxy.tls ? tlsRequest : plainRequest)({
    method: 'CONNECT',
    host: proxy.host,
    port: proxy.port,
    path: authority,
    // Node would say `close`, and mean the answer.
    headers: { host: authority, connection: 'keep-alive', ...authorization(proxy) },
    agent: false,
    signal,
    // By itself, Node would take the name of the target for the proxy's own.
    ...(proxy.tls ? { ...tls, servername: isIP(proxy.host) === 0 ? proxy.host : '' } : {}),
  });
  return new Promise((resolve, reject) => {
    const block = (why: string) => reject(new Blocked(`the proxy ${proxy.name} ${why}`));
    request.once('connect', ({ statusCode = 0 }, socket, head) => {
      // What breaks later is told by the TLS that runs over it.
      socket.on('error', () => {});
      const why = refusal(statusCode, head.length);
      if (why === null) return resolve(socket);
      socket.destroy();
      block(why);
    });
    request.on('error', (error) => {
      if (signal.aborted) return block(`did not answer within ${timeout} ms`);
      const trouble = troubleOf(error, 0, timeout);
      if (trouble === null) return reject(error);
      block(`can't be used: ${trouble.detail}`);
    });
    request.end();
  });
}

function refusal(status: number, more: number): string | null {
  if (status === 407) return 'wants a user name and a password that it accepts (407)';
  if (status < 200 || status > 299) return `refused to connect (${status})`;
  // In TLS the client speaks first: what comes unasked is not from the directory.
  return more === 0 ? null : 'answered more than it was asked';
}

/** For the proxy alone: what goes through the tunnel is built elsewhere. */
const authorization = ({ credentials }: HttpProxy): { 'proxy-authorization'?: string } =>
  credentials === null
    ? {}
    : {
        'proxy-authorization': `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`,
      };
