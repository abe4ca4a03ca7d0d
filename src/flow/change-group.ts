// A group made with its first member and our marker, and deleted when it is positively empty and still ours.
import { isPassing } from '../core/failure.ts';
import { isMarked } from '../core/marker.ts';
import { NO_EVIDENCE } from '../core/presence.ts';
import type { GroupFacts, NewGroup } from '../core/scim-message.ts';
import { membersAreListed, sendsIfMatch, type Traits } from '../core/traits.ts';
import { changeMembership, isGone, statusOf } from './change-membership.ts';
import type { Answer, Created } from './ports.ts';
import type { Performed, Reach } from './reach.ts';
import { waitFor } from './steady.ts';

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
      const found = await directory.findGroups('externalId', made.externalId);
      if (!found.ok) return { failure, unsure: true, attempts, traits, status: statusOf(failure) };
      if (found.value.length > 0) break;
    }
    if (!(await waitFor(reach, failure.code === 'unreachable' ? { code: 'again' } : failure, tries)))
      return { failure, unsure: true, attempts, traits, status: statusOf(failure) };
  }
  if (!sent.ok && !isPassing(sent.failure)) {
    const { failure } = sent;
    if (failure.code === 'rejected' && failure.status === 409) return join(reach, traits, made, attempts);
    return { failure, attempts, traits, status: statusOf(failure) };
  }
  const answer = sent.ok ? { status: sent.value.status, requestId: sent.value.requestId } : {};
  if (sent.ok && sent.value.accepted)
    return { verified: 'accepted', ...answer, transaction: sent.value.transaction, attempts, traits };
  return check(reach, traits, made, sent.ok ? sent.value.group : null, { ...answer, attempts });
}

type SoFar = Pick<Performed, 'attempts' | 'status' | 'requestId'>;

/** By its name, because where it lies is for the directory to say, and its own word for that is not followed. */
async function check(
  reach: Reach,
  traits: Traits,
  made: NewGroup,
  answered: GroupFacts | null,
  soFar: SoFar,
): Promise<Performed> {
  const { directory, subjectId } = reach;
  const found = await directory.findGroups('displayName', made.displayName, 'members');
  if (!found.ok) return { ...soFar, failure: found.failure, unsure: true, traits };
  const ours = found.value.find(({ externalId }) => externalId === made.externalId);
  if (ours === undefined) {
    const [only, ...others] = found.value;
    if (only === undefined || others.length > 0)
      return { ...soFar, verified: 'contradicted', reason: 'contradicted', traits };
    return unmarked(reach, traits, made, { group: only, isOurs: only.id === answered?.id }, soFar);
  }
  if (found.value.length > 1) {
    // Whoever sees two takes theirs away again: at no time are two left that nobody can tell apart.
    await directory.deleteGroup(ours.id, ours.version);
    const failure = { code: 'twin-group', endpoint: directory.endpoint, name: made.displayName } as const;
    return { ...soFar, failure, unsure: true, traits };
  }
  const groupId = ours.id;
  const kept: Traits = { ...traits, externalIds: 'right' };
  if (ours.members?.includes(subjectId) === true)
    return {
      ...soFar,
      verified: 'confirmed',
      before: 'absent',
      groupId,
      traits: { ...kept, listsMembers: true },
    };
  // Some make the group and leave its members out; others just don't show them.
  const joined = await changeMembership(reach, kept, {
    op: 'add',
    groupId: ours.id,
    groupName: made.displayName,
    evidence: { ...NO_EVIDENCE, group: ours },
  });
  return { ...joined, before: 'absent', groupId, attempts: soFar.attempts + joined.attempts };
}

/** Without its marker it couldn't be told from a group of somebody else's, so it goes again while it is surely ours. */
async function unmarked(
  { directory, subjectId }: Reach,
  traits: Traits,
  { displayName: name }: NewGroup,
  { group, isOurs }: { readonly group: GroupFacts; readonly isOurs: boolean },
  soFar: SoFar,
): Promise<Performed> {
  const alone = (group.members ?? []).every((id) => id === subjectId);
  const deleted = isOurs && alone ? await directory.deleteGroup(group.id, group.version) : null;
  const failure = {
    code: 'unmarked',
    endpoint: directory.endpoint,
    name,
    deleted: deleted?.ok === true,
  } as const;
  return {
    ...soFar,
    failure,
    refused: true,
    reason: 'unknown-group',
    traits: { ...traits, externalIds: 'wrong' },
  };
}

/** The name was taken in the meantime: by one of ours it is as good, by anybody else's it is theirs. */
async function join(reach: Reach, traits: Traits, made: NewGroup, attempts: number): Promise<Performed> {
  const found = await reach.directory.findGroups('displayName', made.displayName, 'members');
  if (!found.ok) return { failure: found.failure, attempts, traits };
  const [group, ...others] = found.value;
  if (group === undefined || others.length > 0 || !isMarked(group.externalId))
    return { refused: true, reason: group === undefined ? 'unknown-group' : 'not-allowed', attempts, traits };
  const joined = await changeMembership(reach, traits, {
    op: 'add',
    groupId: group.id,
    groupName: made.displayName,
    evidence: { ...NO_EVIDENCE, group },
  });
  return { ...joined, groupId: group.id, attempts: attempts + joined.attempts };
}

/** How often a group that somebody else changes meanwhile is looked at anew (412). */
const MOST_STALE = 3;

/** Deletes it only if right now it is marked and shows that nobody is in it. */
export async function deleteGroup(
  reach: Reach,
  traits: Traits,
  { id, name }: { readonly id: string; readonly name: string },
): Promise<Performed> {
  const { directory, profile } = reach;
  const inUse = { code: 'group-in-use', endpoint: directory.endpoint, name } as const;
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
    const sent = await directory.deleteGroup(id, sendsIfMatch(profile, traits) ? version : null);
    if (!sent.ok && sent.failure.code === 'rejected' && sent.failure.status === 412 && attempts < MOST_STALE)
      continue;
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
