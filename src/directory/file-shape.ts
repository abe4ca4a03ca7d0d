// Decides whether what a file holds is a directory of ours, and says what is wrong where it isn't.
import { type Contents, type GroupRecord, isObject, type Stamp, type UserRecord } from './records.ts';

export const fileVersion = 1;

export type Shape =
  | { readonly kind: 'contents'; readonly contents: Contents }
  | { readonly kind: 'newer'; readonly version: number }
  | { readonly kind: 'corrupt'; readonly problem: string };

const corrupt = (problem: string): Shape => ({ kind: 'corrupt', problem });

function isStamp(value: unknown): value is Stamp {
  if (!isObject(value)) return false;
  const { created, lastModified, version } = value;
  const dates = [created, lastModified].every(
    (at) => typeof at === 'string' && !Number.isNaN(Date.parse(at)),
  );
  return dates && Number.isInteger(version);
}

function isUser(value: unknown): value is UserRecord {
  if (!isObject(value)) return false;
  const { id, stamp, attributes } = value;
  if (typeof id !== 'string' || !isStamp(stamp) || !isObject(attributes)) return false;
  return typeof attributes['userName'] === 'string';
}

function isGroup(value: unknown): value is GroupRecord {
  if (!isObject(value)) return false;
  const { id, stamp, displayName, externalId, members } = value;
  if (typeof id !== 'string' || !isStamp(stamp) || typeof displayName !== 'string') return false;
  if (externalId !== null && typeof externalId !== 'string') return false;
  return Array.isArray(members) && members.every((member) => typeof member === 'string');
}

export function shapeOf(text: string): Shape {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return corrupt('it is not JSON');
  }
  if (!isObject(file)) return corrupt('it is not a JSON object');
  const { version, users, groups } = file;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    return corrupt('it has no version');
  }
  if (version > fileVersion) return { kind: 'newer', version };
  if (!Array.isArray(users) || !users.every(isUser)) return corrupt('users is not a list of users');
  if (!Array.isArray(groups) || !groups.every(isGroup)) return corrupt('groups is not a list of groups');
  const ids = new Set([...users, ...groups].map(({ id }) => id));
  if (ids.size < users.length + groups.length) return corrupt('one id is there twice');
  const people = new Set(users.map(({ id }) => id));
  const stray = groups.find((group) => !group.members.every((member) => people.has(member)));
  if (stray !== undefined) return corrupt(`group "${stray.displayName}" has a member that is no user`);
  return { kind: 'contents', contents: { users, groups } };
}
