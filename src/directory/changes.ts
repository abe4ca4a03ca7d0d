// The changes users and groups can go through: pure steps from one contents to the next.
import { isDeepStrictEqual } from 'node:util';
import type { Outcome, Refusal } from './failure.ts';
import type { Contents, GroupRecord, Stamp, UserAttributes, UserRecord } from './records.ts';

type Changed = Outcome<Contents, Refusal>;

const refused = (failure: Refusal): Changed => ({ ok: false, failure });

/** userName and a group's displayName are not caseExact (RFC 7643 8.7.1): "Dev" takes the name from "dev". */
const fold = (name: string): string => name.toLowerCase();

const moved = (before: Stamp | undefined, now: string): Stamp =>
  before === undefined
    ? { created: now, lastModified: now, version: 1 }
    : { created: before.created, lastModified: now, version: before.version + 1 };

function put<R extends { readonly id: string }>(records: readonly R[], record: R): readonly R[] {
  const known = records.some(({ id }) => id === record.id);
  return known ? records.map((other) => (other.id === record.id ? record : other)) : [...records, record];
}

export function saveUser(contents: Contents, id: string, attributes: UserAttributes, now: string): Changed {
  const { userName } = attributes;
  if (userName.trim() === '') return refused({ code: 'empty', attribute: 'userName' });
  const taken = contents.users.some(
    (other) => other.id !== id && fold(other.attributes.userName) === fold(userName),
  );
  if (taken) return refused({ code: 'taken', attribute: 'userName', value: userName });
  const before = contents.users.find((user) => user.id === id);
  // RFC 7644 3.5.2.1: adding what is there is no change, and lastModified does not move.
  if (isDeepStrictEqual(before?.attributes, attributes)) return { ok: true, value: contents };
  const user: UserRecord = { id, stamp: moved(before?.stamp, now), attributes };
  return { ok: true, value: { ...contents, users: put(contents.users, user) } };
}

type GroupAttributes = Omit<GroupRecord, 'id' | 'stamp'>;

export function saveGroup(contents: Contents, id: string, wanted: GroupAttributes, now: string): Changed {
  const { displayName, externalId } = wanted;
  if (displayName.trim() === '') return refused({ code: 'empty', attribute: 'displayName' });
  const taken = contents.groups.some(
    (other) => other.id !== id && fold(other.displayName) === fold(displayName),
  );
  if (taken) return refused({ code: 'taken', attribute: 'displayName', value: displayName });
  const users = new Set(contents.users.map((user) => user.id));
  const unknown = wanted.members.find((member) => !users.has(member));
  if (unknown !== undefined) return refused({ code: 'unknown-member', id: unknown });
  const before = contents.groups.find((group) => group.id === id);
  const members = [...new Set(wanted.members)];
  const stamp = moved(before?.stamp, now);
  const group: GroupRecord = { id, stamp, displayName, externalId, members };
  if (before !== undefined && isDeepStrictEqual({ ...group, stamp: before.stamp }, before)) {
    return { ok: true, value: contents };
  }
  return { ok: true, value: { ...contents, groups: put(contents.groups, group) } };
}

export function removeUser(contents: Contents, id: string, now: string): Contents {
  return {
    users: contents.users.filter((user) => user.id !== id),
    groups: contents.groups.map((group) =>
      group.members.includes(id)
        ? { ...group, stamp: moved(group.stamp, now), members: group.members.filter((m) => m !== id) }
        : group,
    ),
  };
}

export function removeGroup(contents: Contents, id: string): Contents {
  return { ...contents, groups: contents.groups.filter((group) => group.id !== id) };
}
