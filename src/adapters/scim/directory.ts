// The directory as the steps see it, spoken to in SCIM 2.0 (RFC 7644).
import type { Profile } from '../../core/profile.ts';
import { fail, ok } from '../../core/result.ts';
import {
  addMembers,
  addValue,
  createGroup,
  equals,
  type GroupFacts,
  isMemberFilter,
  readGroup,
  readProvider,
  removeValue,
  replaceValues,
} from '../../core/scim-message.ts';
import type { Answer, Directory, GroupView, Written } from '../../flow/ports.ts';
import { isGroup, isSubject } from './match.ts';
import { memberMessage } from './member-form.ts';
import { GROUP, nameOf, pathOf, type Type, USER } from './resource.ts';
import { search } from './search.ts';
import type { Change, Session, Taken } from './session.ts';

/** Bytes: some thousand members. A larger group is asked about one member at a time (facts: never download 100,000). */
const LARGEST_LIST = 256 * 1024;

const WITHOUT_MEMBERS = 'excludedAttributes=members';

export function directoryOver(session: Session, profile: Profile): Omit<Directory, 'skew'> {
  const { endpoint } = session;
  let excludes = profile.excludedAttributes;

  async function one<T extends { readonly id: string }>(
    type: Type<T>,
    id: string,
    query = '',
    most?: number,
  ): Promise<Answer<T | null>> {
    const path = pathOf(type, id);
    if (path === null) return nowhere(type, id);
    const answer = await session.read(path + query, nameOf(type, id), most);
    if (!answer.ok) return answer;
    if (answer.value === null) return ok(null);
    const found = type.read(answer.value.body, answer.value.etag);
    if (found?.id === id) return ok(found);
    return faulty(`the answer is not the ${type.word} that was asked for`);
  }

  /** Some answer 400 to a parameter they don't know. */
  async function leanly<T>(ask: (more: string | null) => Promise<Answer<T>>): Promise<Answer<T>> {
    const answer = await ask(excludes ? WITHOUT_MEMBERS : null);
    if (!excludes || answer.ok || answer.failure.code !== 'rejected' || answer.failure.status !== 400)
      return answer;
    const plain = await ask(null);
    excludes = !plain.ok;
    return plain;
  }

  /** With its members as long as they are few enough; else without them, and said to be large. */
  async function group(id: string, view: GroupView = 'members'): Promise<Answer<GroupFacts>> {
    if (view === 'members') {
      const full = await one(GROUP, id, '', LARGEST_LIST);
      if (!full.ok) return full;
      if (full.value !== null) return ok(full.value);
    }
    const shown = whole(await leanly((more) => one(GROUP, id, more === null ? '' : `?${more}`)));
    return shown.ok ? ok(withoutMembers(shown.value)) : shown;
  }

  async function findGroups(filter: string, view: GroupView, matches: (found: GroupFacts) => boolean) {
    const query = { path: GROUP.path, filter };
    if (view === 'members') {
      const full = await search(
        session,
        profile,
        { ...query, more: null, most: LARGEST_LIST },
        readGroup,
        matches,
      );
      if (!full.ok) return full;
      if (full.value !== null) return ok(full.value);
    }
    const bare = await leanly((more) => search(session, profile, { ...query, more }, readGroup, matches));
    return bare.ok ? ok((bare.value ?? []).map(withoutMembers)) : bare;
  }

  async function oneOrNone<T>(found: Promise<Answer<T | null>>): Promise<Answer<readonly T[]>> {
    const answer = whole(await found);
    if (answer.ok) return ok([answer.value]);
    return answer.failure.code === 'missing' ? ok([]) : answer;
  }

  async function change(
    type: Type<unknown>,
    id: string,
    of: Pick<Change, 'method' | 'message' | 'ifMatch'>,
  ): Promise<Answer<Written>> {
    const path = pathOf(type, id);
    if (path === null) return nowhere(type, id);
    return written(await session.change({ ...of, path, what: nameOf(type, id) }));
  }

  async function changeMember(
    op: 'add' | 'remove',
    groupId: string,
    subjectId: string,
    form: Parameters<typeof memberMessage>[3],
    version: string | null,
  ): Promise<Answer<Written>> {
    const path = pathOf(GROUP, groupId);
    if (path === null) return nowhere(GROUP, groupId);
    const of = { path, what: nameOf(GROUP, groupId), subjectId, version };
    const message = await memberMessage(session, of, op, form);
    return message.ok ? change(GROUP, groupId, message.value) : message;
  }

  const patchUser = (id: string, message: object, version: string | null): Promise<Answer<Written>> =>
    change(USER, id, { method: 'PATCH', message, ifMatch: version });

  const whole = <T>(answer: Answer<T | null>): Answer<T> =>
    !answer.ok ? answer : answer.value === null ? faulty('the answer is too large') : ok(answer.value);

  const faulty = (detail: string) => fail({ code: 'faulty', endpoint, status: 200, detail } as const);

  /** Nothing was sent, so there is no status to tell. */
  const nowhere = ({ word }: Type<unknown>, id: string) =>
    fail({ code: 'missing', endpoint, what: `the ${word} ${JSON.stringify(id)}`, status: 0 } as const);

  return {
    endpoint,
    subject: async (id) => whole(await one(USER, id)),
    group,

    findSubjects: async (attribute, value) => {
      if (attribute === 'id') return oneOrNone(one(USER, value));
      const query = { path: USER.path, filter: equals(attribute, value), more: null };
      const found = await search(session, profile, query, USER.read, (user) =>
        isSubject(user, attribute, value),
      );
      return found.ok ? ok(found.value ?? []) : found;
    },

    findGroups: (by, name, view = 'members') =>
      by === 'id'
        ? oneOrNone(group(name, view))
        : findGroups(equals(by, name), view, (found) => isGroup(found, by, name)),

    isMember: async (groupId, subjectId) => {
      const filter = isMemberFilter(groupId, profile.memberAttribute, subjectId);
      const found = await findGroups(filter, 'bare', ({ id }) => id === groupId);
      return found.ok ? ok(found.value.length > 0) : found;
    },

    addMember: (groupId, subjectId, form = 'path', version = null) =>
      changeMember('add', groupId, subjectId, form, version),
    removeMember: (groupId, subjectId, form = 'filter', version = null) =>
      changeMember('remove', groupId, subjectId, form, version),
    restoreMembers: (groupId, ids) => change(GROUP, groupId, { method: 'PATCH', message: addMembers(ids) }),
    setValues: (id, kind, values, version = null) => patchUser(id, replaceValues(kind, values), version),
    addValue: (id, kind, value, version = null) => patchUser(id, addValue(kind, value), version),
    removeValue: (id, kind, value, version = null) => patchUser(id, removeValue(kind, value), version),

    createGroup: async (made) => {
      const what = `a group named ${made.displayName}`;
      const taken = await session.change({
        method: 'POST',
        path: GROUP.path,
        message: createGroup(made),
        what,
      });
      if (!taken.ok) return taken;
      const said = readGroup(taken.value.body, taken.value.etag);
      return ok({ ...writtenOf(taken.value), group: said });
    },

    deleteGroup: (id, version = null) =>
      change(GROUP, id, { method: 'DELETE', message: null, ifMatch: version }),

    provider: async () => {
      const answer = await session.read('/ServiceProviderConfig', 'a ServiceProviderConfig');
      if (!answer.ok) return answer;
      const said = readProvider(answer.value?.body);
      return said === null ? faulty('the answer is no ServiceProviderConfig') : ok(said);
    },
  };
}

const writtenOf = ({ status, requestId, transaction }: Taken): Written => ({
  status,
  accepted: status === 202,
  requestId,
  transaction,
});

const written = (taken: Answer<Taken>): Answer<Written> => (taken.ok ? ok(writtenOf(taken.value)) : taken);

/** Whatever came along unasked is the directory's own idea of a list: it may be cut short, so it proves nothing. */
const withoutMembers = (group: GroupFacts): GroupFacts =>
  (group.members ?? []).length > 0 ? group : { ...group, large: true };
