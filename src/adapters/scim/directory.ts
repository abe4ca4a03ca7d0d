// The directory as the steps see it, spoken to in SCIM 2.0 (RFC 7644).
import { fail, ok } from '../../core/result.ts';
import {
  addMember,
  equals,
  readGroup,
  readSubject,
  removeMember,
  replaceValues,
} from '../../core/scim-message.ts';
import type { Answer, Directory, Written } from '../../flow/ports.ts';
import { isGroup, isSubject } from './match.ts';
import { search } from './search.ts';
import type { Session } from './session.ts';

/** A resource type: where it lives, what to call one of them, how to read one. */
interface Type<T> {
  readonly path: string;
  readonly word: string;
  readonly read: (body: unknown) => T | null;
}

const USER = { path: '/Users', word: 'user', read: readSubject } as const;
const GROUP = { path: '/Groups', word: 'group', read: readGroup } as const;

export function directoryOver(session: Session): Directory {
  const { endpoint } = session;

  /** One resource by its id, which must say itself that it is the one. */
  async function one<T extends { readonly id: string }>(type: Type<T>, id: string): Promise<Answer<T>> {
    const path = pathOf(type, id);
    if (path === null) return nowhere(type, id);
    const answer = await session.read(path, `the ${type.word} ${id}`);
    if (!answer.ok) return answer;
    const found = type.read(answer.value);
    if (found?.id === id) return ok(found);
    const detail = `the answer is not the ${type.word} that was asked for`;
    return fail({ code: 'faulty', endpoint, status: 200, detail });
  }

  async function oneOrNone<T extends { readonly id: string }>(
    type: Type<T>,
    id: string,
  ): Promise<Answer<readonly T[]>> {
    const answer = await one(type, id);
    if (answer.ok) return ok([answer.value]);
    return answer.failure.code === 'missing' ? ok([]) : answer;
  }

  async function change(type: Type<unknown>, id: string, message: object): Promise<Answer<Written>> {
    const path = pathOf(type, id);
    return path === null ? nowhere(type, id) : session.patch(path, message, `the ${type.word} ${id}`);
  }

  /** Nothing was sent, so there is no status to tell. */
  const nowhere = ({ word }: Type<unknown>, id: string) =>
    fail({ code: 'missing', endpoint, what: `the ${word} ${JSON.stringify(id)}`, status: 0 } as const);

  return {
    endpoint,
    subject: (id) => one(USER, id),
    group: (id) => one(GROUP, id),

    findSubjects: (attribute, value) =>
      attribute === 'id'
        ? oneOrNone(USER, value)
        : search(session, USER, equals(attribute, value), (user) => isSubject(user, attribute, value)),

    findGroups: (by, name) =>
      by === 'id'
        ? oneOrNone(GROUP, name)
        : search(session, GROUP, equals(by, name), (group) => isGroup(group, by, name)),

    addMember: (groupId, subjectId) => change(GROUP, groupId, addMember(subjectId)),
    removeMember: (groupId, subjectId) => change(GROUP, groupId, removeMember(subjectId)),
    setValues: (subjectId, kind, values) => change(USER, subjectId, replaceValues(kind, values)),
  };
}

/** Null for an id no URL can carry: empty or dots would mean another resource (RFC 3986 section 5.2.4). */
function pathOf({ path }: Type<unknown>, id: string): string | null {
  if (/^\.{0,2}$/.test(id) || /\p{Cs}/u.test(id)) return null;
  return `${path}/${encodeURIComponent(id)}`;
}
