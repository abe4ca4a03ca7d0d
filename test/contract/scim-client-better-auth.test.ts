// The client's contract over @better-auth/scim: a strict, transactional server that knows nothing of us.
import { randomUUID } from 'node:crypto';
import { serveBetterAuth } from '../support/better-auth-peer.ts';
import { overHttp, type Peer, TOKEN } from './scim-client-rig.ts';
import { scimClientSuite } from './scim-client-suite.ts';

const open = async (): Promise<Peer> => {
  const served = await serveBetterAuth(TOKEN);
  const { addUser, addGroup } = overHttp(served.url, TOKEN);
  return {
    url: served.url,
    token: TOKEN,
    // Everybody needs an address there, and one of their own.
    addUser: (user) =>
      addUser({ emails: [{ value: `${randomUUID()}@acme.example`, type: 'work' }], ...user }),
    addGroup,
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  };
};

scimClientSuite('@better-auth/scim', open, {
  'a user has their groups': 'a user is shown without the attribute groups, whatever is asked for',
});
