// The fake directory when things go wrong on the wire, what it counts, and its watch over everybody but the subject.
import { describe, expect, test } from 'vitest';
import { add, member, remove, replace, Stage } from './adversary-rig.ts';

describe('a fault', () => {
  test.each(['slow-first-byte', 'slow-body'] as const)('%s comes in the end', async (how) => {
    await using it = await Stage.open();
    it.fake.misbehave({ how, ms: 5 });
    expect((await it.get('/Users/bob')).body['id']).toBe('bob');
  });

  test('slow-body is slow after its headers', async () => {
    await using it = await Stage.open();
    it.fake.misbehave({ how: 'slow-body', ms: 1e6 });
    const headers = { authorization: 'Bearer a-token-for-tests' };
    const response = await fetch(`${it.fake.url}/Users/bob`, { headers });
    expect(response.status).toBe(200);
    const chunk = await response.body?.getReader().read();
    expect(chunk?.done).toBe(false);
  });

  test('html is a page for people', async () => {
    await using it = await Stage.open();
    it.fake.misbehave({ how: 'html' });
    const { status, headers, text } = await it.get('/Users/bob');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).toContain('<form>');
  });

  test('wrong-length announces fewer bytes than there are', async () => {
    await using it = await Stage.open();
    const { text } = await it.get('/Users/bob');
    it.fake.misbehave({ how: 'wrong-length', by: -7 });
    expect((await it.get('/Users/bob').catch(() => null))?.text ?? '').not.toBe(text);
  });

  test('wrong-length announces more bytes than there are', async () => {
    await using it = await Stage.open();
    it.fake.misbehave({ how: 'wrong-length', by: 1000 });
    const headers = { authorization: 'Bearer a-token-for-tests' };
    const { url } = it.fake;
    const response = await fetch(`${url}/Users/bob`, { headers });
    const length = Number(response.headers.get('content-length'));
    const chunk = await response.body?.getReader().read();
    expect(length - (chunk?.value?.length ?? 0)).toBe(1000);
  });

  test('lost-update loses one of two writes at a time, and none of two in turn', async () => {
    await using it = await Stage.open();
    it.fake.misbehave({ how: 'lost-update', ms: 300 }, { method: 'PATCH' });
    const join = (id: string) => it.patch('/Groups/staff', add('members', member(id)));
    const answers = await Promise.all([join('alice'), join('bob')]);
    expect(answers.map(({ status }) => status)).toEqual([204, 204]);
    expect(it.fake.members('Staff')).toHaveLength(2);
    await join('alice');
    await join('bob');
    expect(it.fake.members('Staff')).toHaveLength(3);
  });

  test('lost-update is about roles too', async () => {
    await using it = await Stage.open();
    it.fake.misbehave({ how: 'lost-update', ms: 300 }, { method: 'PATCH' });
    const give = (role: string) => it.patch('/Users/bob', add('roles', member(role)));
    await Promise.all([give('a'), give('b')]);
    expect(it.fake.user('bob').roles).toHaveLength(1);
  });

  test('lost-update spares a server whose ETags are honoured', async () => {
    await using it = await Stage.open();
    it.fake.scim.etags = 'honoured';
    it.fake.misbehave({ how: 'lost-update', ms: 300 }, { method: 'PATCH' });
    const join = (id: string) => it.patch('/Groups/staff', add('members', member(id)));
    await Promise.all([join('alice'), join('bob')]);
    expect([...it.fake.members('Staff')].sort()).toEqual(['alice', 'bob', 'team']);
  });

  test.each([301, 302, 303, 307, 308] as const)('redirect says %i, and where to', async (status) => {
    await using it = await Stage.open();
    it.fake.misbehave({ how: 'redirect', to: 'https://elsewhere.invalid/', status });
    const answer = await it.get('/Users/bob');
    expect([answer.status, answer.headers.get('location')]).toEqual([status, 'https://elsewhere.invalid/']);
  });

  test.each([
    [7, '7'],
    [new Date(0), 'Thu, 01 Jan 1970 00:00:00 GMT'],
    [undefined, null],
  ])('throttle says when to come again, for so many requests: %s', async (retryAfter, expected) => {
    await using it = await Stage.open();
    it.fake.misbehave({ how: 'throttle', ...(retryAfter === undefined ? {} : { retryAfter }) }, { times: 2 });
    const answers = [await it.get('/Users'), await it.get('/Users'), await it.get('/Users')];
    expect(answers.map(({ status }) => status)).toEqual([429, 429, 200]);
    expect(answers[0]?.headers.get('retry-after')).toBe(expected);
  });

  test.each(['POST', 'PUT', 'DELETE'] as const)('is about %s alone', async (method) => {
    await using it = await Stage.open();
    it.fake.misbehave({ how: 'answer', status: 503 }, { method });
    expect((await it.get('/Groups/team')).status).toBe(200);
    const path = method === 'POST' ? '/Groups' : '/Groups/team';
    expect((await it.ask(method, path, { displayName: 'Team' })).status).toBe(503);
  });
});

describe('what is counted', () => {
  test('the bytes that were sent, and the requests at one time', async () => {
    await using it = await Stage.open();
    expect([it.fake.bytesSent, it.fake.mostInFlight]).toEqual([0, 0]);
    const { text } = await it.get('/Users');
    expect(it.fake.bytesSent).toBeGreaterThan(text.length);
    expect(it.fake.mostInFlight).toBe(1);
    it.fake.misbehave({ how: 'hang' });
    // Each ends with the server.
    for (const path of ['/Users', '/Groups', '/Users/bob']) it.get(path).catch(() => null);
    while (it.fake.count() < 4) await it.fake.next();
    expect(it.fake.mostInFlight).toBe(3);
  });
});

describe('the watch', () => {
  test.each([
    ['the subject joins', add('members', member('alice')), []],
    ['somebody loses', remove('members'), ['lost bob@acme.example: member of Team']],
    ['a group gains', add('members', member('staff')), ['gained staff: member of Team']],
    [
      'somebody is exchanged',
      replace('members', [member('alice')]),
      ['lost bob@acme.example: member of Team'],
    ],
  ])('of groups: %s', async (_, operation, expected) => {
    await using it = await Stage.open();
    const watch = it.fake.watch();
    await it.members('team', operation);
    expect(it.fake.harm(watch, 'alice')).toEqual(expected);
  });

  test('of roles and entitlements, and of groups that are gone', async () => {
    await using it = await Stage.open();
    const watch = it.fake.watch();
    await it.patch('/Users/bob', add('roles', [member('root')]), remove('entitlements'));
    await it.patch('/Users/alice', remove('roles'));
    await it.ask('DELETE', '/Groups/team');
    expect(it.fake.harm(watch, 'alice').sort()).toEqual([
      'gained bob@acme.example: role {"value":"root"}',
      'lost bob@acme.example: entitlement {"value":"seat"}',
      'lost bob@acme.example: member of Team',
      'lost team: member of Staff',
    ]);
    expect(it.fake.harm(it.fake.watch())).toEqual([]);
  });
});
