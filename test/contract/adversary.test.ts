// The fake directory as an adversary: each lie is told as it is said, and not told by the honest server.
import { expect, test } from 'vitest';
import type { Quirk } from '../support/fake-quirk.ts';
import { isJson } from '../support/fake-resource.ts';
import { add, idsIn, member, remove, replace, Stage } from './adversary-rig.ts';

/** A lie, what shows it, what the honest server says to that, and what the liar says. */
type Case = readonly [Quirk, (it: Stage) => Promise<unknown>, honest: unknown, lying: unknown];

const ALICE = { value: 'alice' };
const APP = { value: 'admin', type: 'app' };
const KEPT = ['reader:app', 'writer:db'];
const groupsOf = async (it: Stage, id = 'bob') => {
  const groups = (await it.get(`/Users/${id}`)).body['groups'];
  return Array.isArray(groups) ? groups.map(({ value, type }) => `${value} ${type}`) : groups;
};
const listed = async (it: Stage, path: string, key: string) => (await it.get(path)).body[key];
const joining = (it: Stage) => it.members('team', add('members', [ALICE]));
const nobody = (it: Stage) => it.members('team', add('members', [member('nobody')]));
const addAdmin = (it: Stage) => it.roles(add('roles', [APP]));
const both = `id eq "team" and members.value eq "alice"`;
const named = async (it: Stage) => {
  const { status } = await it.ask('POST', '/Groups', { displayName: 'New', externalId: 'n1' });
  const made = [...it.fake.scim.groups.values()].filter(({ displayName }) => displayName === 'New');
  return [status, ...made.map(({ externalId }) => externalId)];
};
const unknown = (it: Stage) => it.get('/Groups/none').then(({ status }) => status);
const unauthorized = async (it: Stage) => {
  const { status, headers } = await it.ask('GET', '/Users', undefined, { authorization: 'Bearer wrong' });
  return [status, headers.get('content-type')];
};
const both2 = [add('members', [ALICE]), remove('members[value eq "bob"]')];

const LIES: readonly Case[] = [
  ['ignore-filter', (it) => it.ids('Users', 'userName eq "alice@acme.example"'), ['alice'], ['alice', 'bob']],
  ['ignore-membership-filter', (it) => it.ids('Groups', both), [], ['team']],
  ['ignore-membership-filter', (it) => it.ids('Groups', 'id eq "none" and members eq "bob"'), [], []],
  ['empty-membership-filter', (it) => it.ids('Groups', 'members[value eq "bob"]'), ['team'], []],
  ['no-membership-filter', (it) => it.ids('Groups', both), [], 400],
  ['duplicate-user-in-list', (it) => it.ids('Users', 'id eq "bob"'), ['bob'], ['bob', 'bob']],
  ['case-sensitive-username', (it) => it.ids('Users', 'userName eq "BOB@acme.example"'), ['bob'], []],
  ['canonical-spelling-only', (it) => it.ids('Users', 'username EQ "bob@acme.example"'), ['bob'], []],
  ['canonical-spelling-only', (it) => it.ids('Groups', 'members[value eq "bob"]'), ['team'], ['team']],
  ['escaped-quote-400', (it) => it.ids('Groups', String.raw`externalId eq "x\"1"`), ['team'], 400],
  ['escaped-quote-500', (it) => it.ids('Groups', String.raw`externalId eq "x\"1"`), ['team'], 500],
  ['escaped-quote-nothing', (it) => it.ids('Groups', String.raw`externalId eq "x\"1"`), ['team'], []],
  [
    'repeat-pages',
    async (it) => idsIn((await it.get('/Users?startIndex=2&count=1')).body),
    ['bob'],
    ['alice'],
  ],
  ['paging-ignored', async (it) => idsIn((await it.get('/Users?count=1')).body), ['alice'], ['alice', 'bob']],
  ['totals-wrong', (it) => listed(it, '/Users?count=1', 'totalResults'), 2, 1],
  ['totals-too-large', (it) => listed(it, '/Users', 'totalResults'), 2, 3],
  ['resources-missing-when-empty', (it) => listed(it, '/Users?startIndex=9', 'Resources'), [], undefined],
  ['resources-lowercase', (it) => listed(it, '/Users?startIndex=9', 'resources'), undefined, []],
  ['extra-unknown-keys', (it) => listed(it, '/Users/bob', 'xOdd'), undefined, {}],
  [
    'excludedAttributes-ignored',
    async (it) => 'members' in (await it.get('/Groups/team?excludedAttributes=members')).body,
    false,
    true,
  ],
  [
    'excludedAttributes-400',
    async (it) => (await it.get('/Groups?excludedAttributes=members')).status,
    200,
    400,
  ],

  [
    'members-never-listed',
    (it) => listed(it, '/Groups/team', 'members'),
    [{ value: 'bob', type: 'User' }],
    [],
  ],
  [
    'members-never-listed',
    (it) => it.ids('Groups', 'id eq "team" and members.value eq "bob"'),
    ['team'],
    ['team'],
  ],
  [
    'members-key-absent',
    (it) => listed(it, '/Groups/staff', 'members'),
    [{ value: 'team', type: 'Group' }],
    undefined,
  ],
  ['hide-members', (it) => listed(it, '/Groups/team', 'members'), [{ value: 'bob', type: 'User' }], []],
  ['user-groups-absent', groupsOf, ['team direct', 'staff indirect'], undefined],
  ['hide-groups', groupsOf, ['team direct', 'staff indirect'], undefined],
  ['user-groups-always-empty', groupsOf, ['team direct', 'staff indirect'], []],
  [
    'user-groups-stale',
    (it) => joining(it).then(() => groupsOf(it, 'alice')),
    ['team direct', 'staff indirect'],
    [],
  ],

  [
    'repeated-add-duplicates',
    (it) => it.members('team', add('members', member('bob'))),
    [204, 'bob'],
    [204, 'bob', 'bob'],
  ],
  ['remove-filter-400', (it) => it.members('team', remove('members[value eq "bob"]')), [204], [400, 'bob']],
  ['remove-filter-501', (it) => it.members('team', remove('members[value eq "bob"]')), [204], [501, 'bob']],
  [
    'legacy-remove-removes-listed',
    (it) => it.members('team', remove('members', [ALICE])),
    [204],
    [204, 'bob'],
  ],
  [
    'remove-empties-group',
    (it) => it.members('team', remove('members[value eq "alice"]')),
    [204, 'bob'],
    [204],
  ],
  ['remove-sets-list', (it) => it.members('team', remove('members', [ALICE])), [204], [204, 'alice']],
  ['add-replaces-members', joining, [204, 'bob', 'alice'], [204, 'alice']],
  ['add-does-nothing', joining, [204, 'bob', 'alice'], [204, 'bob']],
  ['revoke-does-nothing', (it) => it.members('team', remove('members[value eq "bob"]')), [204], [204, 'bob']],
  [
    'nopath-add-ignored',
    (it) => it.members('team', { op: 'add', value: { members: [ALICE] } }),
    [204, 'bob', 'alice'],
    [204, 'bob'],
  ],
  ['unknown-member-dropped', nobody, [400, 'bob'], [204, 'bob']],
  ['unknown-member-500', nobody, [400, 'bob'], [500, 'bob']],
  ['unknown-member-stored', nobody, [400, 'bob'], [204, 'bob', 'nobody']],
  ['patch-half-applied', (it) => it.members('team', ...both2), [204, 'alice'], [400, 'bob', 'alice']],

  ['add-replaces-values', addAdmin, [200, ...KEPT, 'admin:app'], [200, 'admin:app']],
  ['one-value-per-type', addAdmin, [200, ...KEPT, 'admin:app'], [200, 'writer:db', 'admin:app']],
  [
    'one-value-per-type',
    (it) => it.roles(replace('roles', [member('x'), member('y')])),
    [200, 'x:undefined', 'y:undefined'],
    [200, 'y:undefined'],
  ],
  ['two-of-a-type-400', addAdmin, [200, ...KEPT, 'admin:app'], [400, ...KEPT]],
  ['reject-types', (it) => it.roles(replace('roles', [APP])), [200, 'admin:app'], [400, ...KEPT]],
  ['add-does-nothing', addAdmin, [200, ...KEPT, 'admin:app'], [200, ...KEPT]],
  [
    'nopath-add-ignored',
    (it) => it.roles({ op: 'add', value: { roles: [APP] } }),
    [200, ...KEPT, 'admin:app'],
    [200, ...KEPT],
  ],
  [
    'replace-drops-subattributes',
    (it) => it.roles(replace('roles', [APP])),
    [200, 'admin:app'],
    [200, 'admin:undefined'],
  ],
  [
    'replace-drops-foreign',
    (it) => it.roles(replace('roles', [member('a'), APP])),
    [200, 'a:undefined', 'admin:app'],
    [200, 'admin:app'],
  ],
  [
    'revoke-does-nothing',
    (it) => it.roles(remove('roles[value eq "reader"]')),
    [200, 'writer:db'],
    [200, ...KEPT],
  ],
  [
    'revoke-does-nothing',
    (it) => it.roles(replace('roles', [APP])),
    [200, 'admin:app'],
    [200, ...KEPT, 'admin:app'],
  ],
  ['remove-sets-list', (it) => it.roles(remove('roles', [APP])), [200], [200, 'admin:app']],

  [
    'capital-op-ignored',
    (it) => it.members('team', { op: 'Add', path: 'members', value: [ALICE] }),
    [400, 'bob'],
    [204, 'bob'],
  ],
  [
    'urn-path-ignored',
    (it) => it.members('team', add('urn:ietf:params:scim:schemas:core:2.0:Group:members', [ALICE])),
    [400, 'bob'],
    [204, 'bob'],
  ],
  ['json-only', joining, [204, 'bob', 'alice'], [415, 'bob']],
  [
    'json-only',
    async (it) => (await it.get('/Users')).headers.get('content-type'),
    'application/scim+json',
    'application/json',
  ],
  [
    'location-elsewhere',
    async (it) =>
      (await it.ask('POST', '/Groups', { displayName: 'New' })).headers
        .get('location')
        ?.startsWith(it.fake.url),
    true,
    false,
  ],
  ['accept', joining, [204, 'bob', 'alice'], [202, 'bob']],
  ['pretend', joining, [204, 'bob', 'alice'], [204, 'bob']],
  [
    '200-with-empty-object',
    async (it) => (await it.patch('/Users/alice', add('roles', [APP]))).body['id'],
    'alice',
    undefined,
  ],
  ['externalId-dropped', named, [201, 'n1'], [201, undefined]],
  ['twin-on-create', named, [201, 'n1'], [201, 'n1', 'n1']],
  [
    'put-501',
    (it) => it.ask('PUT', '/Groups/team', { displayName: 'T' }).then(({ status }) => status),
    200,
    501,
  ],
  [
    'put-keeps-members',
    (it) => it.ask('PUT', '/Groups/team', { displayName: 'Team' }).then(() => it.fake.members('Team')),
    [],
    ['bob'],
  ],

  ['missing-group-500', unknown, 404, 500],
  ['500-names-limit', unknown, 404, 500],
  [
    '500-names-limit',
    async (it) => (await it.get('/Users')).text.includes('REQUEST_LIMIT_EXCEEDED'),
    false,
    true,
  ],
  ['plain-text-401', unauthorized, [401, 'application/scim+json'], [401, 'text/plain']],
  ['html-errors', unauthorized, [401, 'application/scim+json'], [401, 'text/html; charset=utf-8']],
  ['detail-not-string', async (it) => isJson((await it.get('/Groups/none')).body['detail']), false, true],
];

test.each(LIES)('%s', async (lie, show, honest, lying) => {
  await using truthful = await Stage.open();
  expect(await show(truthful)).toEqual(honest);
  await using liar = await Stage.open();
  liar.fake.scim.lies.add(lie);
  expect(await show(liar)).toEqual(lying);
});

test('a lie about one request is told once', async () => {
  await using it = await Stage.open();
  it.fake.misbehave({ how: 'add-does-nothing' }, { method: 'PATCH', times: 1 });
  expect(await joining(it)).toEqual([204, 'bob']);
  expect(await joining(it)).toEqual([204, 'bob', 'alice']);
});

test('what is only accepted is done when the test says so', async () => {
  await using it = await Stage.open();
  it.fake.scim.lies.add('202-with-set-txn');
  const { status, headers } = await it.patch('/Groups/team', add('members', [ALICE]));
  expect([status, headers.get('set-txn')]).toEqual([202, expect.stringMatching(/./)]);
  expect(it.fake.members('Team')).toEqual(['bob']);
  it.fake.scim.settle();
  expect(it.fake.members('Team')).toEqual(['bob', 'alice']);
});

test('what is visible late is visible after so many reads, of its version too', async () => {
  await using it = await Stage.open();
  it.fake.scim.lies.add('late-visible');
  it.fake.scim.etags = 'honoured';
  const reading = async () => {
    const { body, headers } = await it.get('/Groups/team');
    return [body['members'], headers.get('etag')];
  };
  const before = [[{ value: 'bob', type: 'User' }], 'W/"1"'];
  expect(await reading()).toEqual(before);
  await joining(it);
  expect([await reading(), await reading()]).toEqual([before, before]);
  expect((await reading())[1]).toBe('W/"2"');
  expect(await it.ids('Groups', 'members eq "alice"')).toEqual(['team']);
});

test("a user's groups lag by as many changes as the test says", async () => {
  await using it = await Stage.open();
  it.fake.scim.lies.add('user-groups-stale');
  it.fake.scim.staleBy = 2;
  await joining(it);
  expect(await groupsOf(it, 'alice')).toEqual([]);
  await it.members('team', remove('members[value eq "alice"]'));
  expect(await groupsOf(it, 'alice')).toEqual([]);
  await it.members('team', remove('members[value eq "bob"]'));
  expect(await groupsOf(it, 'alice')).toEqual(['team direct', 'staff indirect']);
});
