// Looking somebody up in a directory whose lists can't be trusted: the wrong person never comes back.
import { expect, test } from 'vitest';
import { answerOf, failureOf, rig } from './scim-client-rig.ts';

const list = (resources: unknown, totalResults?: number): string =>
  JSON.stringify({ Resources: resources, ...(totalResults === undefined ? {} : { totalResults }) });

test('a filter that is ignored finds the one who was asked for, in the midst of everybody', async () => {
  await using it = await rig();
  it.fake.scim.pageSize = 3;
  it.fake.misbehave({ how: 'ignore-filter' });
  const ids = ['ann', 'bob', 'cid', 'dan', 'eve'].map((userName) => it.fake.addUser({ userName }));
  const found = answerOf(await it.directory.findSubjects('userName', 'eve'));
  expect(found.map((each) => each.id)).toEqual([ids[4]]);
});

test('a filter that is ignored finds nobody where the one who was asked for is not there', async () => {
  await using it = await rig();
  it.fake.misbehave({ how: 'ignore-filter' });
  it.fake.addUser({
    userName: 'mallory',
    externalId: 'ALICE',
    emails: [{ value: 'alice@acme.example.net' }],
  });
  it.fake.addGroup({ displayName: 'Team', externalId: 'team' });
  expect(answerOf(await it.directory.findSubjects('userName', 'alice'))).toEqual([]);
  expect(answerOf(await it.directory.findSubjects('externalId', 'alice'))).toEqual([]);
  expect(answerOf(await it.directory.findSubjects('emails.value', 'alice@acme.example'))).toEqual([]);
  expect(answerOf(await it.directory.findGroups('displayName', 'team'))).toEqual([]);
  expect(answerOf(await it.directory.findGroups('externalId', 'Team'))).toEqual([]);
});

test.each([
  ['alik', 'ali\u212a'],
  ['ali', 'al\u0131'],
  ['strasse', 'straße'],
  ['alice', ' alice'],
  ['alice', 'alice\u200b'],
])('%s is not somebody whose name only looks the same (%j)', async (asked, own) => {
  await using it = await rig();
  it.fake.misbehave({ how: 'ignore-filter' });
  it.fake.addUser({ userName: own });
  expect(answerOf(await it.directory.findSubjects('userName', asked))).toEqual([]);
});

test('case is folded beyond ASCII too', async () => {
  await using it = await rig();
  const id = it.fake.addUser({ userName: 'ÉVA' });
  expect(answerOf(await it.directory.findSubjects('userName', 'éva'))).toMatchObject([{ id }]);
});

test('two who match are both told of, so that nobody is picked by accident', async () => {
  await using it = await rig();
  for (const userName of ['alice', 'Alice']) it.fake.addUser({ userName });
  expect(answerOf(await it.directory.findSubjects('userName', 'alice'))).toHaveLength(2);
});

test('one who is listed twice is one', async () => {
  await using it = await rig();
  const alice = { id: 'u1', userName: 'alice' };
  it.fake.misbehave({ how: 'answer', status: 200, body: list([alice, alice], 2) });
  expect(answerOf(await it.directory.findSubjects('userName', 'alice'))).toHaveLength(1);
});

test('pages that repeat are a fault: who else matches may be on one that never comes', async () => {
  await using it = await rig();
  it.fake.scim.pageSize = 1;
  it.fake.misbehave({ how: 'repeat-pages' });
  for (const id of ['u1', 'u2']) it.fake.addUser({ id, userName: 'alice' });
  expect(failureOf(await it.directory.findSubjects('userName', 'alice'))).toMatchObject({ code: 'faulty' });
  expect(it.fake.count()).toBe(2);
});

test('pages without end are a fault: whether somebody is the only one can not be told', async () => {
  await using it = await rig();
  it.fake.scim.pageSize = 1;
  it.fake.misbehave({ how: 'ignore-filter' });
  for (let count = 0; count < 50; count += 1) it.fake.addUser({ userName: `user${count}` });
  expect(failureOf(await it.directory.findSubjects('userName', 'user0'))).toMatchObject({ code: 'faulty' });
  expect(it.fake.count()).toBe(20);
});

test('a total that is too high is no reason to go on once nothing more comes', async () => {
  await using it = await rig();
  it.fake.scim.lies.add('totals-too-large');
  it.fake.addUser({ id: 'u1', userName: 'alice' });
  expect(answerOf(await it.directory.findSubjects('userName', 'alice'))).toHaveLength(1);
});

test('the second page is asked for by what was received', async () => {
  await using it = await rig();
  it.fake.scim.pageSize = 2;
  for (let count = 0; count < 5; count += 1) it.fake.addUser({ userName: 'alice' });
  expect(answerOf(await it.directory.findSubjects('userName', 'alice'))).toHaveLength(5);
  const query = '/Users?filter=userName%20eq%20%22alice%22';
  expect(it.fake.requests.map(({ path }) => path)).toEqual([
    query,
    `${query}&startIndex=3`,
    `${query}&startIndex=5`,
  ]);
});

test.each([
  ['with a total that is too low', list([{ id: 'u1', userName: 'alice' }], 0), 1],
  ['without a total', list([{ id: 'u1', userName: 'alice' }]), 1],
  ['under a key in lower case', '{"totalResults": 1, "resources": [{"id": "u1", "userName": "alice"}]}', 1],
  ['with a total alone', '{"totalResults": 0}', 0],
  ['with things that are no users', list([null, 'alice', [], { userName: 'alice' }, { id: 5 }], 0), 0],
])('a list %s is read', async (_, body, count) => {
  await using it = await rig();
  it.fake.misbehave({ how: 'answer', status: 200, body });
  expect(answerOf(await it.directory.findSubjects('userName', 'alice'))).toHaveLength(count);
});

test.each(['{}', '[]', 'null', '{"Resources": "none"}', '{"id": "u1", "userName": "alice"}', '<html>'])(
  'what is no list is a fault, not an empty list: %s',
  async (body) => {
    await using it = await rig();
    it.fake.misbehave({ how: 'answer', status: 200, body });
    expect(failureOf(await it.directory.findSubjects('userName', 'alice'))).toMatchObject({ code: 'faulty' });
  },
);

test('an endpoint that is not there is not a directory without people', async () => {
  await using it = await rig();
  it.fake.misbehave({ how: 'answer', status: 404 });
  expect(failureOf(await it.directory.findSubjects('userName', 'alice'))).toMatchObject({
    code: 'missing',
    what: 'a list of Users',
  });
});

test('a filter the server does not know is refused with its word for that', async () => {
  await using it = await rig();
  const body = JSON.stringify({ scimType: 'invalidFilter', detail: 'not that one' });
  it.fake.misbehave({ how: 'answer', status: 400, body });
  expect(failureOf(await it.directory.findGroups('externalId', 'e'))).toMatchObject({
    code: 'rejected',
    scimType: 'invalidFilter',
  });
});
