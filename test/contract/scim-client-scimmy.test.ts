// The client's contract over plain scimmy: what stands behind many a SCIM endpoint that a company wrote itself.
import { serveScimmy } from '../support/scimmy-peer.ts';
import { overHttp, type Peer, TOKEN } from './scim-client-rig.ts';
import { scimClientSuite } from './scim-client-suite.ts';

const open = async (): Promise<Peer> => {
  const served = await serveScimmy(TOKEN);
  return {
    url: served.url,
    token: TOKEN,
    ...overHttp(served.url, TOKEN),
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  };
};

scimClientSuite('plain scimmy', open, {
  'userName in any case': 'its filters compare case, whatever the schema says of an attribute',
  'a filter for an address': 'it answers 400 as soon as one user has no address',
  'a filter with an escape': 'it has no escapes in texts, and answers 400 invalidFilter to a quote',
  'an add may repeat': 'it appends what is there already, and answers 200',
  'members are checked': 'whether a member exists is left to who writes the store',
  'a role has a type': 'it has an empty list of canonical types for roles, and refuses every type',
});
