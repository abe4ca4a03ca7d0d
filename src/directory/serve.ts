// Starts the embedded directory: a real, small SCIM 2.0 service on loopback, for trying out and for tests.
import { createServer, type Server } from 'node:http';
import { basePath, directoryApp, type OnRequest } from './app.ts';
import type { Outcome, ServeFailure } from './failure.ts';
import { isObject } from './records.ts';
import { type Seed, seeded } from './seed.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';
import { openStore } from './store.ts';

export type { ServeFailure } from './failure.ts';
export type { Seed } from './seed.ts';
export type { Snapshot } from './snapshot.ts';

export interface ServeOptions {
  /** 0 takes any free one. */
  readonly port: number;
  /** Where users and groups are kept; null keeps them in memory only. */
  readonly file: string | null;
  readonly token: string;
  /** Used only while there is neither a user nor a group. */
  readonly seed: Seed;
  readonly onRequest?: OnRequest;
}

export interface ServedDirectory {
  readonly url: string;
  readonly port: number;
  snapshot(): Snapshot;
  /** Answers what was asked, then stops. */
  close(): Promise<void>;
}

export async function serveDirectory(options: ServeOptions): Promise<Outcome<ServedDirectory, ServeFailure>> {
  const { token, file, seed, onRequest } = options;
  if (!/^\S+$/.test(token)) return usage('the token is empty or has spaces in it');
  const opened = openStore(file);
  if (!opened.ok) return opened;
  const store = opened.value;
  const { users, groups } = store.contents();
  const isEmpty = users.length + groups.length === 0;
  const first = isEmpty ? seeded(store.contents(), seed, new Date().toISOString()) : null;
  if (first?.ok === false) return first;

  const server = createServer(directoryApp(store, token, onRequest));
  const bound = await listen(server, options.port);
  if (!bound.ok) return bound;
  const port = bound.value;
  // Written only now that the port is ours, and before anybody could ask: nothing else runs in between.
  const kept = store.commit(first?.value ?? store.contents());
  if (!kept.ok) {
    await close(server);
    return kept;
  }
  const url = `http://127.0.0.1:${port}${basePath}`;
  const served = { url, port, snapshot: () => snapshotOf(store.contents()), close: () => close(server) };
  return { ok: true, value: served };
}

function listen(server: Server, port: number): Promise<Outcome<number, ServeFailure>> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    return Promise.resolve(usage(`${port} is no port`));
  return new Promise((resolve) => {
    server.once('error', (error) => {
      const inUse = isObject(error) && error['code'] === 'EADDRINUSE';
      const failure: ServeFailure = { code: 'port-in-use', port };
      resolve(inUse ? { ok: false, failure } : usage(`port ${port} can't be used: ${error.message}`));
    });
    // Loopback only: whoever is on the network has no business here.
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve({ ok: true, value: typeof address === 'object' && address !== null ? address.port : port });
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    // A client that holds a request open must not hold us open.
    setTimeout(() => server.closeAllConnections(), 1000).unref();
  });
}

const usage = (problem: string): { ok: false; failure: ServeFailure } => ({
  ok: false,
  failure: { code: 'usage', problem },
});
