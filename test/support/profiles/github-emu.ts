// GitHub with managed users, which refuses who doesn't say who asks. Paths are case-sensitive and there are roles, as on
// the honest server. Sources: github/docs, content/rest/enterprise-admin/scim.md (published as
// https://docs.github.com/enterprise-server@3.14/rest/enterprise-admin/scim); that it is 403 is what this project was told.
import { scimError } from '../fake-scim.ts';
import type { Profile } from './profile.ts';

export const githubEmu: Profile = {
  answer: (question, next) => {
    if (!question.headers['user-agent'])
      return scimError(403, 'request forbidden: say who asks (User-Agent)');
    return next(question);
  },
};
