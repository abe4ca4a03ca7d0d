// What a directory accepted (202) and is still doing: asking again could do it twice, or write over it.
import { type Holder, type Holding, type Item, itemKey, type Ledger, sameHolder } from './ledger.ts';

/** Milliseconds that it is left alone with it. */
const IN_PROGRESS = 10 * 60_000;

/** Milliseconds that an add may take to show which was asked for and not seen. */
const LATE = 60_000;

/** An add that isn't there yet, and may come: until it can't any more, it is neither forgotten nor said to have failed. */
export const mayStillCome = ({ state, accepted, asked }: Holding, now: number): boolean =>
  state === 'adding' &&
  ((accepted !== undefined && now - accepted < IN_PROGRESS && now >= accepted) ||
    (asked !== undefined && now - asked < LATE && now >= asked));

/** Null: nothing keeps a change of this item from being asked for. */
export function inProgress(
  ledger: Ledger,
  holder: Holder,
  item: Item,
  now: number,
): { readonly since: number; readonly isSame: boolean } | null {
  const isSame = (holding: Holding): boolean => itemKey(holding.item) === itemKey(item);
  // Roles, and entitlements, are one list each, that is mostly written as a whole.
  const inTheWay = (holding: Holding): boolean =>
    isSame(holding) || (item.kind !== 'group' && holding.item.kind === item.kind);
  const busy = ledger.holdings
    .filter((holding) => sameHolder(holding, holder) && inTheWay(holding))
    .filter(({ accepted }) => accepted !== undefined && now - accepted < IN_PROGRESS && now >= accepted)
    .toSorted((a, b) => Number(isSame(b)) - Number(isSame(a)))[0];
  return busy === undefined ? null : { since: busy.accepted ?? now, isSame: isSame(busy) };
}
