// Somebody else's complete SCIM server, @better-auth/scim, on a free loopback port with its data in memory.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { scim } from '@better-auth/scim';
import { type BetterAuthPlugin, betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { getAuthTables } from 'better-auth/db';
import { toNodeHandler } from 'better-auth/node';

export interface ServedPeer extends AsyncDisposable {
  readonly url: string;
}

export async function serveBetterAuth(token: string): Promise<ServedPeer> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  const origin = `http://127.0.0.1:${address.port}`;
  const credentials = [{ id: 'tests', type: 'bearer' as const, token }];
  const options = {
    baseURL: origin,
    secret: 'a-secret-for-tests-that-nothing-else-uses',
    // The plugin's own type holds an undefined that exactOptionalPropertyTypes doesn't let through.
    plugins: [scim({ connections: [{ id: 'tests', credentials }] }) as BetterAuthPlugin],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  };
  // The memory adapter makes no table by itself.
  const tables = Object.values(getAuthTables(options)).map(({ modelName }) => [modelName, []]);
  const auth = betterAuth({ ...options, database: memoryAdapter(Object.fromEntries(tables)) });
  const handle = toNodeHandler(auth);
  server.on('request', (request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  return {
    url: `${origin}/api/auth/scim/v2`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
