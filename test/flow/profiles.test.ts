// Directories that are known by name, met unprepared and with their own profile; and those that keep members to themselves.
import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/core/config.ts';
import type { ProfileName, ProfileSettings } from '../../src/core/profile.ts';
import type { FakeDirectory } from '../support/fake-directory.ts';
import type { Quirk } from '../support/fake-quirk.ts';
import { Machine } from '../support/machine.ts';
import type { ProfileName as Like } from '../support/profiles/profiles.ts';
import { PLAIN } from './lies.ts';
import { companyRules, openCompany } from './scene.ts';
import { type Story, story } from './story.ts';

async function play(
  like: Like,
  arrange: (fake: FakeDirectory) => void,
  config: Config,
  expected: Partial<Story> = {},
): Promise<void> {
  const fake = await openCompany(like);
  arrange(fake);
  await using machine = new Machine(fake, config);
  const watch = fake.watch();
  const told = await story(fake, machine);
  expect(fake.harm(watch, 'alice')).toEqual([]);
  expect(told).toEqual({ ...PLAIN, ...expected });
}

const telling =
  (lies: readonly Quirk[]) =>
  (fake: FakeDirectory): void => {
    for (const lie of lies) fake.scim.lies.add(lie);
  };

const { entitlement: _, ...REST } = PLAIN.gained;
const without = (words: string, closed: string): Partial<Story> => ({
  gained: { ...REST, entitlement: words },
  left: REST,
  had: ['group', 'role', 'typed'],
  closed: [closed, 'applied'],
});
/** The profile knows that there are none, so nobody is asked. */
const UNSUPPORTED = without('refused not-allowed', 'refused not-allowed');
const REJECTED = without('failed rejected', 'failed');

const KNOWN: readonly (readonly [Like, ProfileName, Partial<Story>])[] = [
  ['honest', 'auto', {}],
  ['aws-iam-identity-center', 'auto', REJECTED],
  ['aws-iam-identity-center', 'aws-iam-identity-center', UNSUPPORTED],
  ['google-cloud-identity', 'auto', {}],
  ['google-cloud-identity', 'google-cloud-identity', {}],
  ['github-emu', 'auto', {}],
  // Its users have no entitlements, whatever the fake would take.
  ['github-emu', 'github-emu', UNSUPPORTED],
  ['entra', 'auto', REJECTED],
  ['entra', 'entra', UNSUPPORTED],
  ['okta', 'auto', {}],
  ['okta', 'okta', {}],
];

test.each(KNOWN)('%s, met as %s', (like, profile, expected) =>
  play(like, () => undefined, companyRules({ profile }), expected),
);

const as = (profile: ProfileSettings): Config => companyRules({ profile });

const SETTINGS: readonly (readonly [string, readonly Quirk[], ProfileSettings])[] = [
  ['plain JSON', ['json-only'], { contentType: 'application/json' }],
  [
    'removal as a list, where that is meant',
    ['remove-filter-400', 'legacy-remove-removes-listed'],
    { removeMember: 'legacy' },
  ],
  ['removal by writing the list', ['remove-filter-501'], { removeMember: 'replace' }],
  [
    'addition and removal by PUT',
    ['add-does-nothing', 'remove-filter-400'],
    { addMember: 'put', removeMember: 'put' },
  ],
  ['addition without a path', [], { addMember: 'no-path' }],
  ['values one at a time', ['replace-drops-subattributes'], { values: 'single' }],
  ['pages by cursor', [], { paging: 'cursor' }],
];

test.each(SETTINGS)('a setting of the profile helps: %s', (_name, lies, profile) =>
  play('honest', telling(lies), as(profile)),
);

test.each(['honoured', 'ignored', 'frozen'] as const)('ETags that are %s', (etags) =>
  play('honest', (fake) => Object.assign(fake.scim, { etags }), companyRules()),
);

test.each(['cursor', 'cursor-forced'] as const)('pages of one, by %s', (paging) =>
  play('honest', (fake) => Object.assign(fake.scim, { paging, pageSize: 1 }), companyRules()),
);

describe('members that are never listed', () => {
  const FINDABLE: readonly (readonly Quirk[])[] = [
    ['members-never-listed', 'user-groups-absent'],
    ['members-never-listed', 'user-groups-always-empty'],
    ['members-key-absent', 'user-groups-absent'],
    ['members-never-listed', 'user-groups-stale'],
  ];
  test.each(FINDABLE)('are found by id and member: %s, %s', (...lies) =>
    play('honest', telling(lies), companyRules()),
  );

  const HIDDEN: readonly (readonly Quirk[])[] = [
    ['members-never-listed', 'user-groups-absent', 'ignore-membership-filter'],
    ['members-never-listed', 'user-groups-absent', 'ignore-filter'],
    ['members-never-listed', 'user-groups-absent', 'no-membership-filter'],
    ['members-never-listed', 'user-groups-always-empty', 'empty-membership-filter'],
  ];
  const unseen = { ...PLAIN.gained, group: 'applied unverifiable' };
  const { group: _group, ...values } = PLAIN.left;

  // DESIGN section 3: what couldn't be seen before is taken for theirs, so it stays, unless the name is ours alone.
  test.each(HIDDEN)('nor found, may have been there before: %s, %s, %s', (...lies) =>
    play('honest', telling(lies), companyRules(), {
      gained: unseen,
      left: values,
      has: ['group'],
      contradictions: ['group is forgotten'],
    }),
  );

  test.each(HIDDEN)(
    'nor found, are taken back where the name is managed, and owed for ever: %s, %s, %s',
    (...lies) =>
      play(
        'honest',
        telling(lies),
        companyRules({ managed: { group: ['jit-*'], role: [], entitlement: [] } }),
        {
          gained: unseen,
          left: { ...PLAIN.left, group: 'owed unverifiable' },
          owed: ['group'],
          closed: ['applied', 'owed'],
        },
      ),
  );
});
