// What goes over the wire, letter for letter, because servers differ in what they forgive (RFC 7644).
import { expect, test } from 'vitest';
import { answerOf, failureOf, openConnector, rig, TOKEN, Tokens } from './scim-client-rig.ts';

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

test('each change is one operation, in the form of RFC 7644 section 3.5.2', async () => {
  await using it = await rig();
  const id = it.fake.addUser({ userName: 'alice' });
  const group = it.fake.addGroup({ displayName: 'team' });
  answerOf(await it.directory.addMember(group, id));
  answerOf(await it.directory.removeMember(group, id));
  const reader = { value: 'reader', whole: { value: 'reader', display: 'Reader' } };
  answerOf(await it.directory.setValues(id, 'role', [reader]));
  answerOf(await it.directory.setValues(id, 'entitlement', []));
  expect(it.fake.requests.map(({ method, path, body }) => ({ method, path, body }))).toEqual([
    {
      method: 'PATCH',
      path: `/Groups/${group}`,
      body: { schemas: [PATCH], Operations: [{ op: 'add', path: 'members', value: [{ value: id }] }] },
    },
    {
      method: 'PATCH',
      path: `/Groups/${group}`,
      body: { schemas: [PATCH], Operations: [{ op: 'remove', path: `members[value eq "${id}"]` }] },
    },
    {
      method: 'PATCH',
      path: `/Users/${id}`,
      body: {
        schemas: [PATCH],
        Operations: [{ op: 'replace', path: 'roles', value: [{ value: 'reader', display: 'Reader' }] }],
      },
    },
    {
      method: 'PATCH',
      path: `/Users/${id}`,
      body: { schemas: [PATCH], Operations: [{ op: 'replace', path: 'entitlements', value: [] }] },
    },
  ]);
});

test('requests say who asks, what they speak, and which request they are', async () => {
  let count = 0;
  const newRequestId = () => {
    count += 1;
    return `ours-${count}`;
  };
  await using it = await rig({ newRequestId, userAgent: 'scim-hook/1.2.3' });
  await it.directory.subject('u1');
  await it.directory.addMember('g1', 'u1');
  const [read, change] = it.fake.requests.map(({ headers }) => headers);
  expect(read).toMatchObject({
    accept: 'application/scim+json, application/json;q=0.9',
    'user-agent': 'scim-hook/1.2.3',
    'x-request-id': 'ours-1',
  });
  expect(read).not.toHaveProperty('content-type');
  expect(change).toMatchObject({ 'content-type': 'application/scim+json', 'x-request-id': 'ours-2' });
});

test.each(['alice@example.com', 'auth0|x', '1', 'a/b', 'a?b#c', '%2e%2e', 'Éva 開発', '../Groups/g1', '...'])(
  'an id is one segment of the path, whatever it holds: %s',
  async (id) => {
    await using it = await rig();
    it.fake.addUser({ id, userName: 'alice' });
    it.fake.addGroup({ id, displayName: 'team' });
    expect(answerOf(await it.directory.subject(id)).id).toBe(id);
    expect(answerOf(await it.directory.addMember(id, id)).status).toBe(204);
    expect(it.fake.members('team')).toEqual([id]);
    answerOf(await it.directory.removeMember(id, id));
    expect(it.fake.members('team')).toEqual([]);
  },
);

test.each(['', '.', '..', 'lone \ud800'])(
  'an id no URL can carry is missing, and nothing is sent: %j',
  async (id) => {
    await using it = await rig();
    expect(failureOf(await it.directory.subject(id))).toMatchObject({ code: 'missing', status: 0 });
    expect(failureOf(await it.directory.addMember(id, 'u1'))).toMatchObject({ code: 'missing' });
    expect(failureOf(await it.directory.setValues(id, 'role', []))).toMatchObject({ code: 'missing' });
    expect(answerOf(await it.directory.findGroups('id', id))).toEqual([]);
    expect(it.fake.count()).toBe(0);
  },
);

test('a base path is kept, with or without a slash at its end', async () => {
  await using it = await rig();
  const id = it.fake.addUser({ userName: 'alice' });
  await using connector = openConnector(new Tokens(TOKEN));
  const directory = connector.connect(`${it.fake.url}/`, { pinned: true, timeout: 10_000 });
  expect(answerOf(await directory.subject(id)).id).toBe(id);
  expect(it.fake.requests.map(({ path }) => path)).toEqual([`/Users/${id}`]);
});

test('a connection is kept for the next request, and for the next directory', async () => {
  await using it = await rig();
  await using connector = openConnector(new Tokens(TOKEN));
  for (const id of ['u1', 'u2', 'u3']) {
    await connector.connect(it.fake.url, { pinned: true, timeout: 10_000 }).subject(id);
  }
  expect(it.fake.count()).toBe(3);
  expect(it.fake.connections).toBe(1);
});

test.each([
  ['x-request-id', 'abc-123', 'abc-123'],
  ['request-id', 'abc', 'abc'],
  ['x-amzn-requestid', 'abc', 'abc'],
  ['x-okta-request-id', 'abc', 'abc'],
  ['x-ms-request-id', 'abc', 'abc'],
  ['X-MS-Request-Id', 'x'.repeat(1000), 'x'.repeat(128)],
  ['x-request-id', 'a\tb\u00e9c', 'abc'],
  ['x-request-id', '', null],
  ['date-of-birth', 'abc', null],
])("the server's id of a change is told (%s)", async (header, value, expected) => {
  await using it = await rig();
  it.fake.misbehave({ how: 'answer', status: 204, headers: { 'x-request-id': '', [header]: value } });
  expect(answerOf(await it.directory.addMember('g1', 'u1')).requestId).toBe(expected);
});

test("the server's own id comes before an echo of ours", async () => {
  await using it = await rig({ newRequestId: () => 'ours' });
  const headers = { 'x-request-id': 'ours', 'x-ms-request-id': 'theirs' };
  it.fake.misbehave({ how: 'answer', status: 204, headers }, { times: 1 });
  expect(answerOf(await it.directory.addMember('g1', 'u1')).requestId).toBe('theirs');
  it.fake.misbehave({ how: 'answer', status: 204, headers: { 'x-request-id': 'ours' } });
  expect(answerOf(await it.directory.addMember('g1', 'u1')).requestId).toBe('ours');
});
