// GitHub with managed users: who doesn't say who asks is refused, and there are roles but no entitlements. Paths are
// case-sensitive, as on the honest server. Sources: github/docs, content/rest/enterprise-admin/scim.md and
// https://docs.github.com/rest/using-the-rest-api/getting-started-with-the-rest-api#user-agent
import { scimError } from '../fake-scim.ts';
import type { Profile } from './profile.ts';

export const githubEmu: Profile = {
  answer: (question, next) => {
    if (!question.headers['user-agent'])
      return scimError(403, 'request forbidden: say who asks (User-Agent)');
    return next(question);
  },
};
