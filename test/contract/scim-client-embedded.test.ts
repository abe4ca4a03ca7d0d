// The client's contract over the embedded directory: a real service with somebody else's SCIM library inside.
import { serveDirectory } from '../../src/directory/serve.ts';
import { overHttp, type Peer, TOKEN } from './scim-client-rig.ts';
import { scimClientSuite } from './scim-client-suite.ts';

scimClientSuite('the embedded directory', async (): Promise<Peer> => {
  const served = await serveDirectory({ port: 0, file: null, token: TOKEN, seed: { users: [], groups: [] } });
  if (!served.ok) throw new Error(`the directory didn't start: ${JSON.stringify(served.failure)}`);
  const { url, close } = served.value;
  return { url, token: TOKEN, ...overHttp(url, TOKEN), [Symbol.asyncDispose]: close };
});
