import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addMember,
  attributeOf,
  equals,
  readError,
  readGroup,
  readResources,
  readSubject,
  removeMember,
  replaceValues,
} from '../../src/core/scim-message.ts';

describe('what is sent', () => {
  it('adds and removes one member, in the form of RFC 7644 section 3.5.2', () => {
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
    expect(addMember('2819c223')).toEqual({
      schemas,
      Operations: [{ op: 'add', path: 'members', value: [{ value: '2819c223' }] }],
    });
    expect(removeMember('2819c223')).toEqual({
      schemas,
      Operations: [{ op: 'remove', path: 'members[value eq "2819c223"]' }],
    });
  });

  it('replaces a whole list of values, with all they carry', () => {
    const whole = { value: 'deployer', primary: true, x: { y: 1 } };
    expect(replaceValues('role', [{ value: 'deployer', whole }])).toMatchObject({
      Operations: [{ op: 'replace', path: 'roles', value: [whole] }],
    });
    expect(attributeOf('entitlement')).toBe('entitlements');
  });

  it('quotes what a filter looks for, so that nothing in it is read as filter', () => {
    expect(equals('userName', 'alice')).toBe('userName eq "alice"');
    expect(equals('userName', 'a" or userName pr or "')).toBe('userName eq "a\\" or userName pr or \\""');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const [, quoted = ''] = /^displayName eq (".*")$/su.exec(equals('displayName', value)) ?? [];
        expect(JSON.parse(quoted)).toBe(value);
        const { Operations } = removeMember(value) as { Operations: { path: string }[] };
        const [, id = ''] = /^members\[value eq (".*")\]$/su.exec(Operations[0]?.path ?? '') ?? [];
        expect(JSON.parse(id)).toBe(value);
      }),
    );
  });
});

describe('readSubject', () => {
  it('reads the example of RFC 7643 section 8.2', () => {
    expect(
      readSubject({
        id: '2819c223',
        externalId: '701984',
        userName: 'bjensen@example.com',
        emails: [{ value: 'bjensen@example.com', type: 'work', primary: true }, { value: 'babs@jensen.org' }],
        active: true,
        groups: [
          { value: 'e9e30dba', $ref: 'https://example.com/v2/Groups/e9e30dba', display: 'Tour Guides' },
          { value: 'fc348aa8', display: 'Employees', type: 'indirect' },
        ],
        roles: [{ value: 'deployer', type: 'work', primary: true }],
      }),
    ).toEqual({
      id: '2819c223',
      externalId: '701984',
      userName: 'bjensen@example.com',
      emails: ['bjensen@example.com', 'babs@jensen.org'],
      active: true,
      groups: [
        { id: 'e9e30dba', display: 'Tour Guides', direct: true },
        { id: 'fc348aa8', display: 'Employees', direct: false },
      ],
      roles: [{ value: 'deployer', type: 'work', whole: { value: 'deployer', type: 'work', primary: true } }],
      entitlements: [],
      unreadable: [],
      version: null,
    });
  });

  it.each([
    [undefined, true],
    [true, true],
    [false, false],
    ['False', false],
    ['true', true],
    [null, true],
  ])('active %j is %s', (active, expected) => {
    expect(readSubject({ id: 'u', active })?.active).toBe(expected);
  });

  it('tells no groups from not said', () => {
    expect(readSubject({ id: 'u' })?.groups).toBeNull();
    expect(readSubject({ id: 'u', groups: [] })?.groups).toEqual([]);
    expect(readSubject({ id: 'u', groups: [null, 'x', { display: 'no value' }] })?.groups).toEqual([]);
  });

  it('reads plain strings where objects should be', () => {
    expect(readSubject({ id: 'u', roles: ['deployer'] })?.roles).toEqual([
      { value: 'deployer', whole: { value: 'deployer' } },
    ]);
  });

  it('keeps values without a name, which go back with the list as they were', () => {
    const nameless = { value: 42, display: 'Payroll' };
    expect(readSubject({ id: 'u', roles: [nameless, { type: 'app' }] })?.roles).toEqual([
      { value: '', whole: nameless },
      { value: '', type: 'app', whole: { type: 'app' } },
    ]);
  });

  it.each([[{ value: 'owner' }], ['owner'], [7], [['a', 7]], [[null]]])(
    'says that %j is no list of values',
    (roles) => {
      expect(readSubject({ id: 'u', roles })?.unreadable).toEqual(['roles']);
    },
  );

  it.each([[undefined], [null], [[]], [['a', { value: 'b' }]]])('takes %j for one', (roles) => {
    expect(readSubject({ id: 'u', roles })?.unreadable).toEqual([]);
  });

  it.each([null, undefined, 'x', [], {}, { id: '' }, { id: 7 }])('takes %j for nobody', (body) => {
    expect(readSubject(body)).toBeNull();
    expect(readGroup(body)).toBeNull();
  });
});

it('readGroup tells an empty list of members from none', () => {
  expect(readGroup({ id: 'g', displayName: 'G' })).toEqual({
    id: 'g',
    displayName: 'G',
    externalId: null,
    members: null,
    strangers: 0,
    nested: [],
    large: false,
    version: null,
  });
  expect(readGroup({ id: 'g', members: [] })?.members).toEqual([]);
  const odd = readGroup({ id: 'g', members: [{ value: 'u' }, { display: 'x' }, null] });
  // Somebody is in it, though it isn't said who: it is not empty.
  expect(odd).toMatchObject({ members: ['u'], strangers: 2 });
});

it.each([
  [{ totalResults: 1, Resources: [1] }, [1]],
  [{ resources: [1] }, [1]],
  [{ totalResults: 0 }, []],
  [{ Resources: 'x' }, null],
  [{}, null],
  [null, null],
  [[], null],
])('readResources of %j is %j', (body, expected) => {
  expect(readResources(body)).toEqual(expected);
});

it.each([
  [
    { scimType: 'noTarget', detail: 'gone' },
    { scimType: 'noTarget', detail: 'gone' },
  ],
  [{ message: 'no' }, { scimType: null, detail: 'no' }],
  [{ detail: ['a', { b: 'c' }] }, { scimType: null, detail: 'a; c' }],
  [{ detail: 7 }, { scimType: null, detail: '' }],
  ['<html>', { scimType: null, detail: '' }],
])('readError of %j', (body, expected) => {
  expect(readError(body)).toEqual(expected);
});

it('reading never throws, whatever a server answers', () => {
  fc.assert(
    fc.property(fc.anything(), (body) => {
      for (const read of [readSubject, readGroup, readResources, readError]) read(body);
    }),
  );
});
