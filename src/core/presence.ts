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

const known = new WeakMap<NonNullable<SubjectFacts['groups']>, ReadonlySet<string>>();

/** Asked once for each group that is looked at, of one and the same list. */
function directGroups(groups: NonNullable<SubjectFacts['groups']>): ReadonlySet<string> {
  const ids = known.get(groups) ?? new Set(groups.flatMap(({ id, direct }) => (direct ? [id] : [])));
  known.set(groups, ids);
  return ids;
}

/** What each of the three sources says by itself: true where it names the membership, false where it leaves it out. */
export function saysOf({ group, subject, filter }: Evidence, { groupId, subjectId }: Who) {
  return {
    // A missing list may be an empty one: attributes without a value may be left out (RFC 7643 section 2.5).
    group: group === null || group.large ? null : (group.members ?? []).includes(subjectId),
    subject: subject?.groups == null ? null : directGroups(subject.groups).has(groupId),
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
  const lists = [before, after].some(({ group }) => (group?.members ?? []).length > 0);
  return {
    ...traits,
    ...(lists ? { listsMembers: true as const } : {}),
    ...(subject === null ? {} : { userGroups: subject ? ('live' as const) : ('stale' as const) }),
    ...(filter === null ? {} : { memberFilter: filter ? ('right' as const) : ('wrong' as const) }),
  };
}

/** One who leaves may do so by themselves, in any moment; that several do in the same one is the directory's doing. */
const A_CROWD = 2;

export const othersIn = ({ group }: Evidence, subjectId: string): readonly string[] =>
  [...new Set(group?.members ?? [])].filter((id) => id !== subjectId);

/** Whether a list is long enough to show, by all of them going at once, that a change of one takes the others out. */
export const isCrowd = (before: Evidence, subjectId: string): boolean =>
  othersIn(before, subjectId).length >= A_CROWD;

/** All the others, where none of them is in the group any more after a change of one membership. */
export function lostMembers(before: Evidence, after: Evidence, subjectId: string): readonly string[] {
  const others = othersIn(before, subjectId);
  if (after.group === null || after.group.large) return [];
  const left = new Set(after.group.members ?? []);
  return others.some((id) => left.has(id)) ? [] : others;
}

/** Whether the two lists are enough to say that nobody else was touched. */
export const othersStayed = (before: Evidence, after: Evidence, subjectId: string): boolean => {
  const others = othersIn(before, subjectId);
  const left = new Set(after.group?.members ?? []);
  return others.length > 0 && after.group !== null && others.every((id) => left.has(id));
};
