import { describe, expect, it } from 'vitest';
import { presenceOf } from '../../src/core/presence.ts';
import { PROFILES } from '../../src/core/profile.ts';
import type { Traits } from '../../src/core/traits.ts';
import { groupFacts, subjectFacts } from './samples.ts';

const ALICE = { groupId: 'g', subjectId: 'alice' };
const direct = (id: string) => ({ id, display: null, direct: true });

describe('presenceOf', () => {
  it.each([
    ['a list that names the subject', ['bob', 'alice'], null, false, 'present'],
    ['a list that names others alone', ['bob'], null, false, 'absent'],
    ['an empty list, of a server that was never seen to list anybody', [], null, false, 'unknown'],
    ['no list at all', null, null, false, 'unknown'],
    ['an empty list, of a server that does list members', [], null, true, 'absent'],
    ['an empty list, but the subject’s own groups have it', [], [direct('g')], false, 'present'],
    ['the same of a server that lists members', [], [direct('g')], true, 'present'],
    ['an empty list, and the subject’s own groups name others', [], [direct('h')], false, 'absent'],
    ['an empty list, and the subject’s own groups are empty too', [], [], false, 'unknown'],
    ['a list that names others wins over the subject’s own groups', ['bob'], [direct('g')], false, 'absent'],
  ] as const)('%s', (_, members, groups, listsMembers, expected) => {
    const subject = groups === null ? null : subjectFacts({ id: 'alice', groups });
    const traits: Traits = listsMembers ? { listsMembers } : {};
    const evidence = { group: groupFacts({ members }), subject, filter: null };
    expect(presenceOf(evidence, ALICE, PROFILES.auto, traits)).toBe(expected);
  });

  it('takes membership through another group for none: it is not ours to take back', () => {
    const subject = subjectFacts({ id: 'alice', groups: [{ ...direct('g'), direct: false }] });
    const evidence = { group: groupFacts(), subject, filter: null };
    expect(presenceOf(evidence, ALICE, PROFILES.auto, {})).toBe('absent');
  });
});
