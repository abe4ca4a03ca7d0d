// One planned change carried out by what it is about: a membership, a value of the user, or a group as a whole.
import { type Holder, itemKey, type Ledger, sameHolder } from '../core/ledger.ts';
import type { Change } from '../core/plan.ts';
import { NO_EVIDENCE } from '../core/presence.ts';
import { attributeOf } from '../core/scim-message.ts';
import { valueKey } from '../core/target.ts';
import type { Traits } from '../core/traits.ts';
import { deleteGroup, makeGroup } from './change-group.ts';
import { changeMembership } from './change-membership.ts';
import { changeValue } from './change-value.ts';
import type { Performed, Reach } from './reach.ts';
import type { Observed } from './recall.ts';

export interface Performance {
  readonly reach: Reach;
  readonly traits: Traits;
  readonly change: Change;
  readonly observed: Observed;
  readonly ledger: Ledger;
  readonly holder: Holder;
}

export function perform(of: Performance): Promise<Performed> {
  const { reach, traits, change, observed, ledger, holder } = of;
  const { item, op } = change;
  if (item.kind !== 'group') {
    const { kind } = item;
    const list = attributeOf(kind);
    if (observed.subject?.unreadable.includes(list) === true) {
      const { endpoint } = reach.directory;
      const failure = {
        code: 'unsafe',
        endpoint,
        what: `your ${list}, which aren't a list of values`,
      } as const;
      return Promise.resolve({ failure, attempts: 0, traits });
    }
    const given = new Set(
      ledger.holdings
        .filter((holding) => sameHolder(holding, holder) && holding.before === 'absent')
        .map((holding) => itemKey(holding.item)),
    );
    return changeValue(reach, traits, {
      op: op === 'add' ? 'add' : 'remove',
      item: { ...item, kind },
      isOurs: ({ value, type }) => given.has(valueKey(kind, type, value)),
    });
  }
  const id = item.id ?? '';
  switch (op) {
    case 'create':
      return makeGroup(reach, traits, {
        displayName: item.name,
        externalId: item.externalId ?? '',
        member: reach.subjectId,
      });
    case 'delete':
      return deleteGroup(reach, traits, { id, name: item.name });
    case 'add':
    case 'remove': {
      const evidence = observed.evidence.get(id) ?? { ...NO_EVIDENCE, subject: observed.subject };
      return changeMembership(reach, traits, { op, groupId: id, groupName: item.name, evidence });
    }
  }
}
