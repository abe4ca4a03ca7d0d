// A group made with its first member and our marker, and deleted when it is positively empty and still ours.
import { type DirectoryFailure, isPassing } from '../core/failure.ts';
import { isMarked } from '../core/marker.ts';
import { NO_EVIDENCE, presenceOf } from '../core/presence.ts';
import type { GroupFacts, NewGroup } from '../core/scim-message.ts';
import { afterRefusal, membersAreListed, sendsIfMatch, type Traits } from '../core/traits.ts';
import { changeMembership } from './change-membership.ts';
import type { Answer, Created } from './ports.ts';
import type { Performed, Reach } from './reach.ts';
import { isGone, isStale, statusOf } from './refusal.ts';
import { LAG, waitFor } from './steady.ts';

/** Makes it, unless somebody of ours was first: then their group is joined. */
export async function makeGroup(reach: Reach, traits: Traits, made: NewGroup): Promise<Performed> {
  const { directory } = reach;
  let attempts = 0;
  let sent: Answer<Created> = { ok: false, failure: { code: 'no-token', endpoint: directory.endpoint } };
  for (let tries = 1; ; tries += 1) {
    attempts += 1;
    sent = await directory.createGroup(made);
    if (sent.ok || !isPassing(sent.failure)) break;
    const { failure } = sent;
    if (failure.code !== 'throttled') {
      // By its name: one that lost its marker must not be made twice.
      const found = await directory.findGroups('displayName', made.displayName, 'bare');
      if (!found.ok) return { failure, unsure: true, attempts, traits, status: statusOf(failure) };
      if (found.value.length > 0) break;
    }
    if (!(await waitFor(reach, failure.code === 'unreachable' ? { code: 'again' } : failure, tries)))
      return { failure, unsure: true, attempts, traits, status: statusOf(failure) };
  }
  if (!sent.ok) {
    const { failure } = sent;
    const status = statusOf(failure);
    if (failure.code === 'rejected' && failure.status === 409) return join(reach, traits, made, attempts);
    // An answer that got lost, or made no sense, or wasn't true (a 400, yet stored): what came of it shows.
    const perhaps = isPassing(failure) || failure.code === 'faulty' || failure.code === 'rejected';
    if (!perhaps) return { failure, attempts, traits, status };
    return check(reach, traits, made, { failure }, { status, attempts });
  }
  const { status, requestId, accepted, transaction, group } = sent.value;
  if (accepted) return { verified: 'accepted', status, requestId, transaction, attempts, traits };
  return check(reach, traits, made, { group }, { status, requestId, attempts });
}

type SoFar = Pick<Performed, 'attempts' | 'status' | 'requestId'>;

/** What the POST was answered with: a group, if it says which, or a failure that need not be true. */
interface Answered {
  readonly group?: GroupFacts | null;
  readonly failure?: DirectoryFailure;
}

/** By its name, because where it lies is for the directory to say, and its own word for that is not followed. */
async function check(
  reach: Reach,
  traits: Traits,
  made: NewGroup,
  { group: answered = null, failure }: Answered,
  soFar: SoFar,
): Promise<Performed> {
  const found = await reach.directory.findGroups('displayName', made.displayName, 'members');
  if (!found.ok) return { ...soFar, failure: failure ?? found.failure, unsure: true, traits };
  const ours = found.value.find(({ externalId }) => externalId === made.externalId);
  if (ours !== undefined) {
    const known: Traits = { ...traits, externalIds: 'right' };
    return found.value.length > 1
      ? separate(reach, known, made, ours, soFar)
      : enter(reach, known, made, ours, soFar);
  }
  const isRefusal = failure?.code === 'rejected';
  const [only, ...others] = found.value;
  const isOurs = only !== undefined && only.id === answered?.id;
  // Where the answer didn't say which one it made, one that the subject isn't seen to be outside of may be it.
  const mayBe = answered === null && !isRefusal && others.length === 0;
  if (only !== undefined && (isOurs || (mayBe && mayHold(reach, traits, only))))
    return unmarked(reach, traits, made, { group: only, isOurs }, soFar);
  if (failure === undefined) return { ...soFar, verified: 'contradicted', reason: 'contradicted', traits };
  return { ...soFar, failure, ...(isRefusal ? {} : { unsure: true as const }), traits };
}

function mayHold({ profile, subjectId }: Reach, traits: Traits, group: GroupFacts): boolean {
  const who = { groupId: group.id, subjectId };
  return presenceOf({ ...NO_EVIDENCE, group }, who, profile, traits) !== 'absent';
}

/** One that is ours, or that ours turned out to be: the subject is in it by the POST, or joins it now. */
async function enter(
  reach: Reach,
  traits: Traits,
  { externalId, displayName }: NewGroup,
  group: GroupFacts,
  soFar: SoFar,
): Promise<Performed> {
  const isMade = group.externalId === externalId;
  const groupId = group.id;
  if (group.members?.includes(reach.subjectId) === true) {
    const before = isMade ? 'absent' : 'present';
    return { ...soFar, verified: 'confirmed', before, groupId, traits: { ...traits, listsMembers: true } };
  }
  // Some make the group and leave its members out; others just don't show them.
  const evidence = { ...NO_EVIDENCE, group };
  const joined = await changeMembership(reach, traits, {
    op: 'add',
    groupId,
    groupName: displayName,
    evidence,
  });
  const attempts = soFar.attempts + joined.attempts;
  if (!isMade) return { ...joined, groupId, attempts };
  // The POST named the subject as a member: whatever becomes of asking again, it may be one.
  const unsure = joined.verified === undefined ? { unsure: true as const } : {};
  return { ...joined, ...unsure, before: 'absent', groupId, attempts };
}

/** Whoever sees two takes theirs away again: at no time are two left that nobody can tell apart. */
async function separate(
  reach: Reach,
  traits: Traits,
  made: NewGroup,
  { id }: GroupFacts,
  soFar: SoFar,
): Promise<Performed> {
  const { endpoint } = reach.directory;
  const now = await reach.directory.group(id);
  const deleted =
    now.ok && now.value.externalId === made.externalId && (await erase(reach, traits, now.value));
  const failure = { code: 'twin-group', endpoint, name: made.displayName, deleted } as const;
  return { ...soFar, failure, unsure: true, traits };
}

/** Deletes one that was just made, while nobody but the subject is in it. True: it is seen to be gone. */
async function erase(
  { directory, profile, subjectId }: Reach,
  traits: Traits,
  group: GroupFacts,
): Promise<boolean> {
  const { id, members, strangers, large, version } = group;
  if (large || strangers > 0 || (members ?? []).some((member) => member !== subjectId)) return false;
  await directory.deleteGroup(id, sendsIfMatch(profile, traits) ? version : null);
  const after = await directory.group(id, 'bare');
  return !after.ok && after.failure.code === 'missing';
}

/**
 * Without its marker it couldn't be told from a group of somebody else's, so it goes again while it is surely ours, or
 * the subject goes out of it. What can't be proven to be gone is kept in mind, and given back later.
 */
async function unmarked(
  reach: Reach,
  traits: Traits,
  { displayName: name }: NewGroup,
  { group, isOurs }: { readonly group: GroupFacts; readonly isOurs: boolean },
  soFar: SoFar,
): Promise<Performed> {
  const { endpoint } = reach.directory;
  const groupId = group.id;
  let known: Traits = traits;
  const ended = (left: 'nothing' | 'group' | 'membership', more: Partial<Performed>): Performed => {
    const failure = { code: 'unmarked', endpoint, name, left } as const;
    return { ...soFar, failure, ...more, traits: known };
  };
  const kept: Partial<Performed> = { verified: 'unverifiable', before: 'absent', groupId };
  if (!isOurs) return ended('membership', kept);
  known = { ...known, externalIds: 'wrong' };
  const refused: Partial<Performed> = { refused: true, reason: 'unknown-group' };
  if (await erase(reach, known, group)) return ended('nothing', refused);
  const evidence = { ...NO_EVIDENCE, group };
  const left = await changeMembership(reach, known, { op: 'remove', groupId, groupName: name, evidence });
  known = left.traits;
  return left.verified === 'confirmed' ? ended('group', refused) : ended('membership', kept);
}

/** The name was taken in the meantime: by one of ours it is as good, by anybody else's it is theirs. */
async function join(reach: Reach, traits: Traits, made: NewGroup, attempts: number): Promise<Performed> {
  const found = await reach.directory.findGroups('displayName', made.displayName, 'members');
  if (!found.ok) return { failure: found.failure, unsure: true, attempts, traits };
  const [group, ...others] = found.value;
  if (group === undefined || others.length > 0 || !isMarked(group.externalId))
    return { refused: true, reason: group === undefined ? 'unknown-group' : 'not-allowed', attempts, traits };
  return enter(reach, traits, made, group, { attempts });
}

/** How often a group that somebody else changes meanwhile is looked at anew (412). */
const MOST_STALE = 3;

/** Deletes it only if right now it is marked and shows that nobody is in it. */
export async function deleteGroup(
  reach: Reach,
  known: Traits,
  { id, name }: { readonly id: string; readonly name: string },
): Promise<Performed> {
  const { directory, profile } = reach;
  const inUse = { code: 'group-in-use', endpoint: directory.endpoint, name } as const;
  let traits = known;
  let refused: string | null = null;
  for (let attempts = 0; ; ) {
    const group = await directory.group(id);
    if (!group.ok) {
      if (group.failure.code === 'missing') return { verified: 'confirmed', attempts, traits };
      return { failure: group.failure, attempts, traits };
    }
    const { members, strangers, large, externalId, version } = group.value;
    const empty =
      !large && strangers === 0 && (members ?? []).length === 0 && membersAreListed(profile, traits);
    if (!empty || !isMarked(externalId)) return { failure: inUse, refused: true, attempts, traits };
    attempts += 1;
    traits = afterRefusal(traits, refused, version);
    refused = sendsIfMatch(profile, traits) ? version : null;
    const sent = await directory.deleteGroup(id, refused);
    if (!sent.ok && isStale(sent.failure) && attempts < MOST_STALE) {
      await reach.clock.pause(LAG);
      continue;
    }
    refused = null;
    if (!sent.ok && !isGone(sent.failure)) {
      const { failure } = sent;
      const again = isPassing(failure) && (await waitFor(reach, failure, attempts));
      if (again) continue;
      return { failure, attempts, traits, status: statusOf(failure) };
    }
    const answer = sent.ok ? { status: sent.value.status, requestId: sent.value.requestId } : { status: 404 };
    if (sent.ok && sent.value.accepted)
      return { verified: 'accepted', ...answer, transaction: sent.value.transaction, attempts, traits };
    const after = await directory.group(id, 'bare');
    const verified = after.ok
      ? 'contradicted'
      : after.failure.code === 'missing'
        ? 'confirmed'
        : 'unverifiable';
    return {
      ...answer,
      verified,
      attempts,
      traits,
      ...(after.ok ? { reason: 'contradicted' as const } : {}),
    };
  }
}
