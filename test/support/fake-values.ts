// How one operation of a PATCH changes a user's roles or entitlements (RFC 7644 section 3.5.2).
import { type Comparison, valuePathOf } from './fake-filter.ts';
import type { Quirks } from './fake-quirk.ts';
import { type Answer, type FakeUser, isAnswer, isJson, type Json, same, scimError } from './fake-resource.ts';

type MultiValued = 'roles' | 'entitlements';

const isMultiValued = (path: unknown): path is MultiValued => path === 'roles' || path === 'entitlements';

/** The pair of them is what a value is known by (RFC 7643 section 2.4). */
const isSame = (a: Json, b: Json): boolean => a['value'] === b['value'] && a['type'] === b['type'];

const isMeant = (each: Json, comparisons: readonly Comparison[]): boolean =>
  comparisons.every(({ attribute, value }) => each[attribute] === value || same(each[attribute], value));

/** Changes this user; an answer says why it did not. */
export function changeValues(user: FakeUser, operation: unknown, lies: Quirks): Answer | null {
  const { op, path, value } = isJson(operation) ? operation : ({} as Json);
  if (op !== 'add' && op !== 'remove' && op !== 'replace') {
    return scimError(400, `there is no op ${String(op)}`, 'invalidSyntax');
  }
  if (path === undefined) {
    if (op === 'remove') return scimError(400, 'remove needs a path', 'noTarget');
    if (op === 'add' && lies.has('nopath-add-ignored')) return null;
    for (const [attribute, values] of Object.entries(isJson(value) ? value : {})) {
      const failed = changeValues(user, { op, path: attribute, value: values }, lies);
      if (failed !== null) return failed;
    }
    return null;
  }
  const filtered = valuePathOf(path);
  const list = filtered?.list ?? path;
  if (!isMultiValued(list))
    return scimError(400, `this server has no ${op} of ${String(path)}`, 'invalidPath');
  const before = user[list] ?? [];
  const given = op === 'remove' && !lies.has('remove-sets-list') ? [] : valuesOf(list, value);
  if (isAnswer(given)) return given;
  const after = filtered
    ? changeMeant(op, before, filtered.comparisons, given)
    : changeList(op, before, given, value, lies);
  if (isAnswer(after)) return after;
  return store(user, list, op, after, lies);
}

function valuesOf(list: MultiValued, value: unknown): Json[] | Answer {
  const given = value === undefined ? [] : [value].flat();
  const values = given.filter(isJson).filter((each) => typeof each['value'] === 'string');
  return values.length === given.length
    ? values
    : scimError(400, `${list} have a value each`, 'invalidValue');
}

function changeMeant(
  op: 'add' | 'remove' | 'replace',
  before: readonly Json[],
  comparisons: readonly Comparison[],
  given: readonly Json[],
): Json[] | Answer {
  if (!before.some((each) => isMeant(each, comparisons))) return scimError(400, 'none is meant', 'noTarget');
  const rest = before.filter((each) => !isMeant(each, comparisons));
  return op === 'remove' ? rest : [...rest, ...given];
}

function changeList(
  op: 'add' | 'remove' | 'replace',
  before: readonly Json[],
  given: readonly Json[],
  value: unknown,
  lies: Quirks,
): Json[] {
  if (op === 'remove') return lies.has('remove-sets-list') && value !== undefined ? [...given] : [];
  if (op === 'replace') {
    const kept = lies.has('replace-drops-foreign') ? given.slice(-1) : given;
    return kept.map((each) =>
      lies.has('replace-drops-subattributes') ? { value: each['value'] } : { ...each },
    );
  }
  if (lies.has('add-does-nothing')) return [...before];
  if (lies.has('add-replaces-values')) return [...given];
  return [...before, ...given.filter((each) => !before.some((old) => isSame(old, each)))];
}

function store(user: FakeUser, list: MultiValued, op: string, values: Json[], lies: Quirks): Answer | null {
  const before = user[list] ?? [];
  const types = values.map((each) => each['type']);
  if (lies.has('reject-types') && list === 'roles' && types.some((type) => type !== undefined)) {
    return scimError(400, 'roles have no type', 'invalidValue');
  }
  const stated = types.filter((type) => type !== undefined);
  if (lies.has('two-of-a-type-400') && new Set(stated).size < stated.length) {
    return scimError(400, 'two values of one type', 'invalidValue');
  }
  let after = values;
  if (lies.has('one-value-per-type')) after = after.filter((_, at) => types.lastIndexOf(types[at]) === at);
  if (lies.has('revoke-does-nothing') && op !== 'add') {
    after = [...before, ...after.filter((each) => !before.some((old) => isSame(old, each)))];
  }
  // The server clears the others, since one at most is primary (RFC 7643 section 2.4).
  const primary = after.findLast((each) => each['primary'] === true);
  user[list] = after.map((each) =>
    each['primary'] === true && each !== primary ? { ...each, primary: false } : each,
  );
  return null;
}
