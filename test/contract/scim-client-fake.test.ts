// The client's contract over the fake, which is thereby held to the same contract.
import { FakeDirectory } from '../support/fake-directory.ts';
import { type Peer, TOKEN } from './scim-client-rig.ts';
import { scimClientSuite } from './scim-client-suite.ts';

scimClientSuite('the fake directory', async (): Promise<Peer> => {
  const fake = await FakeDirectory.start({ token: TOKEN });
  // So small that lists have several pages.
  fake.scim.pageSize = 2;
  return {
    url: fake.url,
    token: TOKEN,
    addUser: async (user) => fake.addUser(user),
    addGroup: async ({ members = [], ...group }) => fake.addGroup({ ...group, members: [...members] }),
    [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose](),
  };
});
