// What the directory holds, in the words people use: names instead of ids, no SCIM around it.
import { type Contents, isJsonObject, isList, type Json } from './records.ts';

export interface Snapshot {
  readonly users: readonly {
    readonly id: string;
    readonly userName: string;
    readonly displayName: string | null;
    readonly externalId: string | null;
    readonly active: boolean;
    /** displayNames of groups. */
    readonly groups: readonly string[];
    readonly roles: readonly ListedValue[];
    readonly entitlements: readonly ListedValue[];
  }[];
  readonly groups: readonly {
    readonly id: string;
    readonly displayName: string;
    readonly externalId: string | null;
    /** userNames. */
    readonly members: readonly string[];
  }[];
}

export interface ListedValue {
  readonly value: string;
  readonly type: string | null;
  readonly display: string | null;
}

const text = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null);

const listed = (value: Json | undefined): readonly ListedValue[] =>
  (isList(value) ? value : []).filter(isJsonObject).map(({ value: name, type, display }) => ({
    value: text(name) ?? '',
    type: text(type),
    display: text(display),
  }));

export function snapshotOf({ users, groups }: Contents): Snapshot {
  const names = new Map(users.map(({ id, attributes }) => [id, attributes.userName]));
  return {
    users: users.map(({ id, attributes }) => ({
      id,
      userName: attributes.userName,
      displayName: text(attributes['displayName']),
      externalId: text(attributes['externalId']),
      active: attributes['active'] !== false,
      groups: groups.filter(({ members }) => members.includes(id)).map(({ displayName }) => displayName),
      roles: listed(attributes['roles']),
      entitlements: listed(attributes['entitlements']),
    })),
    groups: groups.map(({ id, displayName, externalId, members }) => ({
      id,
      displayName,
      externalId,
      members: members.map((member) => names.get(member) ?? member),
    })),
  };
}
