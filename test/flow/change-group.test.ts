// A group that is made: whatever the POST was answered with, the subject isn't left in it without anybody knowing.
import { describe, expect, test } from 'vitest';
import { ok } from '../../src/core/result.ts';
import type { GroupFacts } from '../../src/core/scim-message.ts';
import { deleteGroup, makeGroup } from '../../src/flow/change-group.ts';
import type { Directory } from '../../src/flow/ports.ts';
import { groupFacts } from '../core/samples.ts';
import { faulty, missing, rejected, scripted, written } from './scripted.ts';

const MADE = { displayName: 'env-1', externalId: 'scim-hook:1', member: 'alice' };
const made = (more: Partial<GroupFacts> = {}): GroupFacts =>
  groupFacts({ id: 'g', displayName: 'env-1', externalId: MADE.externalId, members: ['alice'], ...more });
const created = (group: GroupFacts | null) =>
  ok({ status: 201, accepted: false, requestId: null, transaction: null, group });

/** One list of groups, read by id and by name; DELETE and the removal of a member do as they are told. */
function over(groups: GroupFacts[], given: Partial<Directory>) {
  const directory: Partial<Directory> = {
    findGroups: async () => ok([...groups]),
    group: async (id) => {
      const found = groups.find((each) => each.id === id);
      return found === undefined ? missing() : ok(found);
    },
    deleteGroup: async (id) => {
      groups.splice(0, groups.length, ...groups.filter((each) => each.id !== id));
      return written();
    },
    removeMember: async (id) => {
      const at = groups.findIndex((each) => each.id === id);
      groups.splice(at, 1, made({ ...groups[at], members: ['bob'] }));
      return written();
    },
    ...given,
  };
  return scripted(directory);
}

test.each([
  ['faulty', faulty],
  ['a 400', () => rejected(400)],
])('one that was made, and answered with what is %s, is found', async (_, createGroup) => {
  const done = await makeGroup(over([made()], { createGroup: async () => createGroup() }), {}, MADE);
  expect(done).toMatchObject({ verified: 'confirmed', before: 'absent', groupId: 'g' });
});

test('one that doesn’t show after an answer without sense may come yet', async () => {
  const done = await makeGroup(over([], { createGroup: async () => faulty() }), {}, MADE);
  expect(done).toMatchObject({ unsure: true, failure: { code: 'faulty' } });
});

describe('without its marker', () => {
  const bare = made({ externalId: null });
  const unmarked = (left: string) => ({ failure: { code: 'unmarked', left } });

  test('and seen to be gone again, it is refused', async () => {
    const done = await makeGroup(over([bare], { createGroup: async () => created(bare) }), {}, MADE);
    expect(done).toMatchObject({ refused: true, ...unmarked('nothing'), traits: { externalIds: 'wrong' } });
  });

  test.each([[403], [202]])('and not deleted (%i), the subject goes out of it', async (status) => {
    const groups = [bare];
    const deleteGroup = async () => (status === 202 ? written(202) : rejected(403));
    const done = await makeGroup(
      over(groups, { createGroup: async () => created(bare), deleteGroup }),
      {},
      MADE,
    );
    expect(done).toMatchObject({ refused: true, ...unmarked('group') });
    expect(groups).toMatchObject([{ members: ['bob'] }]);
  });

  test('and with the subject still in it, it is kept in mind', async () => {
    const no = async () => rejected(403);
    const reach = over([bare], { createGroup: async () => created(bare), deleteGroup: no, removeMember: no });
    const done = await makeGroup(reach, {}, MADE);
    expect(done).toMatchObject({
      verified: 'unverifiable',
      before: 'absent',
      groupId: 'g',
      ...unmarked('membership'),
    });
    expect(done.refused).toBeUndefined();
  });

  test('and nobody said which it is, it is left alone, kept in mind, and nothing is learned', async () => {
    const groups = [bare];
    const done = await makeGroup(over(groups, { createGroup: async () => created(null) }), {}, MADE);
    expect(done).toMatchObject({ verified: 'unverifiable', before: 'absent', groupId: 'g' });
    expect(done.traits.externalIds).toBeUndefined();
    expect(groups).toEqual([bare]);
  });

  test('somebody else’s, that the subject isn’t in, is not taken for it', async () => {
    const theirs = made({ id: 'theirs', externalId: null, members: ['bob'] });
    for (const answer of [created(null), created(bare)]) {
      const done = await makeGroup(over([theirs], { createGroup: async () => answer }), {}, MADE);
      expect(done).toMatchObject({ verified: 'contradicted', traits: {} });
      expect(done.groupId).toBeUndefined();
    }
  });
});

test('joining it after the POST may fail: the POST carried the member', async () => {
  const empty = made({ members: ['bob'] });
  const addMember = async () => rejected(403);
  const done = await makeGroup(
    over([empty], { createGroup: async () => created(empty), addMember }),
    {},
    MADE,
  );
  expect(done).toMatchObject({ unsure: true, before: 'absent', groupId: 'g', failure: { status: 403 } });
});

test.each([
  ['scim-hook:1', 'absent'],
  ['scim-hook:2', 'present'],
])('a taken name (409) of a group %s that lists the subject needs no write', async (externalId, before) => {
  const createGroup = async () => rejected(409);
  const done = await makeGroup(over([made({ externalId })], { createGroup }), {}, MADE);
  expect(done).toMatchObject({ verified: 'confirmed', before, groupId: 'g', attempts: 1 });
});

describe('two of one name', () => {
  const twins = (members: readonly string[]) => [
    made({ members, version: 'W/"1"' }),
    made({ id: 'h', externalId: null }),
  ];
  const createGroup = async () => created(null);

  test('leave the other, once ours is seen to be gone', async () => {
    const groups = twins(['alice']);
    const done = await makeGroup(over(groups, { createGroup }), {}, MADE);
    expect(done).toMatchObject({ unsure: true, failure: { code: 'twin-group', deleted: true } });
    expect(groups.map(({ id }) => id)).toEqual(['h']);
  });

  test('stay both where somebody is in ours already, and that is said', async () => {
    const groups = twins(['alice', 'bob']);
    const done = await makeGroup(over(groups, { createGroup }), {}, MADE);
    expect(done).toMatchObject({ unsure: true, failure: { code: 'twin-group', deleted: false } });
    expect(groups).toHaveLength(2);
  });

  test('stay both where ours lists somebody without an id', async () => {
    const groups = twins(['alice']).map((each) => ({ ...each, strangers: 1 }));
    await makeGroup(over(groups, { createGroup }), {}, MADE);
    expect(groups).toHaveLength(2);
  });

  test('are told apart without If-Match where it is of no use', async () => {
    const versions: unknown[] = [];
    const deleteGroup: Directory['deleteGroup'] = async (_, version) => {
      versions.push(version);
      return rejected(412);
    };
    const reach = over(twins(['alice']), { createGroup, deleteGroup });
    const done = await makeGroup(reach, { etags: 'frozen' }, MADE);
    expect(versions).toEqual([null]);
    expect(done.failure).toMatchObject({ code: 'twin-group', deleted: false });
  });
});

test('a version that is refused while it is the current one doesn’t keep a group from being deleted', async () => {
  const groups = [made({ members: [], version: 'W/"1"' })];
  const versions: unknown[] = [];
  const reach = over(groups, {
    deleteGroup: async (_, version) => {
      versions.push(version);
      if (version !== null) return rejected(412);
      groups.pop();
      return written();
    },
  });
  const done = await deleteGroup(reach, { listsMembers: true }, { id: 'g', name: 'env-1' });
  expect(versions).toEqual(['W/"1"', null]);
  expect(done).toMatchObject({ verified: 'confirmed', traits: { etags: 'frozen' } });
});
