// The fake directory as one of the servers it knows by name: each documented limit is there.
import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Json } from '../support/fake-resource.ts';
import { add, idsIn, member, remove, replace, Stage } from './adversary-rig.ts';

const ALICE = { value: 'alice' };
const removeBob = remove('members[value eq "bob"]');
const many = (count: number): Json[] => Array.from({ length: count }, (_, index) => member(`u${index}`));

describe('AWS IAM Identity Center', () => {
  const aws = () => Stage.open('aws-iam-identity-center');

  test.each([
    ['Groups', 'displayName eq "Team"', ['team']],
    ['Groups', String.raw`externalId eq "x\"1"`, ['team']],
    ['Groups', 'id eq "team" and members eq "bob"', ['team']],
    ['Groups', 'members eq "bob" and id eq "staff"', []],
    ['Groups', 'members.value eq "bob"', ['team']],
    ['Groups', 'id eq "team" and members eq "nobody"', 404],
    ['Groups', 'members[value eq "bob"]', 400],
    ['Groups', 'displayName eq "Team" and externalId eq "x"', 400],
    ['Users', 'userName eq "bob@acme.example"', ['bob']],
    ['Users', 'groups.value eq "team"', ['bob']],
    ['Users', 'emails.value eq "bob@acme.example"', 400],
  ] as const)('has these filters: %s?filter=%s', async (list, filter, found) => {
    await using it = await aws();
    expect(await it.ids(list, filter)).toEqual(found);
  });

  test.each([
    ['adds', add('members', [ALICE]), [204, 'bob', 'alice']],
    ['removes', removeBob, [204]],
    ['neither replaces', replace('members', [ALICE]), [400, 'bob']],
    ['nor removes all', remove('members'), [400, 'bob']],
  ])('%s members', async (_, operation, expected) => {
    await using it = await aws();
    expect(await it.members('team', operation)).toEqual(expected);
  });

  test('takes 100 changes and not one more', async () => {
    await using it = await aws();
    for (const { value } of many(101)) it.fake.addUser({ id: String(value), userName: String(value) });
    expect(await it.members('staff', add('members', many(101)))).toEqual([400, 'team']);
    expect(await it.members('staff', add('members', many(100)))).toHaveLength(102);
  });

  test('lists neither members nor groups nor entitlements, and pages by cursor alone', async () => {
    await using it = await aws();
    expect((await it.get('/Groups/team?excludedAttributes=members')).body['members']).toEqual([]);
    const { body } = await it.get('/Users/bob');
    expect(Object.keys(body).sort()).toEqual(['id', 'schemas', 'userName']);
    expect((await it.patch('/Users/bob', add('entitlements', [member('x')]))).status).toBe(400);
    expect((await it.patch('/Users/bob', add('roles', [member('x')]))).status).toBe(200);
    expect(idsIn((await it.get('/Users?count=1&startIndex=2')).body)).toEqual(['alice']);
    expect((await it.get('/Users?count=1&cursor')).body).toHaveProperty('nextCursor');
  });
});

describe('Google Cloud Identity', () => {
  test.each([
    ['one is added', [add('members', [ALICE])], [200, 'bob', 'alice']],
    ['one is removed', [removeBob], [200]],
    ['two operations for one member', [remove('members[value eq "bob"]'), add('members', [])], [200]],
    ['two members', [add('members', [ALICE, member('team')])], [400, 'bob']],
    ['two members in two operations', [add('members', [ALICE]), removeBob], [400, 'bob']],
    ['three operations', [add('members', [ALICE]), add('members', []), add('members', [])], [400, 'bob']],
    ['the legacy form', [remove('members', [member('bob')])], [400, 'bob']],
  ])('%s', async (_, operations, expected) => {
    await using it = await Stage.open('google-cloud-identity');
    expect(await it.members('team', ...operations)).toEqual(expected);
  });

  test('says {} to what it does', async () => {
    await using it = await Stage.open('google-cloud-identity');
    expect((await it.patch('/Groups/team', removeBob)).text).toBe('{}');
  });
});

test('GitHub wants to know who asks, and how paths are spelled', async () => {
  await using it = await Stage.open('github-emu');
  const status = await new Promise((resolve, reject) => {
    const headers = { authorization: 'Bearer a-token-for-tests' };
    request(`${it.fake.url}/Users`, { headers }, (response) => resolve(response.resume().statusCode))
      .once('error', reject)
      .end();
  });
  expect(status).toBe(403);
  expect((await it.get('/Users')).status).toBe(200);
  expect((await it.get('/users')).status).toBe(404);
  expect((await it.patch('/Users/bob', add('roles', [member('enterprise_owner')]))).status).toBe(200);
});

describe('Entra', () => {
  test.each([
    ['GET', '/Users/nobody', 400],
    ['GET', '/Users?count=0', 400],
    ['GET', '/Users', 200],
    ['GET', '/Groups?filter=members%5Bvalue%20eq%20%22bob%22%5D', 400],
    ['PUT', '/Groups/team', 405],
    ['DELETE', '/Groups/team', 406],
  ])('%s %s is answered %i', async (method, path, expected) => {
    await using it = await Stage.open('entra');
    const body = method === 'PUT' ? { displayName: 'Team' } : undefined;
    const answer = await it.ask(method, path, body, { accept: 'application/scim+json' });
    expect(answer.status).toBe(expected);
  });

  test('lists in lower case, and has no entitlements', async () => {
    await using it = await Stage.open('entra');
    const { body } = await it.get('/Users?count=1&startIndex=2');
    expect(body['resources']).toEqual([expect.not.objectContaining({ entitlements: expect.anything() })]);
    expect((await it.patch('/Users/bob', add('roles', [member('x')]))).status).toBe(204);
    expect((await it.patch('/Users/bob', remove('entitlements'))).status).toBe(400);
    expect((await it.ask('DELETE', '/Groups/team', undefined, { accept: '*/*' })).status).toBe(204);
  });
});

test('Okta says in its own way when to come again, and what a role is', async () => {
  await using it = await Stage.open('okta');
  it.fake.misbehave({ how: 'throttle', retryAfter: 7 }, { times: 1 });
  const { status, headers } = await it.get('/Users');
  const told = ['retry-after', 'x-rate-limit-remaining'].map((name) => headers.get(name));
  expect([status, ...told]).toEqual([429, null, '0']);
  expect(Number(headers.get('x-rate-limit-reset'))).toBeGreaterThan(1.7e9);
  expect((await it.get('/Users')).body).toMatchObject({
    Resources: [{}, { entitlements: [{ value: 'seat', type: 'Entitlement', display: 'seat' }] }],
  });
});
