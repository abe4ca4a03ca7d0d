// Google Cloud Identity, whose PATCH of a group changes one member at a time:
// https://docs.cloud.google.com/identity/docs/scim/reference/rest/v1/customers.v2.Groups/patch
import { scimError } from '../fake-scim.ts';
import { memberChangesOf, operationsOf, succeeded, targetOf } from './operations.ts';
import type { Profile } from './profile.ts';

const MOST_OPERATIONS = 2;

export const googleCloudIdentity: Profile = {
  answer: (question, next) => {
    if (question.method !== 'PATCH' || targetOf(question).list !== 'Groups') return next(question);
    const changes = memberChangesOf(question);
    if (operationsOf(question).length > MOST_OPERATIONS) {
      return scimError(400, `at most ${MOST_OPERATIONS} operations`, 'tooMany');
    }
    if (changes.some(({ op, form }) => op === 'remove' && form !== 'filter')) {
      return scimError(400, 'remove needs members[value eq "id"]', 'invalidPath');
    }
    if (changes.some(({ op }) => op === 'replace')) {
      return scimError(400, 'members are added and removed', 'invalidPath');
    }
    if (changes.reduce((sum, { ids }) => sum + ids.length, 0) > 1) {
      return scimError(400, 'one member is added or removed by a request', 'tooMany');
    }
    const answer = next(question);
    return succeeded(answer) ? { status: 200, body: {} } : answer;
  },
};
