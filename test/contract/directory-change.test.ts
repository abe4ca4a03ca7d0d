// How the embedded directory changes: members, roles, entitlements, versions, and many at once.
import { describe, expect, test } from 'vitest';
import { type Directory, groupSchema, started, userSchema } from './directory-rig.ts';

async function cast(directory: Directory) {
  return {
    alice: await directory.user('alice@acme.example'),
    bob: await directory.user('bob@acme.example'),
    carol: await directory.user('carol@acme.example'),
    jit: await directory.group('jit-release'),
    team: await directory.group('release-team'),
  };
}

const members = (directory: Directory, displayName: string) =>
  directory.snapshot().groups.find((group) => group.displayName === displayName)?.members;

describe('members', () => {
  test('come and go one by one, and the user shows it', async () => {
    await using directory = await started();
    const { alice, jit } = await cast(directory);
    const added = await directory.patch(`/Groups/${jit.id}`, [
      { op: 'add', path: 'members', value: [{ value: alice.id }] },
    ]);
    expect(added.status).toBe(200);
    expect(added.body.members.map((member) => member.display)).toEqual(['Bob', 'Alice']);
    expect((await directory.user('alice@acme.example')).groups.map(({ display }) => display)).toEqual([
      'jit-release',
      'release-team',
    ]);
    const path = `members[value eq "${alice.id}"]`;
    const removed = await directory.patch(`/Groups/${jit.id}`, [{ op: 'remove', path }]);
    expect(removed.status).toBe(200);
    expect(members(directory, 'jit-release')).toEqual(['bob@acme.example']);
    expect((await directory.user('alice@acme.example')).groups).toHaveLength(1);
  });

  test('the last one leaves an empty group behind', async () => {
    await using directory = await started();
    const { bob, jit } = await cast(directory);
    const path = `members[value eq "${bob.id}"]`;
    const reply = await directory.patch(`/Groups/${jit.id}`, [{ op: 'remove', path }]);
    expect(reply.body.members).toEqual([]);
    const again = await directory.patch(`/Groups/${jit.id}`, [
      { op: 'add', path: 'members', value: { value: bob.id } },
    ]);
    expect(again.body.members).toHaveLength(1);
  });

  test.each([
    ['as a list', (id: string) => ({ op: 'add', path: 'members', value: [{ value: id }] })],
    ['as one value', (id: string) => ({ op: 'Add', path: 'members', value: { value: id } })],
    ['without a path', (id: string) => ({ op: 'add', value: { members: [{ value: id }] } })],
    [
      'by its full name',
      (id: string) => ({ op: 'add', path: `${groupSchema}:members`, value: [{ value: id }] }),
    ],
    [
      'with a display of its own',
      (id: string) => ({ op: 'add', path: 'members', value: [{ value: id, display: 'X' }] }),
    ],
  ])('adding a member who is there changes nothing (%s)', async (_form, operation) => {
    await using directory = await started();
    const { bob, jit } = await cast(directory);
    const reply = await directory.patch(`/Groups/${jit.id}`, [operation(bob.id)]);
    expect(reply.status).toBe(204);
    const after = await directory.group('jit-release');
    expect(after).toEqual(jit);
  });

  test('removing somebody who is no member changes nothing', async () => {
    await using directory = await started();
    const { carol, jit } = await cast(directory);
    const path = `members[value eq "${carol.id}"]`;
    expect((await directory.patch(`/Groups/${jit.id}`, [{ op: 'remove', path }])).status).toBe(204);
    expect(await directory.group('jit-release')).toEqual(jit);
  });

  test('a user who does not exist is 400 invalidValue, and half a PATCH is none', async () => {
    await using directory = await started();
    const { alice, jit, team } = await cast(directory);
    for (const value of ['nobody', team.id, '']) {
      const reply = await directory.patch(`/Groups/${jit.id}`, [
        { op: 'add', path: 'members', value: [{ value: alice.id }] },
        { op: 'add', path: 'members', value: [{ value }] },
      ]);
      expect(reply.status).toBe(400);
      expect(reply.body.scimType).toBe('invalidValue');
    }
    expect(await directory.group('jit-release')).toEqual(jit);
  });

  test('replace sets exactly these, with and without a path', async () => {
    await using directory = await started();
    const { alice, carol, team } = await cast(directory);
    const value = [{ value: carol.id }];
    await directory.patch(`/Groups/${team.id}`, [{ op: 'replace', path: 'members', value }]);
    expect(members(directory, 'release-team')).toEqual(['carol@acme.example']);
    const whole = { members: [{ value: alice.id }] };
    await directory.patch(`/Groups/${team.id}`, [{ op: 'replace', value: whole }]);
    expect(members(directory, 'release-team')).toEqual(['alice@acme.example']);
  });

  test('twenty who are added at once are all there', async () => {
    const users = Array.from({ length: 20 }, (_, n) => ({ userName: `u${n}` }));
    await using directory = await started({ seed: { users, groups: [{ displayName: 'g' }] } });
    const { id } = await directory.group('g');
    const everybody = (await directory.ask('GET', '/Users')).body.Resources;
    const replies = await Promise.all(
      everybody.map((user) =>
        directory.patch(`/Groups/${id}`, [{ op: 'add', path: 'members', value: [{ value: user.id }] }]),
      ),
    );
    expect(replies.every(({ status }) => status === 200)).toBe(true);
    expect(new Set(members(directory, 'g'))).toEqual(new Set(users.map(({ userName }) => userName)));
  });
});

describe('users', () => {
  test('roles and entitlements are kept, with all that belongs to them', async () => {
    await using directory = await started();
    const { alice } = await cast(directory);
    const at = `/Users/${alice.id}`;
    const value = [{ value: 'deployer', type: 'jit', display: 'May deploy' }, { value: 'reader' }];
    expect((await directory.patch(at, [{ op: 'add', path: 'roles', value }])).body.roles).toEqual(value);
    const entitlement = { value: 'jit:artifacts:release', type: 'scim-hook' };
    await directory.patch(at, [{ op: 'add', path: 'entitlements', value: [entitlement] }]);
    const before = await directory.user('alice@acme.example');
    const same = await directory.patch(at, [{ op: 'add', path: 'entitlements', value: [entitlement] }]);
    expect(same.status).toBe(204);
    expect(await directory.user('alice@acme.example')).toEqual(before);
    await directory.patch(at, [{ op: 'add', path: 'entitlements', value: [{ value: 'Zoë "Z" 东京' }] }]);
    const gone = await directory.patch(at, [
      { op: 'remove', path: 'entitlements[value eq "jit:artifacts:release"]' },
    ]);
    expect(gone.body.entitlements).toEqual([{ value: 'Zoë "Z" 东京' }]);
    await directory.patch(at, [{ op: 'replace', path: 'roles', value: [{ value: 'reader' }] }]);
    expect(directory.snapshot().users[0]).toMatchObject({
      roles: [{ value: 'reader', type: null, display: null }],
      entitlements: [{ value: 'Zoë "Z" 东京' }],
    });
    await directory.patch(at, [{ op: 'remove', path: 'roles' }]);
    expect((await directory.user('alice@acme.example')).roles).toBeUndefined();
  });

  test('groups, id and meta are not theirs to change', async () => {
    await using directory = await started();
    const { alice, jit } = await cast(directory);
    for (const operation of [
      { op: 'add', path: 'groups', value: [{ value: jit.id }] },
      { op: 'replace', path: 'id', value: 'x' },
      { op: 'remove', path: 'groups' },
      { op: 'replace', value: { meta: {} } },
    ]) {
      const reply = await directory.patch(`/Users/${alice.id}`, [operation]);
      expect(reply.body).toMatchObject({ status: '400', scimType: 'mutability' });
    }
    const put = { ...alice, id: 'x', groups: [], title: 'Dr' };
    const reply = await directory.ask('PUT', `/Users/${alice.id}`, put);
    expect(reply.body).toMatchObject({ id: alice.id, groups: alice.groups, title: 'Dr' });
  });

  test('a new one is active, has a place and no password', async () => {
    await using directory = await started();
    const user = { schemas: [userSchema], userName: 'dave', password: 'secret' };
    const reply = await directory.ask('POST', '/Users', user);
    expect(reply.status).toBe(201);
    expect(reply.headers.get('location')).toBe(`${directory.url}/Users/${reply.body.id}`);
    expect(reply.body.active).toBe(true);
    expect(reply.text).not.toContain('secret');
    await directory.patch(`/Users/${reply.body.id}`, [{ op: 'replace', path: 'active', value: false }]);
    expect((await directory.user('dave')).active).toBe(false);
  });

  test('whoever is deleted is in no group any more', async () => {
    await using directory = await started();
    const { bob, jit } = await cast(directory);
    expect((await directory.ask('DELETE', `/Users/${bob.id}`)).status).toBe(204);
    expect((await directory.ask('GET', `/Users/${bob.id}`)).status).toBe(404);
    const after = await directory.group('jit-release');
    expect(after.members).toEqual([]);
    expect(after.meta.version).not.toBe(jit.meta.version);
    expect(members(directory, 'release-team')).toEqual(['alice@acme.example']);
  });
});

describe('groups', () => {
  test('are made with a member and a mark, renamed, and deleted', async () => {
    await using directory = await started();
    const { alice } = await cast(directory);
    const group = { schemas: [groupSchema], displayName: 'env-OPS-1', externalId: 'mark:1' };
    const made = await directory.ask('POST', '/Groups', { ...group, members: [{ value: alice.id }] });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      externalId: 'mark:1',
      members: [{ value: alice.id, display: 'Alice' }],
    });
    const at = `/Groups/${made.body.id}`;
    await directory.patch(at, [{ op: 'replace', path: 'displayName', value: 'env-OPS-2' }]);
    expect((await directory.group('env-OPS-2')).externalId).toBe('mark:1');
    expect((await directory.ask('DELETE', at)).status).toBe(204);
    expect((await directory.ask('DELETE', at)).status).toBe(404);
    expect((await directory.user('alice@acme.example')).groups).toHaveLength(1);
  });

  test('the answer to a PATCH shows what was asked for, and loses nothing', async () => {
    await using directory = await started();
    const { alice, jit } = await cast(directory);
    const value = [{ value: alice.id }];
    const at = `/Groups/${jit.id}?attributes=id`;
    expect((await directory.patch(at, [{ op: 'add', path: 'members', value }])).body).toEqual({ id: jit.id });
    expect((await directory.patch(at, [{ op: 'add', path: 'members', value }])).status).toBe(200);
    expect(members(directory, 'jit-release')).toEqual(['bob@acme.example', 'alice@acme.example']);
  });

  test.each([
    ['no schemas', { Operations: [{ op: 'remove', path: 'members' }] }, 'invalidSyntax'],
    ['no operations', { Operations: [] }, 'invalidSyntax'],
    ['an unknown op', { Operations: [{ op: 'move', path: 'members' }] }, 'invalidSyntax'],
    ['a remove of everything', { Operations: [{ op: 'remove' }] }, 'noTarget'],
    ['an add of nothing', { Operations: [{ op: 'add', path: 'members' }] }, 'invalidValue'],
    [
      'a path that has no filter in it',
      { Operations: [{ op: 'remove', path: 'members[x]' }] },
      'invalidFilter',
    ],
    [
      'an escape in a path',
      { Operations: [{ op: 'remove', path: 'members[value eq "\\""]' }] },
      'invalidFilter',
    ],
    ['an unknown attribute', { Operations: [{ op: 'add', path: 'colour', value: 'red' }] }, 'invalidPath'],
  ])('a PATCH with %s is refused', async (what, message, scimType) => {
    await using directory = await started();
    const { jit } = await cast(directory);
    const schemas =
      what === 'no schemas' ? {} : { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'] };
    const reply = await directory.ask('PATCH', `/Groups/${jit.id}`, { ...schemas, ...message });
    expect(reply.body).toMatchObject({ status: '400', scimType });
    expect(await directory.group('jit-release')).toEqual(jit);
  });
});

describe('versions', () => {
  test('are in the body and in the header, and move with each change', async () => {
    await using directory = await started();
    const { alice, jit } = await cast(directory);
    const read = await directory.ask('GET', `/Groups/${jit.id}`);
    expect(read.headers.get('etag')).toBe(jit.meta.version);
    expect(jit.meta.version).toMatch(/^W\/"\d+"$/);
    const changed = await directory.patch(`/Groups/${jit.id}`, [
      { op: 'add', path: 'members', value: [{ value: alice.id }] },
    ]);
    expect(changed.headers.get('etag')).toBe(changed.body.meta.version);
    expect(changed.body.meta.version).not.toBe(jit.meta.version);
    expect((await directory.ask('GET', '/Groups')).headers.get('etag')).toBeNull();
  });

  test('If-Match lets through who has seen the latest, and nobody else', async () => {
    await using directory = await started();
    const { alice, jit } = await cast(directory);
    const at = `/Groups/${jit.id}`;
    const add = [{ op: 'add', path: 'members', value: [{ value: alice.id }] }];
    const seen = { 'if-match': jit.meta.version };
    expect((await directory.patch(at, add, { 'if-match': 'W/"77"' })).status).toBe(412);
    expect(members(directory, 'jit-release')).toEqual(['bob@acme.example']);
    expect((await directory.patch(at, add, seen)).status).toBe(200);
    const late = [
      await directory.patch(at, add, seen),
      await directory.ask('PUT', at, { schemas: [groupSchema], displayName: 'x' }, seen),
      await directory.ask('DELETE', at, undefined, seen),
    ];
    for (const reply of late) expect(reply.body).toMatchObject({ status: '412' });
    const { meta } = await directory.group('jit-release');
    const several = { 'if-match': `W/"77", ${meta.version}` };
    expect((await directory.ask('DELETE', at, undefined, several)).status).toBe(204);
  });

  test('If-None-Match answers 304 to who has it already', async () => {
    await using directory = await started();
    const { jit } = await cast(directory);
    // Without this one fetch adds no-cache, which asks for the whole answer.
    const seen = { 'if-none-match': jit.meta.version, 'cache-control': 'max-age=0' };
    expect((await directory.ask('GET', `/Groups/${jit.id}`, undefined, seen)).status).toBe(304);
  });
});
