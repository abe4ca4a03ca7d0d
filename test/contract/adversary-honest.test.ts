// The fake directory when it is honest: what RFC 7643, 7644 and 9865 say, as far as a client of memberships asks for it.
import { describe, expect, test } from 'vitest';
import { add, idsIn, member, remove, replace, Stage } from './adversary-rig.ts';

const ALICE = { value: 'alice' };

describe('filters', () => {
  test.each([
    ['Groups', 'displayName eq "team"', ['team']],
    ['Groups', 'id eq "team" and members.value eq "bob"', ['team']],
    ['Groups', 'members eq "bob" and id eq "team"', ['team']],
    ['Groups', 'members eq "bob" and id eq "staff"', []],
    ['Groups', 'members[value eq "bob"]', ['team']],
    ['Groups', 'members[value eq "bob"] and displayName eq "Team"', ['team']],
    ['Groups', 'displayName eq "a and b"', []],
    ['Users', 'groups.value eq "team"', ['bob']],
    ['Users', 'groups eq "staff"', ['bob']],
    ['Users', 'roles.value eq "reader"', ['alice']],
    ['Users', 'roles[type eq "app" and value eq "reader"]', ['alice']],
    ['Users', 'active eq true and userName eq "BOB@acme.example"', ['bob']],
    ['Users', 'userName eq "bob@acme.example" or id eq "alice"', 400],
    ['Users', 'userName sw "b"', 400],
    ['Users', 'nickName eq "b"', 400],
    ['Users', String.raw`userName eq "\x"`, 400],
    ['Users', '', 400],
  ] as const)('%s?filter=%s', async (list, filter, found) => {
    await using it = await Stage.open();
    expect(await it.ids(list, filter)).toEqual(found);
  });
});

describe('a PATCH of a group', () => {
  test.each([
    ['adds a list', [add('members', [ALICE, member('team')])], [204, 'team', 'alice']],
    ['adds a single one', [add('members', ALICE)], [204, 'team', 'alice']],
    ['adds without a path', [{ op: 'add', value: { members: [ALICE] } }], [204, 'team', 'alice']],
    ['removes one', [remove('members[value eq "team"]')], [204]],
    ['removes nobody', [remove('members[value eq "alice"]')], [204, 'team']],
    ['removes all', [remove('members')], [204]],
    ['removes all, whomever the legacy form lists', [remove('members', [ALICE])], [204]],
    ['replaces all', [replace('members', [ALICE])], [204, 'alice']],
    ['knows no strangers', [add('members', [ALICE, member('nobody')])], [400, 'team']],
    ['does not put a group into itself', [add('members', [member('staff')])], [400, 'team']],
    ['is all or nothing', [add('members', ALICE), add('members', member('nobody'))], [400, 'team']],
    ['needs a path to remove', [{ op: 'remove' }], [400, 'team']],
    ['has no or', [remove('members[value eq "team" or value eq "bob"]')], [400, 'team']],
  ])('%s', async (_, operations, expected) => {
    await using it = await Stage.open();
    expect(await it.members('staff', ...operations)).toEqual(expected);
  });
});

describe('a PATCH of roles', () => {
  const reader = { value: 'reader', type: 'app' };
  test.each([
    [
      'adds what is new',
      [add('roles', [reader, member('x')])],
      [200, 'reader:app', 'writer:db', 'x:undefined'],
    ],
    [
      'adds one of another type',
      [add('roles', member('reader'))],
      [200, 'reader:app', 'writer:db', 'reader:undefined'],
    ],
    [
      'adds without a path',
      [{ op: 'add', value: { roles: [member('x')] } }],
      [200, 'reader:app', 'writer:db', 'x:undefined'],
    ],
    ['replaces', [replace('roles', [reader])], [200, 'reader:app']],
    ['removes by value', [remove('roles[value eq "reader"]')], [200, 'writer:db']],
    ['removes by both', [remove('roles[type eq "db" and value eq "writer"]')], [200, 'reader:app']],
    [
      'removes by both, the other way round',
      [remove('roles[value eq "writer" and type eq "db"]')],
      [200, 'reader:app'],
    ],
    ['removes all', [remove('roles')], [200]],
  ])('%s', async (_, operations, expected) => {
    await using it = await Stage.open();
    expect(await it.roles(...operations)).toEqual(expected);
  });

  test.each([remove('roles[value eq "none"]'), replace('roles[value eq "none"]', member('x'))])(
    'says noTarget where nothing is meant: %j',
    async (operation) => {
      await using it = await Stage.open();
      const { status, body } = await it.patch('/Users/alice', operation);
      expect([status, body['scimType']]).toEqual([400, 'noTarget']);
    },
  );

  test('leaves one primary at most', async () => {
    await using it = await Stage.open();
    await it.patch('/Users/bob', add('roles', [{ value: 'a', primary: true }]));
    await it.patch('/Users/bob', add('roles', [{ value: 'b', primary: true }]));
    expect(it.fake.user('bob').roles).toEqual([
      { value: 'a', primary: false },
      { value: 'b', primary: true },
    ]);
  });
});

describe('groups', () => {
  test('are made, replaced and deleted', async () => {
    await using it = await Stage.open();
    const made = await it.ask('POST', '/Groups', { displayName: 'New', externalId: 'n', members: [ALICE] });
    expect(made).toMatchObject({
      status: 201,
      body: { displayName: 'New', externalId: 'n', members: [{ value: 'alice', type: 'User' }] },
    });
    const path = `/Groups/${made.body['id']}`;
    expect(made.headers.get('location')).toBe(it.fake.url + path);
    await it.ask('PUT', path, { displayName: 'Newer', members: [member('bob')] });
    expect(it.fake.members('Newer')).toEqual(['bob']);
    expect((await it.ask('DELETE', path)).status).toBe(204);
    expect((await it.get(path)).status).toBe(404);
    await it.ask('DELETE', '/Groups/team');
    expect(it.fake.members('Staff')).toEqual([]);
  });

  test('may share a name, unless names are unique', async () => {
    await using it = await Stage.open();
    expect((await it.ask('POST', '/Groups', { displayName: 'TEAM' })).status).toBe(201);
    it.fake.scim.uniqueNames = true;
    const { status, body } = await it.ask('POST', '/Groups', { displayName: 'TEAM' });
    expect([status, body['scimType']]).toEqual([409, 'uniqueness']);
    expect((await it.ask('POST', '/Groups', {})).status).toBe(400);
  });
});

describe('ETags', () => {
  test.each([
    ['none', null, [204, 204]],
    ['honoured', 'W/"2"', [204, 412]],
    ['ignored', 'W/"2"', [204, 204]],
    ['frozen', 'W/"1"', [204, 204]],
  ] as const)('%s', async (etags, after, statuses) => {
    await using it = await Stage.open();
    it.fake.scim.etags = etags;
    const read = await it.get('/Groups/team');
    expect(read.headers.get('etag')).toBe(etags === 'none' ? null : 'W/"1"');
    const headers = { 'if-match': read.headers.get('etag') ?? 'W/"1"' };
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
    const change = () =>
      it.ask('PATCH', '/Groups/team', { schemas, Operations: [add('members', ALICE)] }, headers);
    const first = await change();
    expect(first.headers.get('etag')).toBe(after);
    expect([first.status, (await change()).status]).toEqual(statuses);
    expect(await it.get('/Groups/team').then(({ body }) => body['meta'])).toEqual(
      after === null ? undefined : { resourceType: 'Group', version: after },
    );
  });

  test('change with what a test does behind the back of the server, not with an add that changes nothing', async () => {
    await using it = await Stage.open();
    it.fake.scim.etags = 'honoured';
    const etag = async () => (await it.get('/Groups/team')).headers.get('etag');
    expect(await etag()).toBe('W/"1"');
    await it.members('team', add('members', member('bob')));
    expect(await etag()).toBe('W/"1"');
    it.fake.scim.groups.get('team')?.members.push('alice');
    expect(await etag()).toBe('W/"2"');
  });
});

describe('pages', () => {
  const walk = async (it: Stage, path: string) => {
    const seen: unknown[] = [];
    for (let cursor: unknown = ''; typeof cursor === 'string'; ) {
      const { body } = await it.get(`${path}&cursor=${cursor}`);
      seen.push(idsIn(body), 'totalResults' in body);
      cursor = body['nextCursor'];
    }
    return seen;
  };

  test('by cursor, where the client asks for one', async () => {
    await using it = await Stage.open();
    it.fake.scim.paging = 'cursor';
    expect(await walk(it, '/Users?count=1')).toEqual([['alice'], false, ['bob'], false]);
    const { body } = await it.get('/Users?count=1&startIndex=2');
    expect([idsIn(body), body['totalResults']]).toEqual([['bob'], 2]);
    const wrong = await it.get('/Users?cursor=1');
    expect([wrong.status, wrong.body['scimType']]).toEqual([400, 'invalidCursor']);
  });

  test('by cursor, though the client did not ask for one', async () => {
    await using it = await Stage.open();
    it.fake.scim.paging = 'cursor-forced';
    const { body } = await it.get('/Users?count=1&startIndex=2');
    expect(body).toMatchObject({ nextCursor: expect.any(String), Resources: [{ id: 'alice' }] });
    expect(body).not.toHaveProperty('totalResults');
  });
});

describe('what the provider says it can do', () => {
  test('is the truth, what the test sets, or nothing', async () => {
    await using it = await Stage.open();
    it.fake.scim.etags = 'honoured';
    const truth = { patch: { supported: true }, filter: { supported: true }, etag: { supported: true } };
    expect((await it.get('/ServiceProviderConfig')).body).toMatchObject(truth);
    it.fake.scim.provider = { patch: { supported: false } };
    expect((await it.get('/ServiceProviderConfig')).body).toEqual({ patch: { supported: false } });
    it.fake.scim.provider = null;
    expect((await it.get('/ServiceProviderConfig')).status).toBe(404);
  });
});

test('groups that contain each other are no trap', async () => {
  await using it = await Stage.open();
  expect(await it.members('team', add('members', member('staff')))).toEqual([204, 'bob', 'staff']);
  const { body } = await it.get('/Users/bob');
  expect(body['groups']).toEqual([
    { value: 'team', display: 'Team', type: 'direct' },
    { value: 'staff', display: 'Staff', type: 'indirect' },
  ]);
});
