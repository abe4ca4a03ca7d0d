// The way to an endpoint: through which proxy, and which certificates are trusted besides. Said by the machine's owner alone.
import { isLoopback } from './endpoint.ts';
import { isSpared } from './no-proxy.ts';
import { fail, ok, type Result } from './result.ts';
import type { ConfigEntry } from './settings.ts';
import { httpSetting } from './url-match.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface Way {
  /** As it was set, perhaps with a password: only `parseProxy` may look into it. Null: straight to the endpoint. */
  readonly proxy: string | null;
  /** A file of certificates that are trusted besides those Node knows. */
  readonly caFile: string | null;
  /** Files of the certificate by which we are known, and of its key. */
  readonly client?: { readonly certFile: string; readonly keyFile: string };
}

/** A clone must not choose where traffic goes, nor who may read it: local, worktree and command scope don't count. */
const SCOPES = new Set(['system', 'global']);

/** As git and curl would go; but certificates are always checked, whatever `http.sslVerify` says. */
export function wayTo(endpoint: string, entries: readonly ConfigEntry[], env: Env): Way {
  // Plain http is for this machine alone: no proxy, no certificates, and no file that must be readable.
  if (!endpoint.startsWith('https:')) return { proxy: null, caFile: null };
  const wide = entries.filter(({ scope }) => SCOPES.has(scope));
  // Git has the environment's file beat its config's, and leaves the other variable to the TLS library.
  const caFile =
    env['GIT_SSL_CAINFO'] || (httpSetting(wide, 'sslcainfo', endpoint) ?? set(env, 'SSL_CERT_FILE') ?? '');
  return {
    proxy: proxyFor(endpoint, wide, env),
    caFile: caFile === '' ? null : caFile.replace(/^~(?=\/)/, (home) => env['HOME'] || home),
  };
}

function proxyFor(endpoint: string, wide: readonly ConfigEntry[], env: Env): string | null {
  if (isLoopback(endpoint)) return null;
  const proxy =
    httpSetting(wide, 'proxy', endpoint) ?? variable(env, 'https_proxy') ?? variable(env, 'all_proxy') ?? '';
  const spared = variable(env, 'no_proxy');
  // An empty one in git's config says: none, whatever the environment has.
  if (proxy === '' || (spared !== null && isSpared(spared, new URL(endpoint)))) return null;
  return proxy;
}

/** The small spelling first, as curl. An empty variable is none. */
const variable = (env: Env, name: string): string | null => set(env, name) ?? set(env, name.toUpperCase());
const set = (env: Env, name: string): string | null => env[name] || null;

export interface HttpProxy {
  /** The way to the proxy itself is encrypted too. */
  readonly tls: boolean;
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  readonly credentials: { readonly user: string; readonly password: string } | null;
  /** What may be shown of it. */
  readonly name: string;
}

/** What is wrong is said without the text, because passwords stand in it. */
export function parseProxy(text: string): Result<HttpProxy, string> {
  const whole = /^[a-z][a-z\d+.-]*:\/\//i.test(text.trim()) ? text.trim() : `http://${text.trim()}`;
  // To a scheme nobody knows belongs no port, so that one which is written out is never dropped as the usual one.
  const [url, plain] = [parsed(whole), parsed(`x-${whole}`)];
  // A path is most likely a password with a slash in it, and what stands before it then is no host.
  if (
    url === null ||
    plain === null ||
    plain.hostname === '' ||
    !/^\/?$/.test(url.pathname + url.search + url.hash)
  )
    return fail('the proxy that is set is not a URL of a host and a port');
  const scheme = url.protocol.slice(0, -1);
  if (scheme !== 'http' && scheme !== 'https')
    return fail(`the proxy ${plain.host} speaks ${scheme}, which is not supported`);
  // Without a port, curl's own: 1080, not 80.
  const port = plain.port === '' ? (scheme === 'https' ? 443 : 1080) : Number(plain.port);
  const credentials =
    url.username === '' && url.password === ''
      ? null
      : { user: decoded(url.username), password: decoded(url.password) };
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return ok({ tls: scheme === 'https', host, port, credentials, name: `${url.hostname}:${port}` });
}

const parsed = (text: string): URL | null => (URL.canParse(text) ? new URL(text) : null);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
