// A network and a server that do what real ones do on a bad day: each of it is a plain failure, or harmless.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { answerOf, failureOf, openConnector, rig, TOKEN, Tokens } from './scim-client-rig.ts';

/** Milliseconds, for a server that never answers. */
const IMPATIENT = 150;

describe('a server that can not be reached', () => {
  test('because nobody listens', async () => {
    await using it = await rig();
    const { url } = it.fake;
    await it.fake[Symbol.asyncDispose]();
    expect(failureOf(await it.directory.subject('u1'))).toEqual({
      code: 'unreachable',
      endpoint: url,
      detail: 'the connection was refused (ECONNREFUSED)',
    });
  });

  test('because its name is not known', async () => {
    await using connector = openConnector(new Tokens(TOKEN));
    const endpoint = 'https://scim.invalid/v2';
    const failure = failureOf(
      await connector.connect(endpoint, { pinned: true, timeout: 10_000 }).group('g'),
    );
    expect(failure).toMatchObject({ code: 'unreachable', endpoint });
  });

  test('because it resets the connection, and the next request opens another', async () => {
    await using it = await rig();
    const id = it.fake.addUser({ userName: 'alice' });
    it.fake.misbehave({ how: 'reset' }, { times: 1 });
    const failure = failureOf(await it.directory.subject(id));
    expect(failure).toMatchObject({ code: 'unreachable', endpoint: it.fake.url });
    expect(failure).toHaveProperty('detail', expect.stringMatching(/^the connection was \w+ \(\w+\)$/));
    expect(answerOf(await it.directory.subject(id)).id).toBe(id);
  });

  test('because its answer breaks off', async () => {
    await using it = await rig();
    it.fake.misbehave({ how: 'cut' });
    expect(failureOf(await it.directory.subject('u1'))).toMatchObject({ code: 'unreachable' });
  });

  test('after a change was made: nothing is sent again without having looked', async () => {
    await using it = await rig();
    const member = it.fake.addUser({ userName: 'alice' });
    const group = it.fake.addGroup({ displayName: 'team' });
    it.fake.misbehave({ how: 'lose-answer' });
    expect(failureOf(await it.directory.addMember(group, member)).code).toBe('unreachable');
    expect(it.fake.members('team')).toEqual([member]);
    expect(it.fake.count()).toBe(1);
  });
});

describe('a server that takes too long is given up', () => {
  test.each(['hang', 'drip'] as const)('when it lets us wait (%s)', async (how) => {
    await using it = await rig({ timeout: IMPATIENT });
    it.fake.misbehave({ how });
    expect(failureOf(await it.directory.subject('u1'))).toEqual({
      code: 'unreachable',
      endpoint: it.fake.url,
      detail: `no whole answer within ${IMPATIENT} ms`,
    });
  });

  test('when it never finishes connecting', async () => {
    // Accepts, and then says nothing where TLS wants to be greeted.
    const server = createServer((socket) => socket.on('error', () => {}));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await using connector = openConnector(new Tokens(TOKEN));
    const directory = connector.connect(`https://localhost:${port}`, { pinned: true, timeout: IMPATIENT });
    expect(failureOf(await directory.subject('u1')).code).toBe('unreachable');
    server.close();
  });

  test('and the next request has its own time', async () => {
    await using it = await rig({ timeout: IMPATIENT });
    const id = it.fake.addUser({ userName: 'alice' });
    it.fake.misbehave({ how: 'hang' }, { times: 1 });
    const [first, second] = await Promise.all([it.directory.subject(id), it.directory.subject(id)]);
    expect(failureOf(first).code).toBe('unreachable');
    expect(answerOf(second).id).toBe(id);
  });
});

describe('what the server answers', () => {
  test('more than anybody can need is not read to its end', async () => {
    await using it = await rig();
    it.fake.misbehave({ how: 'flood' });
    expect(failureOf(await it.directory.group('g1'))).toEqual({
      code: 'faulty',
      endpoint: it.fake.url,
      status: 200,
      detail: 'the answer is too large',
    });
  });

  test.each([
    ['a sign-in page', '<!doctype html><title>Sign in</title>'],
    ['half a document', '{"id": "u1"'],
    ['nothing', ''],
    ['no resource', '[]'],
    ['another resource', '{"id": "u2", "userName": "mallory"}'],
    ['a resource without an id', '{"userName": "alice"}'],
    ['a number as the id', '{"id": 1}'],
    ['brackets without end', '['.repeat(1_000_000)],
    [
      'a resource that nobody could write back',
      `{"id": "u1", "roles": [{"value": "a", "x": ${'['.repeat(10_000)}${']'.repeat(10_000)}}]}`,
    ],
    ['objects without end', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ])('a 200 with %s is faulty for a read', async (_, body) => {
    await using it = await rig();
    it.fake.misbehave({ how: 'answer', status: 200, body });
    const faulty = { code: 'faulty', endpoint: it.fake.url, status: 200 };
    expect(failureOf(await it.directory.subject('u1'))).toMatchObject(faulty);
    expect(failureOf(await it.directory.group('u1'))).toMatchObject(faulty);
  });

  test.each([201, 202, 206])('a %i is no answer to a read', async (status) => {
    await using it = await rig();
    it.fake.misbehave({ how: 'answer', status, body: '{"id": "u1"}' });
    expect(failureOf(await it.directory.subject('u1'))).toMatchObject({ code: 'faulty', status });
  });

  test.each([
    ['200 with a resource', 200, '{"id": "g1"}', false],
    ['200 with an empty object', 200, '{}', false],
    ['200 with nothing', 200, '', false],
    ['204', 204, undefined, false],
    ['202, which promises nothing', 202, '', true],
  ])('a change is taken with %s', async (_, status, body, accepted) => {
    await using it = await rig();
    it.fake.misbehave({ how: 'answer', status, ...(body === undefined ? {} : { body }) });
    expect(answerOf(await it.directory.removeMember('g1', 'u1'))).toMatchObject({ status, accepted });
  });

  test.each([
    [200, '<html>'],
    [201, '{}'],
    [206, '{}'],
  ])('a change is not taken with a %i and %s', async (status, body) => {
    await using it = await rig();
    it.fake.misbehave({ how: 'answer', status, body });
    expect(failureOf(await it.directory.addMember('g1', 'u1'))).toMatchObject({ code: 'faulty', status });
  });

  test('a 202 of the fake changes nothing, as it may', async () => {
    await using it = await rig();
    const member = it.fake.addUser({ userName: 'alice' });
    const group = it.fake.addGroup({ displayName: 'team' });
    it.fake.misbehave({ how: 'accept' });
    expect(answerOf(await it.directory.addMember(group, member)).accepted).toBe(true);
    expect(it.fake.members('team')).toEqual([]);
  });
});

test('hostile attributes are read as what they are', async () => {
  await using it = await rig();
  const user = `{"id": "u1", "__proto__": {"active": false, "polluted": true}, "constructor": null,
    "active": {"toString": 1, "valueOf": 1}, "emails": [null, 1, [], {"value": {}}], "groups": [{"value": 7}],
    "roles": [{"__proto__": {"value": "admin"}}, {"value": "reader", "__proto__": {"value": "admin"}}],
    "entitlements": {"length": 3}}`;
  it.fake.misbehave({ how: 'answer', status: 200, body: user });
  const facts = answerOf(await it.directory.subject('u1'));
  expect(facts).toMatchObject({ userName: null, active: true, emails: [], groups: [], entitlements: [] });
  expect(facts.roles.map((role) => role.value)).toEqual(['', 'reader']);
  expect(facts.unreadable).toEqual(['entitlements']);
  expect(Object.prototype).not.toHaveProperty('polluted');
  it.fake.misbehave({
    how: 'answer',
    status: 200,
    body: `{"id": "g1", "members": [${'{},'.repeat(999_999)}1]}`,
  });
  it.fake.behave();
  it.fake.misbehave({
    how: 'answer',
    status: 200,
    body: `{"id": "g1", "members": [${'{},'.repeat(999_999)}1]}`,
  });
  expect(answerOf(await it.directory.group('g1')).members).toEqual([]);
});
