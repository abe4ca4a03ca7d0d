// One change as a request, and the proof of it by reading back.
import { equalsValue, mergeValue, withoutValue } from '../core/multi-valued.ts';
import type { Change } from '../core/plan.ts';
import { presenceOf } from '../core/presence.ts';
import type { SubjectFacts } from '../core/scim-message.ts';
import type { Before, Verdict } from '../core/vocabulary.ts';
import type { Answer, Directory, Written } from './ports.ts';
import type { Observed } from './recall.ts';

export interface Asked {
  readonly directory: Directory;
  readonly observed: Observed;
  readonly holder: { readonly subjectId: string };
}

export async function request({ directory, holder }: Asked, change: Change): Promise<Answer<Written>> {
  const { item, op } = change;
  if (item.kind === 'group') {
    const id = item.id ?? '';
    return op === 'add'
      ? directory.addMember(id, holder.subjectId)
      : directory.removeMember(id, holder.subjectId);
  }
  // The whole list is written, so it is read right before: what isn't ours stays as it is.
  const subject = await directory.subject(holder.subjectId);
  if (!subject.ok) return subject;
  const values = valuesOf(subject.value, item.kind);
  const next = op === 'add' ? mergeValue(values, item) : withoutValue(values, item);
  return directory.setValues(holder.subjectId, item.kind, next);
}

/** Whether the directory now shows what it was asked for. `before` gets certain where the read-back settles it. */
export async function verify(
  { directory, observed, holder }: Asked,
  change: Change,
  expected: 'present' | 'absent',
): Promise<{ verified: Verdict; before: Before; listed: boolean }> {
  const verdict = (seen: 'present' | 'absent' | 'unknown'): Verdict =>
    seen === 'unknown' ? 'unverifiable' : seen === expected ? 'confirmed' : 'contradicted';
  const { item } = change;
  if (item.kind !== 'group') {
    const subject = await directory.subject(holder.subjectId);
    if (!subject.ok) return { verified: 'unverifiable', before: change.before, listed: false };
    const has = valuesOf(subject.value, item.kind).some((value) => equalsValue(value, item));
    return { verified: verdict(has ? 'present' : 'absent'), before: change.before, listed: false };
  }
  const id = item.id ?? '';
  const group = await directory.group(id);
  if (!group.ok) {
    const gone = group.failure.code === 'missing';
    return { verified: gone ? verdict('absent') : 'unverifiable', before: change.before, listed: false };
  }
  const listed = (group.value.members ?? []).includes(holder.subjectId);
  const listsMembers = observed.cache.listsMembers || listed;
  let seen = presenceOf(group.value, holder.subjectId, null, listsMembers);
  if (seen === 'unknown') {
    const subject = await directory.subject(holder.subjectId);
    if (subject.ok) seen = presenceOf(group.value, holder.subjectId, subject.value, listsMembers);
  }
  // The list was empty before and shows the subject now: this server lists members, so empty did mean nobody.
  const wasEmpty = (observed.groups.get(id)?.members ?? null)?.length === 0;
  const before = change.before === 'unknown' && listed && wasEmpty ? 'absent' : change.before;
  return { verified: verdict(seen), before, listed };
}

const valuesOf = (subject: SubjectFacts, kind: 'role' | 'entitlement') =>
  kind === 'role' ? subject.roles : subject.entitlements;
