// What a subject's resource says as things the ledger knows, and whether it is still who was pinned.
import type { Item } from '../core/ledger.ts';
import type { GroupFacts, SubjectFacts, ValueFacts } from '../core/scim-message.ts';
import type { Reason } from '../core/vocabulary.ts';
import type { Question } from './recall.ts';

export const itemOf = (group: GroupFacts): Item => ({
  kind: 'group',
  name: group.displayName ?? group.id,
  id: group.id,
  ...(group.externalId === null ? {} : { externalId: group.externalId }),
});

/** What has no name is held by it, and nobody's to manage. */
const namedValues = (values: readonly ValueFacts[]): readonly ValueFacts[] =>
  values.filter(({ value }) => value !== '');

/** Direct groups, roles and entitlements. */
export function itemsOf(subject: SubjectFacts): Item[] {
  const groups = (subject.groups ?? [])
    .filter(({ direct }) => direct)
    .map(({ id, display }): Item => ({ kind: 'group', name: display ?? id, id }));
  const values = (['role', 'entitlement'] as const).flatMap((kind) =>
    namedValues(subject[kind === 'role' ? 'roles' : 'entitlements']).map((each) => ({
      kind,
      name: each.value,
      id: null,
      ...(each.type === undefined ? {} : { type: each.type }),
    })),
  );
  return [...groups, ...values];
}

export function refusalOf(
  { holder, config }: Pick<Question, 'holder' | 'config'>,
  subject: SubjectFacts | null,
): Reason | null {
  if (subject === null) return 'unknown-subject';
  if (!subject.active) return 'inactive-subject';
  const same = (a: string | null, b: string): boolean => a?.toLowerCase() === b.toLowerCase();
  switch (config?.subject.attribute) {
    case 'userName':
      return same(subject.userName, holder.subject) ? null : 'subject-changed';
    case 'externalId':
      return subject.externalId === holder.subject ? null : 'subject-changed';
    case 'emails.value':
      return subject.emails.some((email) => same(email, holder.subject)) ? null : 'subject-changed';
    case 'id':
    case undefined:
      return subject.id === holder.subjectId ? null : 'subject-changed';
  }
}
