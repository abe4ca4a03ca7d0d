// What a rule can grant: a group, or a role or entitlement value of the user (RFC 7643 sections 4.1.2 and 4.2).
import type { Kind } from './vocabulary.ts';

export interface GroupTarget {
  readonly kind: 'group';
  /** The attribute the group is found by. */
  readonly by: 'displayName' | 'id' | 'externalId';
  readonly name: string;
  /** The name was filled in from the branch: it reaches only groups that carry our marker. */
  readonly templated?: true;
  /** It is made where it isn't there (`createGroups`). */
  readonly create?: true;
}

export interface ValueTarget {
  readonly kind: 'role' | 'entitlement';
  readonly name: string;
  readonly type?: string;
  readonly display?: string;
}

export type Target = GroupTarget | ValueTarget;

/** Identifies what a rule asked for, before the directory said what that is. */
export function targetKey(target: Target): string {
  return target.kind === 'group'
    ? `group\n${target.by}\n${target.name}`
    : valueKey(target.kind, target.type, target.name);
}

/** Multi-valued attributes compare by (type, value): RFC 7643 section 2.4; a type by any case. */
export const valueKey = (kind: Kind, type: string | undefined, value: string): string =>
  `${kind}\n${(type ?? '').toLowerCase()}\n${value}`;

export const groupKey = (id: string): string => `group\nid\n${id}`;
