// Groups of ours that go with their branch.
import { itemKey, sameHolder } from './ledger.ts';
import type { Change, PlanInput } from './plan.ts';

/** Groups of ours whose branch is gone; whether nobody is in them is looked at right before. */
export function deletions(input: PlanInput, wanted: ReadonlyMap<string, unknown>): Change[] {
  const over = (input.ledger.groups ?? []).filter((group) => group.over && sameHolder(group, input.holder));
  if (over.length === 0) return [];
  const byKey = new Map(over.map((group) => [itemKey(group.item), group]));
  const names = new Set(
    input.ledger.leases.flatMap(({ wants }) =>
      wants.flatMap(({ target }) => (target.kind === 'group' ? [target.name] : [])),
    ),
  );
  return [...byKey]
    .filter(([key, { item }]) => !wanted.has(key) && !names.has(item.name))
    .map(([, { item, rules, lease, branch }]) => ({
      op: 'delete',
      item,
      rules,
      why: `made for ${branch}, which is gone`,
      lease,
      before: 'absent',
      managed: false,
      disposition: { do: 'apply' },
    }));
}
