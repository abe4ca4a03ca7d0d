// AWS IAM Identity Center, within its documented limits:
// https://docs.aws.amazon.com/singlesignon/latest/developerguide/limitations.html and the pages listgroups.html,
// listusers.html, creategroup.html and patchgroup.html beside it.
import { comparisonsOf } from '../fake-filter.ts';
import { type Answer, type Question, scimError } from '../fake-scim.ts';
import { memberChangesOf, succeeded, targetOf, touches, without } from './operations.ts';
import type { Profile } from './profile.ts';

const MOST_CHANGES = 100;
const MOST_RESULTS = 100;

/** Which attributes may be asked for together; `id` alone is valid there, though they would rather not. */
const COMBINATIONS: Readonly<Record<string, readonly string[]>> = {
  Groups: ['displayname', 'externalid', 'id', 'members', 'id members'],
  Users: ['username', 'externalid', 'id', 'groups'],
};

const invalid = (detail: string): Answer => scimError(400, `ValidationException: ${detail}`);

function refusedFilter({ query }: Question, list: string): Answer | null {
  const filter = query.get('filter');
  if (filter === null) return null;
  const comparisons = filter.includes('[') ? null : comparisonsOf(filter);
  const names = (comparisons ?? []).map(({ attribute }) => attribute.replace(/\.value$/, '')).sort();
  return COMBINATIONS[list]?.includes(names.join(' ')) ? null : invalid(`no filter ${filter}`);
}

/** Asking for the groups of a member who isn't there is an error of its own. */
function memberAskedFor({ query }: Question, list: string): string | undefined {
  const comparisons = comparisonsOf(query.get('filter') ?? '') ?? [];
  const about = comparisons.find(({ attribute }) => /^members\b/.test(attribute));
  return list === 'Groups' && about !== undefined ? encodeURIComponent(String(about.value)) : undefined;
}

function refusedWrite(question: Question, list: string): Answer | null {
  const { method, body } = question;
  if (touches(question, 'entitlements')) return invalid('entitlements are not supported');
  if (list !== 'Groups') return null;
  if (method === 'PUT') return invalid('there is no PutGroup');
  const changes = memberChangesOf(question);
  if (changes.some(({ op, form }) => op === 'replace' || form === 'all')) {
    return invalid('neither remove all nor replace');
  }
  const posted = method === 'POST' ? (body as { members?: unknown } | null)?.members : undefined;
  const count = changes.reduce((sum, { ids }) => sum + ids.length, Array.isArray(posted) ? posted.length : 0);
  return count > MOST_CHANGES ? invalid(`at most ${MOST_CHANGES} members in one request`) : null;
}

export const awsIamIdentityCenter: Profile = {
  settle: (scim) => {
    scim.pageSize = MOST_RESULTS;
    scim.paging = 'cursor';
    scim.uniqueNames = true;
    for (const lie of ['members-never-listed', 'user-groups-absent'] as const) scim.lies.add(lie);
    scim.lies.add('legacy-remove-removes-listed').add('excludedAttributes-ignored');
  },
  answer: (question, next) => {
    const { list } = targetOf(question);
    const refused = question.method === 'GET' ? refusedFilter(question, list) : refusedWrite(question, list);
    if (refused !== null) return refused;
    const member = memberAskedFor(question, list);
    if (member !== undefined) {
      const found = next({ ...question, pathname: `/Users/${member}`, query: new URLSearchParams() });
      if (found.status === 404) return scimError(404, 'ResourceNotFoundException: no such member');
    }
    // Pages come by cursor alone: `startIndex` is not supported.
    const query = new URLSearchParams(question.query);
    query.delete('startIndex');
    const answer = next({ ...question, query });
    if (question.method === 'PATCH' && list === 'Groups' && succeeded(answer)) return { status: 204 };
    return without('entitlements', answer);
  },
};
