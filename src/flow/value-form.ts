// Ways to change one value of a list, and which of them are safe where the list has others' values too.
import type { Item } from '../core/ledger.ts';
import type { Profile } from '../core/profile.ts';
import type { ValueFacts } from '../core/scim-message.ts';
import { etagsAreHonoured, type Traits, valueWay } from '../core/traits.ts';

export interface ValueChange {
  readonly op: 'add' | 'remove';
  readonly item: Item & { readonly kind: 'role' | 'entitlement' };
  /** Whether a value is one that we gave: what may be put at risk to learn how the directory treats it. */
  readonly isOurs: (value: ValueFacts) => boolean;
}

/** The value alone, or the whole list with or without it. */
export type Form = 'single' | 'replace';

export const wayOf = ({ item, op }: ValueChange, form: Form): string =>
  valueWay(item.kind, form === 'single' ? op : 'replace');

/** The safe forms, the safest first. */
export function safeForms(
  profile: Profile,
  traits: Traits,
  change: ValueChange,
  others: readonly ValueFacts[],
): Form[] {
  const { op, item, isOurs } = change;
  const judged = (form: Form) => traits.values?.[wayOf(change, form)];
  const wanted = ((): Form[] => {
    if (profile.values === 'replace') return ['replace'];
    if (profile.values === 'single') return ['single', 'replace'];
    if (etagsAreHonoured(profile, traits)) return ['replace'];
    if (judged('single') === 'right') return ['single', 'replace'];
    // How it treats a single value is found out only where nothing but ours could be hurt by it.
    const harmless = others.length > 0 && others.every(isOurs);
    return harmless && op === 'add' ? ['single', 'replace'] : ['replace'];
  })();
  // Without a type, removing one value alone takes it out under every type.
  const twins = op === 'remove' && item.type === undefined && others.some(({ value }) => value === item.name);
  return wanted.filter((form) =>
    form === 'single' && twins ? false : others.length === 0 || judged(form) !== 'wrong',
  );
}
