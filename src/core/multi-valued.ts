// Lists of roles and entitlements: ours goes in and out, everybody else's stays with all it carries (RFC 7643 section 2.4).
import type { Item } from './ledger.ts';
import type { ValueFacts } from './scim-message.ts';

/** A `type` is not case-exact (RFC 7643 section 8.7.1), and some servers keep it in lower case. */
const isType = (one: string | undefined, other: string | undefined): boolean =>
  (one ?? '').toLowerCase() === (other ?? '').toLowerCase();

/** Values compare by (type, value). */
export const equalsValue = (value: ValueFacts, item: Item): boolean =>
  value.value === item.name && isType(value.type, item.type);

/**
 * Those of a list that are the item. One that nobody gave a type is also the one that the server gave a type of its own,
 * unless the list has it without.
 */
export function meant(values: readonly ValueFacts[], item: Item): readonly ValueFacts[] {
  const exact = values.filter((value) => equalsValue(value, item));
  return exact.length > 0 || item.type !== undefined
    ? exact
    : values.filter(({ value }) => value === item.name);
}

export function mergeValue(values: readonly ValueFacts[], item: Item): ValueFacts[] {
  if (values.some((value) => equalsValue(value, item))) return [...values];
  const type = item.type === undefined ? {} : { type: item.type };
  const display = item.display === undefined ? {} : { display: item.display };
  return [...values, { value: item.name, ...type, whole: { value: item.name, ...type, ...display } }];
}

export const isSameValue = (one: ValueFacts, other: ValueFacts): boolean =>
  one.value === other.value && isType(one.type, other.type);

/** Those that are gone, or have lost or changed a sub-attribute; what a server adds of its own harms nobody. */
export const harmedValues = (
  before: readonly ValueFacts[],
  after: readonly ValueFacts[],
): readonly ValueFacts[] => before.filter((value) => !after.some((other) => keeps(value, other)));

/** The list as it is, with those that were hurt as they were. */
export const mendedValues = (
  values: readonly ValueFacts[],
  hurt: readonly ValueFacts[],
): readonly ValueFacts[] => [
  ...values.filter((value) => !hurt.some((other) => isSameValue(value, other))),
  ...hurt,
];

/**
 * Which of them our change is to blame for. One value may have been taken away by somebody else in the same moment; that
 * all of them go, or all of the type that we wrote, or a part of one, is the directory's doing. `isBound`: an If-Match
 * kept everybody else away meanwhile, so that any of them is.
 */
export function hurtBy(
  item: Item,
  before: readonly ValueFacts[],
  after: readonly ValueFacts[],
  isBound: boolean,
): readonly ValueFacts[] {
  const harmed = harmedValues(before, after);
  const isGone = (value: ValueFacts): boolean => !after.some((other) => isSameValue(value, other));
  const alike = before.filter(({ type }) => isType(type, item.type));
  const isOurs =
    isBound ||
    harmed.some((value) => !isGone(value)) ||
    before.every(isGone) ||
    (alike.length > 0 && alike.every(isGone));
  return isOurs ? harmed : [];
}

const keeps = (value: ValueFacts, other: ValueFacts): boolean =>
  value.value === other.value &&
  isType(value.type, other.type) &&
  Object.entries(value.whole).every(([key, part]) => isSame(part, other.whole[key]));

const isSame = (a: unknown, b: unknown): boolean => {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return a === b;
  const keys = Object.keys(a);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    keys.length === Object.keys(b).length &&
    keys.every((key) => isSame(a[key as keyof typeof a], b[key as keyof typeof b]))
  );
};
