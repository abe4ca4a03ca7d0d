// The client's contract over the embedded directory: a real service with somebody else's SCIM library inside.
import { serveDirectory } from '../../src/directory/serve.ts';
import { type Peer, TOKEN } from './scim-client-rig.ts';
import { scimClientSuite } from './scim-client-suite.ts';

scimClientSuite('the embedded directory', async (): Promise<Peer> => {
  const served = await serveDirectory({ port: 0, file: null, token: TOKEN, seed: { users: [], groups: [] } });
  if (!served.ok) throw new Error(`the directory didn't start: ${JSON.stringify(served.failure)}`);
  const { url, close } = served.value;

  // Filled over HTTP, by another client than the one under test.
  const create = async (list: string, schema: string, resource: object): Promise<string> => {
    const response = await fetch(`${url}/${list}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify({ schemas: [`urn:ietf:params:scim:schemas:core:2.0:${schema}`], ...resource }),
    });
    if (response.status !== 201) throw new Error(`not created: ${await response.text()}`);
    const { id } = (await response.json()) as { id: string };
    return id;
  };

  return {
    url,
    token: TOKEN,
    addUser: (user) => create('Users', 'User', { ...user, active: true }),
    addGroup: ({ members = [], ...group }) =>
      create('Groups', 'Group', { ...group, members: members.map((value) => ({ value })) }),
    [Symbol.asyncDispose]: close,
  };
});
