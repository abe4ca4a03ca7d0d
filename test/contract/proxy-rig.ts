// A directory over TLS under a name that only a proxy knows, and the client that is told of the proxy.
import type { Way } from '../../src/core/proxy.ts';
import type { Directory } from '../../src/flow/ports.ts';
import type { Authority, Identity } from '../support/certificates.ts';
import { ConnectProxy } from '../support/connect-proxy.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { TlsFront } from '../support/tls-front.ts';
import { openConnector, TOKEN, Tokens } from './scim-client-rig.ts';

export const NAME = 'idp.example.test';

/** What the machine's owner set; a test may change it at any time. */
type Told = { -readonly [key in keyof Way]: Way[key] };

export interface ProxiedRig extends AsyncDisposable {
  readonly fake: FakeDirectory;
  readonly proxy: ConnectProxy;
  readonly endpoint: string;
  readonly told: Told;
  /** The port on loopback where TLS is spoken. */
  readonly port: number;
  /** The directory as it is reached with what is told now. */
  directory(options?: { endpoint?: string; timeout?: number }): Directory;
}

export async function proxied(
  authority: Authority,
  { names = `DNS:${NAME}`, proxyTls = null }: { names?: string; proxyTls?: Identity | null } = {},
): Promise<ProxiedRig> {
  const fake = await FakeDirectory.start({ token: TOKEN });
  const front = await TlsFront.start(fake, authority.sign(names));
  const proxy = await ConnectProxy.start(proxyTls);
  proxy.routes.set(`${NAME}:443`, front.port);
  const told: Told = {
    proxy: `${proxyTls === null ? 'http' : 'https'}://${proxy.host}`,
    caFile: authority.file,
  };
  const connector = openConnector(new Tokens(TOKEN), { way: () => ({ ...told }) });
  const endpoint = `https://${NAME}${new URL(fake.url).pathname}`;
  return {
    fake,
    proxy,
    endpoint,
    told,
    port: front.port,
    directory: ({ endpoint: other = endpoint, timeout = 10_000 } = {}) =>
      connector.connect(other, { pinned: true, timeout }),
    [Symbol.asyncDispose]: async () => {
      // First the servers, so that closing the client never waits for an answer that won't come.
      for (const each of [fake, proxy, front, connector]) await each[Symbol.asyncDispose]();
    },
  };
}
