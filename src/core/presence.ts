// Whether the subject is in a group, from what the directory showed. Absence counts only when it was positively seen.
import type { Presence } from './plan.ts';
import type { GroupFacts, SubjectFacts } from './scim-message.ts';

/**
 * `listsMembers`: some group of this endpoint was seen to list members. Without that an empty list proves nothing:
 * AWS IAM Identity Center and others answer with one always.
 */
export function presenceOf(
  group: GroupFacts,
  subjectId: string,
  subject: SubjectFacts | null,
  listsMembers: boolean,
): Presence {
  const members = group.members ?? [];
  if (members.includes(subjectId)) return 'present';
  if (members.length > 0) return 'absent';
  const groups = subject?.groups ?? [];
  if (groups.some((each) => each.id === group.id && each.direct)) return 'present';
  return listsMembers || groups.length > 0 ? 'absent' : 'unknown';
}
