// One membership, where the directory says one thing and does another, or somebody else is at it in the same moment.
import { describe, expect, test } from 'vitest';
import { NO_EVIDENCE } from '../../src/core/presence.ts';
import { ok } from '../../src/core/result.ts';
import type { Traits } from '../../src/core/traits.ts';
import { changeMembership, type MembershipChange } from '../../src/flow/change-membership.ts';
import type { Directory } from '../../src/flow/ports.ts';
import { groupFacts } from '../core/samples.ts';
import { Machine } from '../support/machine.ts';
import { companyRules, openCompany } from './scene.ts';
import { faulty, rejected, scripted, throttled, written } from './scripted.ts';

const shown = (members: readonly string[], version: string | null = null) =>
  groupFacts({ id: 'g', members, version });

const run = (given: Partial<Directory>, before: readonly string[], more: Partial<MembershipChange> = {}) =>
  changeMembership(scripted(given), {} satisfies Traits, {
    op: 'add',
    groupId: 'g',
    groupName: 'jit',
    evidence: { ...NO_EVIDENCE, group: shown(before, more.op === undefined ? null : 'W/"1"') },
    ...more,
  });

describe('a form that was taken and doesn’t show yet', () => {
  test.each([
    ['rejected', rejected(400), { verified: 'contradicted' }],
    ['forbidden', rejected(403), { unsure: true, failure: { code: 'rejected' } }],
    ['faulty', faulty(), { verified: 'contradicted' }],
  ] as const)('is not forgotten when the next one is %s', async (name, answer, expected) => {
    const group = async () => ok(shown(['bob']));
    const addMember: Directory['addMember'] = async (_, __, form) => (form === 'path' ? written() : answer);
    const done = await run({ group, addMember }, ['bob']);
    expect(done.verified !== undefined || done.unsure === true).toBe(true);
    if (name !== 'faulty') expect(done).toMatchObject(expected);
  });
});

test('a 400 that was carried out all the same is seen', async () => {
  const members = ['bob'];
  const done = await run(
    {
      group: async () => ok(shown([...members])),
      addMember: async () => {
        if (!members.includes('alice')) members.push('alice');
        return rejected(400);
      },
    },
    ['bob'],
  );
  expect(done).toMatchObject({ verified: 'confirmed', before: 'absent' });
  expect(done.traits.addForm).toBeUndefined();
});

test('a version that is refused while it is the current one is not sent for ever', async () => {
  let members = ['bob', 'alice'];
  const versions: unknown[] = [];
  const done = await run(
    {
      group: async () => ok(shown(members, 'W/"1"')),
      removeMember: async (_, __, ___, version) => {
        versions.push(version);
        if (version !== null) return rejected(412);
        members = ['bob'];
        return written();
      },
    },
    members,
    { op: 'remove' },
  );
  expect(versions).toEqual(['W/"1"', null]);
  expect(done).toMatchObject({ verified: 'confirmed', traits: { etags: 'frozen' } });
});

describe('others who are gone after an addition', () => {
  const leaving = async (planned: readonly string[], now: readonly string[], after: readonly string[]) => {
    let members = now;
    const restored: unknown[] = [];
    const done = await run(
      {
        group: async () => ok(shown(members)),
        addMember: async () => {
          members = [...after, 'alice'];
          return written();
        },
        restoreMembers: async (_, ids) => {
          restored.push(ids);
          members = [...members, ...ids];
          return written();
        },
      },
      planned,
    );
    return { done, restored };
  };

  test('one of them may have left by themselves: said, not put back, and nothing is learned', async () => {
    const { done, restored } = await leaving(['bob'], ['bob'], []);
    expect(restored).toEqual([]);
    expect(done).toMatchObject({
      verified: 'confirmed',
      failure: { code: 'went-missing', what: 'the other members of jit', names: ['bob'] },
    });
    expect(done.traits.addingMembers).toBeUndefined();
  });

  test('all of many, who were there right before, were taken out by the directory', async () => {
    const others = ['bob', 'carol', 'dave'];
    const { done, restored } = await leaving(others, others, []);
    expect(restored).toEqual([others]);
    expect(done).toMatchObject({ failure: { code: 'harmed', restored: true } });
    expect(done.traits.addingMembers).toBe('wrong');
  });

  test('all of many, who left while the directory wanted to be left alone, stay out', async () => {
    let members = ['bob', 'carol', 'dave'];
    let asked = 0;
    const done = await run(
      {
        group: async () => ok(shown(members)),
        addMember: async () => {
          asked += 1;
          if (asked === 1) {
            members = ['erin'];
            return throttled();
          }
          members = [...members, 'alice'];
          return written();
        },
      },
      members,
    );
    expect(done).toMatchObject({ verified: 'confirmed', traits: { addingMembers: 'right' } });
    expect(done.failure).toBeUndefined();
  });

  test('all of many, who left between the plan and the change, stay out', async () => {
    const { done, restored } = await leaving(['bob', 'carol', 'dave'], ['erin'], ['erin']);
    expect(restored).toEqual([]);
    expect(done).toMatchObject({ verified: 'confirmed', traits: { addingMembers: 'right' } });
    expect(done.failure).toBeUndefined();
  });
});

test.each([['add'], ['remove']] as const)(
  'a colleague who leaves in the same moment stays out: %s',
  async (op) => {
    const fake = await openCompany();
    const group = fake.scim.groups.get('g-release');
    if (group === undefined) throw new Error('the company has no such group');
    group.members = ['bob'];
    await using machine = new Machine(fake, companyRules());
    await machine.wake();
    const leave = (): void => {
      const answer = fake.scim.answer.bind(fake.scim);
      fake.scim.answer = (question, lie) => {
        if (question.method === 'PATCH' && question.pathname === '/Groups/g-release')
          group.members = group.members.filter((id) => id !== 'bob');
        return answer(question, lie);
      };
    };
    if (op === 'add') leave();
    machine.checkout('release');
    await machine.calm();
    if (op === 'remove') leave();
    expect(fake.members('jit-release')).toEqual(op === 'add' ? ['alice'] : ['bob', 'alice']);
    machine.checkout('main');
    await machine.calm();
    expect(fake.members('jit-release')).toEqual([]);
    const [traits] = Object.values((await machine.disk.state(null as never).readCache()).endpoints);
    expect(JSON.stringify(traits)).not.toContain('"wrong"');
    expect(machine.ledger.holdings).toEqual([]);
  },
);
