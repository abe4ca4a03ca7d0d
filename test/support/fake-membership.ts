// How one operation of a PATCH, a PUT or a POST changes who is in a group.
import { valuePathOf } from './fake-filter.ts';
import type { Quirks } from './fake-quirk.ts';
import { type Answer, type FakeGroup, isAnswer, isJson, type Json, scimError } from './fake-resource.ts';

export interface MemberChange {
  readonly op: 'add' | 'remove' | 'replace';
  /** How it was said; `legacy` is a `remove` of `members` that lists them, `all` one that doesn't. */
  readonly form: 'path' | 'no-path' | 'filter' | 'legacy' | 'all';
  readonly ids: readonly string[];
}

/** One operation of a PATCH of a group. */
export function memberChangeOf(operation: unknown): MemberChange | Answer {
  const { op, path, value } = isJson(operation) ? operation : ({} as Json);
  if (op !== 'add' && op !== 'remove' && op !== 'replace') {
    return scimError(400, `there is no op ${String(op)}`, 'invalidSyntax');
  }
  if (op === 'remove') {
    if (path === undefined) return scimError(400, 'remove needs a path', 'noTarget');
    if (path === 'members') {
      if (value === undefined) return { op, form: 'all', ids: [] };
      const ids = idsOf(value);
      return isAnswer(ids) ? ids : { op, form: 'legacy', ids };
    }
    const [about, more] = valuePathOf(path)?.comparisons ?? [];
    if (valuePathOf(path)?.list === 'members' && about?.attribute === 'value' && more === undefined) {
      return { op, form: 'filter', ids: [String(about.value)] };
    }
  } else if (path === 'members' || (path === undefined && isJson(value) && 'members' in value)) {
    const ids = idsOf(path === undefined && isJson(value) ? value['members'] : value);
    return isAnswer(ids) ? ids : { op, form: path === undefined ? 'no-path' : 'path', ids };
  }
  return scimError(400, `this server has no ${op} of ${String(path)}`, 'invalidPath');
}

/** The ids of a list of members, or of a single one. */
export function idsOf(value: unknown): string[] | Answer {
  const ids = [value].flat().map((member) => (isJson(member) ? member['value'] : undefined));
  const texts = ids.filter((id) => typeof id === 'string');
  return texts.length === ids.length ? texts : scimError(400, 'a member has a value', 'invalidValue');
}

/** Changes this group; an answer says why it did not. */
export function changeMembers(
  group: FakeGroup,
  { op, form, ids }: MemberChange,
  isKnown: (id: string) => boolean,
  lies: Quirks,
): Answer | null {
  const before = group.members;
  if (op === 'remove') {
    if (form === 'filter') {
      if (lies.has('remove-filter-400')) return scimError(400, 'no filters in paths', 'invalidPath');
      if (lies.has('remove-filter-501')) return scimError(501, 'no filters in paths');
    }
    if (lies.has('revoke-does-nothing')) return null;
    // Without a filter all of them go, as RFC 7644 section 3.5.2.2 has it, whatever `value` says.
    const listed = form === 'filter' || (form === 'legacy' && lies.has('legacy-remove-removes-listed'));
    if (form === 'legacy' && lies.has('remove-sets-list')) group.members = [...ids];
    else if (!listed || lies.has('remove-empties-group')) group.members = [];
    else group.members = before.filter((member) => !ids.includes(member));
    return null;
  }
  const strangers = ids.filter((id) => !isKnown(id));
  if (strangers.length > 0 && !lies.has('unknown-member-dropped') && !lies.has('unknown-member-stored')) {
    if (lies.has('unknown-member-500')) return scimError(500, 'a foreign key failed');
    return scimError(400, `there is no member ${strangers.join()}`, 'invalidValue');
  }
  const known = lies.has('unknown-member-dropped') ? ids.filter((id) => !strangers.includes(id)) : ids;
  if (op === 'add') {
    if (lies.has('add-does-nothing') || (form === 'no-path' && lies.has('nopath-add-ignored'))) return null;
    if (lies.has('repeated-add-duplicates')) group.members = [...before, ...known];
    else group.members = [...new Set([...(lies.has('add-replaces-members') ? [] : before), ...known])];
    return null;
  }
  group.members = [...new Set([...(lies.has('revoke-does-nothing') ? before : []), ...known])];
  return null;
}
