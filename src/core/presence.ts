// Whether the subject is in a group, from what the directory showed. Absence counts only when it was positively seen.
import type { Presence } from './plan.ts';
import type { Profile } from './profile.ts';
import type { GroupFacts, SubjectFacts } from './scim-message.ts';
import { filterIsTrusted, membersAreListed, type Traits, userGroupsAreLive } from './traits.ts';

/** All that was looked at for one membership; null: not looked at, or not to be had. */
export interface Evidence {
  /** As read with its members; they are null where the group is too large, or doesn't say. */
  readonly group: GroupFacts | null;
  readonly subject: SubjectFacts | null;
  /** What a look-up by id and member said. */
  readonly filter: boolean | null;
}

export const NO_EVIDENCE: Evidence = { group: null, subject: null, filter: null };

interface Who {
  readonly groupId: string;
  readonly subjectId: string;
}

/** What each of the three sources says by itself: true where it names the membership, false where it leaves it out. */
export function saysOf({ group, subject, filter }: Evidence, { groupId, subjectId }: Who) {
  return {
    // A missing list may be an empty one: attributes without a value may be left out (RFC 7643 section 2.5).
    group: group === null || group.large ? null : (group.members ?? []).includes(subjectId),
    subject:
      subject?.groups == null ? null : subject.groups.some(({ id, direct }) => direct && id === groupId),
    filter,
  };
}

/** The group's own list decides where it has one; then the user's groups; then the look-up. */
export function presenceOf(evidence: Evidence, who: Who, profile: Profile, traits: Traits): Presence {
  const says = saysOf(evidence, who);
  if (says.group === true) return 'present';
  if (says.group === false && (evidence.group?.members ?? []).length > 0) return 'absent';
  const live = userGroupsAreLive(profile, traits, (evidence.subject?.groups ?? []).length > 0);
  const trusted = filterIsTrusted(profile, traits);
  if (says.subject === true && traits.userGroups !== 'stale') return 'present';
  if (says.filter === true && trusted) return 'present';
  const unseen =
    (says.group === false && membersAreListed(profile, traits)) ||
    (says.subject === false && live) ||
    (says.filter === false && trusted);
  return unseen ? 'absent' : 'unknown';
}

/** A source that said the one before and says the other now has followed the change: what it said was true both times. */
export function followed(before: Evidence, after: Evidence, who: Who, now: boolean): boolean {
  const [was, is] = [saysOf(before, who), saysOf(after, who)];
  return (['group', 'subject', 'filter'] as const).some(
    (source) => was[source] === !now && is[source] === now,
  );
}

/** What a proven outcome teaches of the sources. `is`: whether the subject is in the group now, for certain. */
export function learnFrom(
  traits: Traits,
  { before, after, who, is }: { before: Evidence; after: Evidence; who: Who; is: boolean },
): Traits {
  const [was, says] = [saysOf(before, who), saysOf(after, who)];
  const judged = (source: 'subject' | 'filter'): boolean | null =>
    says[source] === null ? null : says[source] !== is ? false : was[source] === !is ? true : null;
  const [subject, filter] = [judged('subject'), judged('filter')];
  return {
    ...traits,
    ...(says.group === true || was.group === true ? { listsMembers: true as const } : {}),
    ...(subject === null ? {} : { userGroups: subject ? ('live' as const) : ('stale' as const) }),
    ...(filter === null ? {} : { memberFilter: filter ? ('right' as const) : ('wrong' as const) }),
  };
}

/**
 * Who else was taken out of the group by a change of one membership. One or two who go at the same moment may have been
 * taken out by somebody else; that all the others go at once is the directory's doing.
 */
export function lostMembers(before: Evidence, after: Evidence, subjectId: string): readonly string[] {
  const others = [...new Set(before.group?.members ?? [])].filter((id) => id !== subjectId);
  if (after.group === null || after.group.large || others.length === 0) return [];
  const left = new Set(after.group.members ?? []);
  return others.some((id) => left.has(id)) ? [] : others;
}

/** Whether the two lists are enough to say that nobody else was touched. */
export const othersStayed = (before: Evidence, after: Evidence, subjectId: string): boolean => {
  const others = (before.group?.members ?? []).filter((id) => id !== subjectId);
  const left = new Set(after.group?.members ?? []);
  return others.length > 0 && after.group !== null && others.every((id) => left.has(id));
};
