// Where the token goes, and above all where it doesn't.
import { describe, expect, test } from 'vitest';
import type { Directory } from '../../src/flow/ports.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { answerOf, failureOf, openConnector, rig, TOKEN, Tokens } from './scim-client-rig.ts';

const OPERATIONS: readonly (readonly [string, (directory: Directory) => ReturnType<Directory['subject']>])[] =
  [
    ['subject', (directory) => directory.subject('u1')],
    ['findSubjects', (directory) => directory.findSubjects('userName', 'alice') as never],
    ['group', (directory) => directory.group('g1') as never],
    ['findGroups', (directory) => directory.findGroups('displayName', 'team') as never],
    ['addMember', (directory) => directory.addMember('g1', 'u1') as never],
    ['removeMember', (directory) => directory.removeMember('g1', 'u1') as never],
    ['setValues', (directory) => directory.setValues('u1', 'role', []) as never],
  ];

describe('without a token nothing is sent', () => {
  test.each(OPERATIONS)('%s', async (_, operation) => {
    await using it = await rig({ token: new Tokens(null) });
    expect(failureOf(await operation(it.directory))).toEqual({ code: 'no-token', endpoint: it.fake.url });
    expect(it.fake.connections).toBe(0);
  });

  test.each(['', 'two\r\nlines', 'two words', 'tökén'])(
    'nor with one no header can carry (%j)',
    async (bad) => {
      await using it = await rig({ token: new Tokens(bad) });
      expect(failureOf(await it.directory.subject('u1')).code).toBe('no-token');
      expect(it.fake.connections).toBe(0);
    },
  );

  test('and a later login is noticed', async () => {
    await using it = await rig({ token: new Tokens(null, TOKEN) });
    const id = it.fake.addUser({ userName: 'alice' });
    expect(failureOf(await it.directory.subject(id)).code).toBe('no-token');
    expect(answerOf(await it.directory.subject(id)).id).toBe(id);
  });
});

test('the token is asked for with the first request, once, and sent as a bearer', async () => {
  const token = new Tokens(TOKEN);
  await using it = await rig({ token });
  expect(token.asked).toEqual([]);
  await Promise.all(OPERATIONS.map(([, operation]) => operation(it.directory)));
  expect(token.asked).toEqual([{ endpoint: it.fake.url, pinned: true, renew: false }]);
  expect(new Set(it.fake.requests.map((request) => request.authorization))).toEqual(
    new Set([`Bearer ${TOKEN}`]),
  );
});

test('an endpoint that is not pinned has a token of its own', async () => {
  await using fake = await FakeDirectory.start();
  const token = new Tokens('one', 'two');
  await using connector = openConnector(token);
  for (const pinned of [true, false, true]) {
    await connector.connect(fake.url, { pinned, timeout: 10_000 }).subject('u1');
  }
  expect(token.asked.filter((ask) => !ask.renew).map((ask) => ask.pinned)).toEqual([true, false]);
});

describe('on a 401', () => {
  test('another token is asked for, and the request is sent once more', async () => {
    const token = new Tokens('expired', TOKEN);
    await using it = await rig({ token });
    const id = it.fake.addUser({ userName: 'alice' });
    expect(answerOf(await it.directory.subject(id)).userName).toBe('alice');
    expect(answerOf(await it.directory.subject(id)).userName).toBe('alice');
    expect(token.asked.map((ask) => ask.renew)).toEqual([false, true]);
    expect(it.fake.requests.map((request) => request.authorization)).toEqual([
      'Bearer expired',
      `Bearer ${TOKEN}`,
      `Bearer ${TOKEN}`,
    ]);
  });

  test('a change is made once', async () => {
    await using it = await rig({ token: new Tokens('expired', TOKEN) });
    const member = it.fake.addUser({ userName: 'alice' });
    const group = it.fake.addGroup({ displayName: 'team' });
    expect(answerOf(await it.directory.addMember(group, member)).status).toBe(204);
    expect(it.fake.members('team')).toEqual([member]);
  });

  test('the same token is not sent again', async () => {
    await using it = await rig({ token: new Tokens('wrong') });
    expect(failureOf(await it.directory.subject('u1'))).toEqual({
      code: 'denied',
      endpoint: it.fake.url,
      status: 401,
    });
    expect(it.fake.count()).toBe(1);
  });

  test('a token that is gone is not sent again', async () => {
    await using it = await rig({ token: new Tokens('wrong', null) });
    expect(failureOf(await it.directory.subject('u1')).code).toBe('denied');
    expect(it.fake.count()).toBe(1);
  });

  test('a second refusal is final', async () => {
    const token = new Tokens('wrong', 'wrong-too', TOKEN);
    await using it = await rig({ token });
    expect(failureOf(await it.directory.subject('u1')).code).toBe('denied');
    expect(it.fake.count()).toBe(2);
    expect(token.asked).toHaveLength(2);
  });

  test('requests that were refused together share the new token', async () => {
    const token = new Tokens('expired', TOKEN);
    await using it = await rig({ token });
    const id = it.fake.addUser({ userName: 'alice' });
    const answers = await Promise.all([it.directory.subject(id), it.directory.subject(id)]);
    expect(answers.map((answer) => answerOf(answer).id)).toEqual([id, id]);
    expect(token.asked).toHaveLength(2);
  });
});

test('a 403 is final: another token of the same person would be refused as well', async () => {
  const token = new Tokens(TOKEN);
  await using it = await rig({ token });
  it.fake.misbehave({ how: 'answer', status: 403 });
  expect(failureOf(await it.directory.subject('u1'))).toMatchObject({ code: 'denied', status: 403 });
  expect(it.fake.count()).toBe(1);
  expect(token.asked).toHaveLength(1);
});

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])('with %i is not followed to another host', async (status) => {
    await using elsewhere = await FakeDirectory.start();
    await using it = await rig();
    const location = `${elsewhere.url}/Users/u1?session=secret#top`;
    it.fake.misbehave({ how: 'answer', status, headers: { location } });
    expect(failureOf(await it.directory.subject('u1'))).toEqual({
      code: 'rejected',
      endpoint: it.fake.url,
      status,
      scimType: null,
      detail: `redirects to ${elsewhere.url}/Users/u1`,
    });
    expect(elsewhere.connections).toBe(0);
    expect(it.fake.count()).toBe(1);
  });

  test.each([301, 302, 303, 307, 308])('with %i is followed within the origin by a read', async (status) => {
    await using it = await rig();
    const id = it.fake.addUser({ userName: 'alice' });
    const location = `${it.fake.url}/Users/${id}?x=y`;
    it.fake.misbehave({ how: 'answer', status, headers: { location } }, { times: 1 });
    expect(answerOf(await it.directory.subject(id)).id).toBe(id);
    expect(it.fake.requests.map(({ path }) => path)).toEqual([`/Users/${id}`, `/Users/${id}?x=y`]);
  });

  test.each([
    [301, 1],
    [302, 1],
    [303, 1],
    [307, 2],
    [308, 2],
  ])('of a change with %i is followed only where the method stays', async (status, requests) => {
    await using it = await rig();
    const member = it.fake.addUser({ userName: 'alice' });
    const group = it.fake.addGroup({ displayName: 'team' });
    const location = `${it.fake.url}/Groups/${group}?x=y`;
    it.fake.misbehave({ how: 'answer', status, headers: { location } }, { times: 1 });
    expect((await it.directory.addMember(group, member)).ok).toBe(requests === 2);
    expect(it.fake.count('PATCH')).toBe(requests);
    expect(it.fake.count()).toBe(requests);
  });

  test.each([307, 308])('of a change with %i to another group is not followed', async (status) => {
    await using it = await rig();
    const member = it.fake.addUser({ userName: 'alice' });
    const [group, admins] = ['team', 'admins'].map((displayName) => it.fake.addGroup({ displayName }));
    it.fake.misbehave({ how: 'answer', status, headers: { location: `${it.fake.url}/Groups/${admins}` } });
    expect(failureOf(await it.directory.addMember(group ?? '', member)).code).toBe('rejected');
    expect(it.fake.count()).toBe(1);
    expect(it.fake.members('admins')).toEqual([]);
  });

  test('that goes round in circles comes to an end', async () => {
    await using it = await rig();
    it.fake.misbehave({ how: 'answer', status: 307, headers: { location: '?again' } });
    expect(failureOf(await it.directory.group('g1'))).toMatchObject({ code: 'rejected', status: 307 });
    expect(it.fake.count()).toBe(4);
  });

  test.each([{}, { location: 'http://' }])('that names no place (%j) is rejected too', async (headers) => {
    await using it = await rig();
    it.fake.misbehave({ how: 'answer', status: 302, headers });
    expect(failureOf(await it.directory.group('g1'))).toMatchObject({ code: 'rejected', status: 302 });
  });
});

test.each([300, 400, 409, 418, 422, 429, 500, 503, 200])(
  'a server that repeats the token (in a %i) does not bring it into a failure',
  async (status) => {
    await using it = await rig();
    // At the very place where words that are too long are cut.
    const detail = `${'x'.repeat(301 - TOKEN.length)}${TOKEN} is no good`;
    it.fake.misbehave({
      how: 'answer',
      status,
      headers: { location: `https://${TOKEN}@example.com/${TOKEN}?${TOKEN}`, 'retry-after': TOKEN },
      body: JSON.stringify({ detail, scimType: TOKEN, status: TOKEN }),
    });
    const failure = failureOf(await it.directory.findGroups('displayName', 'team'));
    expect(JSON.stringify(failure)).not.toContain(TOKEN.slice(0, 6));
  },
);

test.each([
  'http://example.com/scim/v2',
  'ftp://127.0.0.1/',
  'https://alice:secret@example.com/scim',
  'nonsense',
])('an endpoint nobody may have pinned is a bug: %s', async (endpoint) => {
  await using connector = openConnector(new Tokens(TOKEN));
  expect(() => connector.connect(endpoint, { pinned: true, timeout: 1 })).toThrow('nobody checked');
});
