// Lists of roles and entitlements: ours goes in and out, everybody else's stays with all it carries (RFC 7643 section 2.4).
import type { Item } from './ledger.ts';
import type { ValueFacts } from './scim-message.ts';

/** Values compare by (type, value). */
export const equalsValue = (value: ValueFacts, item: Item): boolean =>
  value.value === item.name && (value.type ?? '') === (item.type ?? '');

export function mergeValue(values: readonly ValueFacts[], item: Item): ValueFacts[] {
  if (values.some((value) => equalsValue(value, item))) return [...values];
  const type = item.type === undefined ? {} : { type: item.type };
  const display = item.display === undefined ? {} : { display: item.display };
  return [...values, { value: item.name, ...type, whole: { value: item.name, ...type, ...display } }];
}

export const withoutValue = (values: readonly ValueFacts[], item: Item): ValueFacts[] =>
  values.filter((value) => !equalsValue(value, item));
