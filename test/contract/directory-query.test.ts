// What the embedded directory finds: filters, pages, order and projections.
import { describe, expect, test } from 'vitest';
import { groupSchema, people, started, userSchema } from './directory-rig.ts';

const found = (resources: readonly { userName?: string; displayName?: string }[]) =>
  resources.map(({ userName, displayName }) => userName?.split('@')[0] ?? displayName);

describe('filters', () => {
  test.each([
    ['userName eq "alice@acme.example"', ['alice']],
    ['userName eq "ALICE@Acme.example"', ['alice']],
    ['USERNAME EQ "alice@acme.example"', ['alice']],
    [`${userSchema}:userName eq "alice@acme.example"`, ['alice']],
    ['userName eq "nobody"', []],
    ['externalId eq "E-1"', ['alice']],
    ['externalId eq "e-1"', ['bob']],
    ['emails.value eq "al@home.example"', ['alice']],
    ['emails eq "al@home.example"', ['alice']],
    ['emails[value eq "al@home.example" and primary eq true]', []],
    ['emails[value eq "al@home.example" and primary eq false]', ['alice']],
    ['emails.value eq "al@home.example" and emails.value eq "alice@mail.example"', ['alice']],
    ['userName sw "b" or displayName co "lic"', ['alice', 'bob']],
    ['not (displayName pr)', ['carol']],
    ['displayName eq null', ['carol']],
    ['displayName ne "Bob"', ['alice', 'carol']],
    ['((userName sw "a") or (userName sw "b" and (active eq true)))', ['alice', 'bob']],
    ['active eq false', []],
    ['userName ew "@acme.example" and not (userName sw "c")', ['alice', 'bob']],
    ['groups.display eq "jit-release"', ['bob']],
    ['meta.created gt "2020-01-01T00:00:00+02:00"', ['alice', 'bob', 'carol']],
    ['meta.created lt "2020-01-01T00:00:00Z"', []],
    ['shoeSize eq 42', []],
  ])('Users: %s', async (filter, expected) => {
    await using directory = await started();
    expect(found(await directory.find('Users', filter))).toEqual(expected);
  });

  test('Groups by displayName, externalId, id and members, in all their forms', async () => {
    await using directory = await started();
    const alice = await directory.user('alice@acme.example');
    const jit = await directory.group('jit-release');
    const groups = async (filter: string) => found(await directory.find('Groups', filter));
    expect(await groups('displayName eq "jit-release"')).toEqual(['jit-release']);
    expect(await groups('externalId eq "scim-hook:1"')).toEqual(['jit-release']);
    expect(await groups(`id eq "${jit.id}"`)).toEqual(['jit-release']);
    expect(await groups(`id eq "${jit.id.toUpperCase()}"`)).toEqual([]);
    for (const form of ['members.value eq', 'members eq']) {
      expect(await groups(`${form} "${alice.id}"`)).toEqual(['release-team']);
      expect(await groups(`id eq "${jit.id}" and ${form} "${alice.id}"`)).toEqual([]);
    }
    expect(await groups(`members[value eq "${alice.id}"]`)).toEqual(['release-team']);
    expect(await groups(`members[value eq "${alice.id}" and display eq "Bob"]`)).toEqual([]);
  });

  test.each([
    'with "quotes"',
    'back\\slash',
    'ends with \\',
    'Zoë 东京 🔑',
    'a ) or ( b',
    'x" or id pr or userName eq "y',
    'null',
    '  spaced  ',
    "it's",
    'a+b & c=d #1 %41',
    'line\nbreak',
  ])('a name like %j is found, and nothing else is', async (displayName) => {
    await using directory = await started();
    const { body } = await directory.ask('POST', '/Groups', { schemas: [groupSchema], displayName });
    expect((await directory.group(displayName)).id).toBe(body.id);
  });

  test.each([
    'userName',
    'userName eq',
    'userName eq alice',
    'userName is "alice"',
    'userName eq "alice',
    'userName eq "a\\q"',
    '(userName pr',
    'userName pr)',
    'userName pr and',
    'userName eq "a" "b"',
    'emails[value pr',
    '"alice" eq userName',
    ' ',
    `${'('.repeat(100)}id pr${')'.repeat(100)}`,
  ])('%s is 400 invalidFilter, never everybody', async (filter) => {
    await using directory = await started();
    const reply = await directory.ask('GET', `/Users?filter=${encodeURIComponent(filter)}`);
    expect(reply.status).toBe(400);
    expect(reply.body.scimType).toBe('invalidFilter');
  });

  test('a search by POST reads the same filters', async () => {
    await using directory = await started();
    const reply = await directory.ask('POST', '/Users/.search', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      filter: 'userName eq "BOB@acme.example"',
      attributes: ['displayName'],
    });
    expect(reply.status).toBe(200);
    expect(reply.body.Resources).toEqual([{ id: expect.any(String), displayName: 'Bob' }]);
  });
});

describe('pages', () => {
  const names = Array.from({ length: 450 }, (_, n) => `user-${String(n).padStart(3, '0')}`);
  const seed = { users: names.map((userName) => ({ userName })), groups: [] };

  test('every user exactly once, and an honest count', async () => {
    await using directory = await started({ seed });
    const read: string[] = [];
    for (let startIndex = 1; startIndex <= names.length; startIndex += 70) {
      const { body } = await directory.ask('GET', `/Users?startIndex=${startIndex}&count=70`);
      expect(body).toMatchObject({ startIndex, totalResults: 450, itemsPerPage: body.Resources.length });
      read.push(...body.Resources.map(({ userName }) => userName));
    }
    expect(read).toEqual(names);
  });

  test.each([
    ['', 1, 200],
    ['count=1000', 1, 200],
    ['count=0', 1, 0],
    ['count=-3', 1, 0],
    ['startIndex=0&count=5', 1, 5],
    ['startIndex=-7&count=5', 1, 5],
    ['startIndex=449&count=5', 449, 2],
    ['startIndex=451', 451, 0],
    ['startIndex=401', 401, 50],
  ])('%s', async (query, startIndex, length) => {
    await using directory = await started({ seed });
    const { body } = await directory.ask('GET', `/Users?${query}`);
    expect(body).toMatchObject({ startIndex, itemsPerPage: length, totalResults: 450 });
    expect(body.Resources).toHaveLength(length);
    if (length > 0) expect(body.Resources[0]?.userName).toBe(names[startIndex - 1]);
  });

  test('pages of what a filter finds, sorted the other way round', async () => {
    await using directory = await started({ seed });
    const query =
      'filter=userName%20sw%20%22user-1%22&sortBy=userName&sortOrder=descending&startIndex=2&count=2';
    const { body } = await directory.ask('GET', `/Users?${query}&attributes=id`);
    expect(body.totalResults).toBe(100);
    const { body: shown } = await directory.ask('GET', `/Users?${query}`);
    expect(shown.Resources.map(({ userName }) => userName)).toEqual(['user-198', 'user-197']);
    expect(body.Resources).toEqual(shown.Resources.map(({ id }) => ({ id })));
  });
});

test('attributes and excludedAttributes leave out what was not asked for', async () => {
  await using directory = await started({ seed: people });
  const { id } = await directory.group('release-team');
  const { body } = await directory.ask('GET', `/Groups/${id}?attributes=displayName`);
  expect(body).toEqual({ id, displayName: 'release-team' });
  const { body: without } = await directory.ask('GET', `/Groups/${id}?excludedAttributes=members`);
  expect(without.displayName).toBe('release-team');
  expect(without.members).toBeUndefined();
});
