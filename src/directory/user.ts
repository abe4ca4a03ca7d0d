// The SCIM User: how a record is shown, and what a client may change of it.
import SCIMMY from 'scimmy';
import { removeUser, saveUser } from './changes.ts';
import { etagOf, type Kind, type ScimResource } from './kind.ts';
import {
  type Contents,
  isJsonObject,
  isList,
  type Json,
  type JsonObject,
  type UserRecord,
} from './records.ts';

// scimmy declares an empty list of canonical types for roles, and so refuses every role that has a type; RFC 7643
// 4.1.2 declares none at all.
SCIMMY.Schemas.User.definition.attribute('roles.type').config.canonicalValues = false;

function shown({ id, stamp, attributes }: UserRecord, { groups }: Contents): ScimResource {
  const { created, lastModified, version } = stamp;
  return {
    ...attributes,
    id,
    groups: groups
      .filter((group) => group.members.includes(id))
      .map((group) => ({ value: group.id, display: group.displayName, type: 'direct' })),
    meta: { resourceType: 'User', created, lastModified, version: etagOf(version) },
  };
}

/** A list holds each pair of type and value once (RFC 7643 2.4); empty and absent are the same (2.5). */
function tidied(value: Json): Json | undefined {
  if (!isList(value)) return value;
  const known = new Set<string>();
  const distinct = value.filter((item) => {
    const key = JSON.stringify(isJsonObject(item) ? [item['type'] ?? null, item['value'] ?? null] : item);
    return known.size < known.add(key).size;
  });
  return distinct.length > 0 ? distinct : undefined;
}

function kept(wanted: JsonObject, before: UserRecord | undefined): JsonObject {
  const attributes: { [name: string]: Json } = { active: before?.attributes['active'] ?? true };
  for (const [name, value] of Object.entries(wanted)) {
    const tidy = tidied(value);
    if (tidy !== undefined) attributes[name] = tidy;
  }
  return attributes;
}

export const userKind: Kind = {
  name: 'User',
  endpoint: '/Users',
  Schema: SCIMMY.Schemas.User,
  all: (contents) => contents.users.map((user) => shown(user, contents)),
  find(contents, id) {
    const user = contents.users.find((one) => one.id === id);
    return user === undefined ? undefined : shown(user, contents);
  },
  save(contents, id, wanted, now) {
    const before = contents.users.find((one) => one.id === id);
    const { userName, ...others } = wanted;
    const name = typeof userName === 'string' ? userName : '';
    return saveUser(contents, id, { userName: name, ...kept(others, before) }, now);
  },
  remove: removeUser,
};
