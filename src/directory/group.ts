// The SCIM Group: how a record is shown, and what a client may change of it.
import SCIMMY from 'scimmy';
import { removeGroup, saveGroup } from './changes.ts';
import { etagOf, type Kind, type ScimResource } from './kind.ts';
import { type Contents, type GroupRecord, isJsonObject, isList, type Json } from './records.ts';

function shown(group: GroupRecord, { users }: Contents): ScimResource {
  const { created, lastModified, version } = group.stamp;
  const people = new Map(users.map((user) => [user.id, user.attributes]));
  return {
    id: group.id,
    displayName: group.displayName,
    ...(group.externalId === null ? {} : { externalId: group.externalId }),
    members: group.members.map((value) => {
      const person = people.get(value);
      return { value, display: person?.['displayName'] ?? person?.userName ?? value, type: 'User' };
    }),
    meta: { resourceType: 'Group', created, lastModified, version: etagOf(version) },
  };
}

/** Only the id of a member is a client's to say; what else it sends along is looked up. */
const idsOf = (members: Json | undefined): readonly string[] =>
  (isList(members) ? members : []).map((member) => {
    const id = isJsonObject(member) ? member['value'] : undefined;
    return typeof id === 'string' ? id : '';
  });

export const groupKind: Kind = {
  name: 'Group',
  endpoint: '/Groups',
  Schema: SCIMMY.Schemas.Group,
  all: (contents) => contents.groups.map((group) => shown(group, contents)),
  find(contents, id) {
    const group = contents.groups.find((one) => one.id === id);
    return group === undefined ? undefined : shown(group, contents);
  },
  save(contents, id, { displayName, externalId, members }, now) {
    const wanted = {
      displayName: typeof displayName === 'string' ? displayName : '',
      externalId: typeof externalId === 'string' ? externalId : null,
      members: idsOf(members),
    };
    return saveGroup(contents, id, wanted, now);
  },
  remove: (contents, id) => removeGroup(contents, id),
};
