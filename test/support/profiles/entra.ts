// Microsoft Entra as a server (graph.microsoft.com/rp/scim), as it is described in thomaselliottbetz/scim-sanity,
// scim_sanity/profiles.py; that it has neither entitlements nor more than eq and and: MicrosoftDocs/entra-docs,
// docs/identity/app-provisioning/use-scim-to-provision-users-and-groups.md.
import { scimError } from '../fake-scim.ts';
import { succeeded, targetOf, touches, without } from './operations.ts';
import type { Profile } from './profile.ts';

export const entra: Profile = {
  settle: (scim) => {
    scim.lies.add('resources-lowercase');
  },
  answer: (question, next) => {
    const { method, query, headers } = question;
    if (method === 'PUT') return scimError(405, 'there is no PUT');
    if (method === 'DELETE' && String(headers['accept']).includes('application/scim+json')) {
      return scimError(406, 'not to be had as application/scim+json');
    }
    if (query.get('count') === '0') return scimError(400, 'count starts at 1', 'invalidValue');
    if (query.get('filter')?.includes('[') === true) {
      return scimError(400, 'only eq and and', 'invalidFilter');
    }
    if (touches(question, 'entitlements')) return scimError(400, 'there are no entitlements', 'invalidPath');
    const answer = next(question);
    if (method === 'GET' && answer.status === 404 && targetOf(question).isOne) {
      return scimError(400, 'no such resource', 'invalidValue');
    }
    return method === 'PATCH' && succeeded(answer) ? { status: 204 } : without('entitlements', answer);
  },
};
