// Adding and removing one member in the form that was chosen. The two that write everybody are never chosen unasked.
import type { AddForm, RemoveForm } from '../../core/profile.ts';
import { fail, ok } from '../../core/result.ts';
import {
  addMember,
  addMemberWithoutPath,
  removeMember,
  removeMemberLegacy,
  replaceMembers,
} from '../../core/scim-message.ts';
import type { Answer } from '../../flow/ports.ts';
import type { Change, Session } from './session.ts';

type Message = Pick<Change, 'method' | 'message' | 'ifMatch'>;

export interface Membership {
  /** The group's. */
  readonly path: string;
  readonly what: string;
  readonly subjectId: string;
  readonly version: string | null;
}

export async function memberMessage(
  session: Session,
  of: Membership,
  op: 'add' | 'remove',
  form: AddForm | RemoveForm,
): Promise<Answer<Message>> {
  const { subjectId, version } = of;
  const patch = (message: object): Answer<Message> => ok({ method: 'PATCH', message, ifMatch: version });
  switch (form) {
    case 'path':
      return patch(addMember(subjectId));
    case 'no-path':
      return patch(addMemberWithoutPath(subjectId));
    case 'filter':
      return patch(removeMember(subjectId));
    case 'legacy':
      return patch(removeMemberLegacy(subjectId));
    case 'replace':
    case 'put':
      return wholeGroup(session, of, op, form);
  }
}

/** The list as it is right now, changed in one place and bound to what was read. */
async function wholeGroup(
  session: Session,
  { path, what, subjectId }: Membership,
  op: 'add' | 'remove',
  form: 'replace' | 'put',
): Promise<Answer<Message>> {
  const read = await session.read(path, what);
  if (!read.ok) return read;
  const group = read.value?.body;
  const members = isObject(group) && Array.isArray(group['members']) ? group['members'].filter(isObject) : [];
  // A directory that hides its members would lose all of them.
  if (!isObject(group) || members.length === 0) {
    const detail = 'the group shows no members, so its whole list is not written';
    return fail({ code: 'faulty', endpoint: session.endpoint, status: 200, detail });
  }
  const others = members.filter((member) => member['value'] !== subjectId);
  const list = op === 'add' ? [...others, { value: subjectId }] : others;
  const ifMatch = read.value?.etag ?? null;
  return ok(
    form === 'put'
      ? { method: 'PUT', message: { ...group, members: list }, ifMatch }
      : { method: 'PATCH', message: replaceMembers(list), ifMatch },
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
