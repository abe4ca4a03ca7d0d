// One membership looked at: the group's list, then the user's groups, then a look-up by id and member, as far as needed.

import type { Presence } from '../core/plan.ts';
import { type Evidence, followed, NO_EVIDENCE, presenceOf } from '../core/presence.ts';
import { ok } from '../core/result.ts';
import {
  filterIsTrusted,
  isLarge,
  mayFilterByMember,
  type Traits,
  userGroupsAreLive,
  withLarge,
} from '../core/traits.ts';
import type { Verdict } from '../core/vocabulary.ts';
import type { Answer } from './ports.ts';
import type { Reach } from './reach.ts';

export interface Look {
  readonly presence: Presence;
  readonly evidence: Evidence;
  readonly traits: Traits;
  /** The group isn't there any more. */
  readonly gone: boolean;
}

/** Nobody has this id: a look-up that finds them in a group doesn't look at members. */
const NOBODY = 'scim-hook-asks-for-nobody';

/** Looks until it is certain, with what is known already; `list`: the group's members are wanted besides. */
export async function look(
  reach: Reach,
  traits: Traits,
  groupId: string,
  known: Evidence,
  list: boolean,
): Promise<Answer<Look>> {
  const { directory, profile, subjectId } = reach;
  const who = { groupId, subjectId };
  let evidence = known;
  let learned = traits;
  const see = (): Presence => presenceOf(evidence, who, profile, learned);
  const seen = (gone = false): Answer<Look> =>
    ok({ presence: gone ? 'absent' : see(), evidence, traits: learned, gone });

  const isRead = evidence.group !== null && !evidence.group.large;
  const listable = profile.listsMembers !== 'no' && !isLarge(learned, groupId);
  if (!isRead && listable && (list || see() === 'unknown')) {
    const group = await directory.group(groupId);
    if (!group.ok) return group.failure.code === 'missing' ? seen(true) : group;
    evidence = { ...evidence, group: group.value };
    if (group.value.large) learned = withLarge(learned, groupId);
  }
  if (see() === 'unknown' && evidence.subject === null && profile.userGroups !== 'no') {
    const subject = await directory.subject(subjectId);
    if (!subject.ok) return subject;
    evidence = { ...evidence, subject: subject.value };
  }
  if (see() === 'unknown' && mayFilterByMember(profile, learned)) {
    const found = await filter(reach, learned, groupId);
    if (!found.ok) return found;
    evidence = { ...evidence, filter: found.value.says };
    learned = found.value.traits;
  }
  return seen();
}

/** Some directories ignore what they don't know in a filter: before a yes is believed, nobody is asked for. */
async function filter(
  { directory, profile, subjectId }: Reach,
  traits: Traits,
  groupId: string,
): Promise<Answer<{ says: boolean | null; traits: Traits }>> {
  const unusable = ok({ says: null, traits: { ...traits, memberFilter: 'wrong' as const } });
  const found = await directory.isMember(groupId, subjectId);
  if (!found.ok) return isAboutFilter(found.failure.code) ? unusable : found;
  if (!found.value || filterIsTrusted(profile, traits)) return ok({ says: found.value, traits });
  const control = await directory.isMember(groupId, NOBODY);
  // Whoever complains about a member that isn't there has looked for it.
  if (!control.ok && !isAboutFilter(control.failure.code)) return control;
  const ignores = control.ok && control.value;
  return ignores ? unusable : ok({ says: true, traits: { ...traits, memberFilter: 'right' } });
}

/** The directory answered, only not to this. */
const isAboutFilter = (code: string): boolean =>
  code === 'rejected' || code === 'faulty' || code === 'missing';

/** Milliseconds before a second look at what a directory said it did, and doesn't show. */
const SECOND_LOOK = 250;

export interface Confirmed {
  readonly verdict: Verdict;
  readonly evidence: Evidence;
  readonly traits: Traits;
}

/** Whether a change that was taken is there to be seen; what isn't is looked for twice. `list` as in `look`. */
export async function confirm(
  reach: Reach,
  traits: Traits,
  groupId: string,
  before: Evidence,
  expected: 'present' | 'absent',
  list: boolean,
): Promise<Confirmed> {
  const first = await confirmOnce(reach, traits, groupId, before, expected, list);
  if (first.verdict !== 'contradicted') return first;
  await reach.clock.pause(SECOND_LOOK);
  return confirmOnce(reach, first.traits, groupId, before, expected, list);
}

async function confirmOnce(
  reach: Reach,
  traits: Traits,
  groupId: string,
  before: Evidence,
  expected: 'present' | 'absent',
  list: boolean,
): Promise<Confirmed> {
  const { directory, profile, subjectId } = reach;
  const who = { groupId, subjectId };
  let evidence = NO_EVIDENCE;
  let learned = traits;
  let verdict: Verdict = 'unverifiable';
  const isThere = (): boolean => {
    const seen = presenceOf(evidence, who, profile, learned);
    const asExpected = seen === expected || followed(before, evidence, who, expected === 'present');
    verdict = asExpected ? 'confirmed' : seen === 'unknown' ? 'unverifiable' : 'contradicted';
    return asExpected;
  };
  const done = (): Confirmed => ({ verdict, evidence, traits: learned });

  const readSubject = async (): Promise<void> => {
    const subject = await directory.subject(subjectId);
    if (subject.ok) evidence = { ...evidence, subject: subject.value };
  };
  const live = userGroupsAreLive(profile, learned, (before.subject?.groups ?? []).length > 0);
  if (live && !list) {
    await readSubject();
    if (isThere()) return done();
  }
  // A list that is known to be too large, or never shown, is not asked for again.
  if (profile.listsMembers !== 'no' && !isLarge(learned, groupId)) {
    const group = await directory.group(groupId);
    if (group.ok) evidence = { ...evidence, group: group.value };
    else if (group.failure.code === 'missing')
      return { verdict: expected === 'absent' ? 'confirmed' : 'contradicted', evidence, traits: learned };
    if (isThere()) return done();
  }
  if (evidence.subject === null && profile.userGroups !== 'no') {
    await readSubject();
    if (isThere()) return done();
  }
  if (mayFilterByMember(profile, learned)) {
    const found = await filter(reach, learned, groupId);
    if (found.ok) {
      learned = found.value.traits;
      evidence = { ...evidence, filter: found.value.says };
      isThere();
    }
  }
  return done();
}
