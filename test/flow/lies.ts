// What is expected of each lie a server was seen to tell: whether the grants work all the same, and what is said if not.

import type { Config } from '../../src/core/config.ts';
import { byName } from '../core/samples.ts';
import type { FakeDirectory } from '../support/fake-directory.ts';
import type { Quirk } from '../support/fake-quirk.ts';
import { companyRules, RELEASE } from './scene.ts';
import type { Staging, Story } from './story.ts';

export interface Expected extends Staging {
  /** Everything is granted, confirmed, and given back; else why not, in words. */
  readonly works: true | string;
  /** What differs from that. */
  readonly but?: Partial<Story>;
  readonly arrange?: (fake: FakeDirectory) => void;
  readonly config?: Config;
  /** The change that is to be reported as having harmed, and put back or not. */
  readonly harmed?: { readonly what: RegExp; readonly restored: boolean };
}

const WORKS: Expected = { works: true };
const said = (words: string) => ({ group: words, role: words, typed: words, entitlement: words });
const CONFIRMED = said('applied confirmed');
const { group: _group, ...VALUES } = CONFIRMED;
const { entitlement: _entitlement, ...NO_ENTITLEMENT } = CONFIRMED;

/** A story in which all went as it should. */
export const PLAIN: Story = {
  gained: CONFIRMED,
  left: CONFIRMED,
  had: ['group', 'role', 'typed', 'entitlement'],
  has: [],
  owed: [],
  harm: [],
  closed: ['applied', 'applied'],
  contradictions: [],
};

const NOTHING: Partial<Story> = { left: {}, had: [] };

const removalRefused = (failure: string): Expected => ({
  works: 'members can only be removed in forms that empty the group elsewhere, so it stays owed',
  but: {
    left: { ...CONFIRMED, group: `owed ${failure}` },
    has: ['group'],
    owed: ['group'],
    closed: ['applied', 'owed'],
  },
});

/** So many that their going all at once is nobody else's doing. */
function moreColleagues(fake: FakeDirectory): void {
  for (const id of ['dave', 'erin']) {
    fake.addUser({ id, userName: `${id}@acme.example` });
    fake.scim.groups.get('g-release')?.members.push(id);
  }
}

/** A name with a quote in it, which a filter has to escape. */
const quoted = (closed: string): Expected => ({
  works: true,
  config: companyRules({}, [{ ...RELEASE, grant: [...RELEASE.grant, byName('jit-"quoted"')] }]),
  arrange: (fake) => fake.addGroup({ displayName: 'jit-"quoted"', members: ['bob'] }),
  // Only the one that can't be found by its name fails.
  but: { closed: [closed, 'applied'] },
});

export const LIES: Readonly<Record<Quirk, Expected>> = {
  accept: {
    works: 'a 202 promises nothing, and nothing comes of it',
    but: {
      ...NOTHING,
      // Two roles are one list, so the second waits for the first.
      gained: { ...said('pending accepted'), role: 'pending' },
      left: { typed: 'failed', group: 'failed', entitlement: 'failed' },
      closed: ['superseded', 'unchanged no-rule'],
    },
  },
  '202-with-set-txn': {
    works: true,
    // Done late: it is asked to give a list's second value only once it has the first.
    onRelease: (fake) => fake.scim.settle(),
    onMain: (fake) => fake.scim.settle(),
    but: { closed: ['applied', 'owed'] },
  },
  pretend: {
    works: 'nothing is ever stored',
    but: {
      ...NOTHING,
      gained: said('failed contradicted'),
      closed: ['failed contradicted', 'unchanged no-rule'],
    },
  },
  'late-visible': WORKS,
  'add-does-nothing': {
    works: 'members can only be added, and that is ignored; values are replaced',
    but: {
      gained: { ...VALUES, group: 'failed contradicted' },
      left: VALUES,
      had: ['role', 'typed', 'entitlement'],
      closed: ['failed contradicted', 'applied'],
    },
  },
  'nopath-add-ignored': WORKS,
  'capital-op-ignored': WORKS,
  'urn-path-ignored': WORKS,
  'revoke-does-nothing': {
    works: 'what is taken away stays',
    but: {
      left: said('owed contradicted'),
      has: ['group', 'role', 'typed', 'entitlement'],
      owed: ['typed', 'role', 'group', 'entitlement'],
      closed: ['applied', 'owed contradicted'],
    },
  },
  'patch-half-applied': WORKS,
  'put-keeps-members': WORKS,
  'put-501': WORKS,

  'ignore-filter': WORKS,
  'ignore-membership-filter': WORKS,
  'empty-membership-filter': WORKS,
  'no-membership-filter': WORKS,
  'duplicate-user-in-list': WORKS,
  'case-sensitive-username': WORKS,
  'canonical-spelling-only': WORKS,
  'escaped-quote-400': quoted('failed'),
  'escaped-quote-500': quoted('failed'),
  'escaped-quote-nothing': quoted('refused unknown-group'),
  'repeat-pages': WORKS,
  'paging-ignored': WORKS,
  'totals-wrong': WORKS,
  'totals-too-large': WORKS,
  'resources-missing-when-empty': WORKS,
  'resources-lowercase': WORKS,
  'extra-unknown-keys': WORKS,
  'excludedAttributes-ignored': WORKS,
  'excludedAttributes-400': WORKS,

  'members-never-listed': WORKS,
  'members-key-absent': WORKS,
  'user-groups-absent': WORKS,
  'user-groups-always-empty': WORKS,
  'user-groups-stale': WORKS,
  'hide-members': WORKS,
  'hide-groups': WORKS,

  'repeated-add-duplicates': WORKS,
  'remove-filter-400': removalRefused('rejected'),
  'remove-filter-501': removalRefused('faulty'),
  'legacy-remove-removes-listed': WORKS,
  'remove-empties-group': {
    works: true,
    arrange: moreColleagues,
    // The others are put back at once, and the next look finds that Alice is out.
    but: { closed: ['applied', 'owed contradicted'] },
    harmed: { what: /other members of jit-release/, restored: true },
  },
  'add-replaces-members': {
    works: 'adding one takes the others out; they are put back, and it is not tried again',
    arrange: moreColleagues,
    but: {
      gained: { ...VALUES, group: 'failed unsafe' },
      left: VALUES,
      had: ['role', 'typed', 'entitlement'],
      closed: ['failed contradicted', 'applied'],
    },
    harmed: { what: /other members of jit-release/, restored: true },
  },
  'unknown-member-dropped': WORKS,
  'unknown-member-500': WORKS,
  'unknown-member-stored': WORKS,

  'add-replaces-values': WORKS,
  'one-value-per-type': {
    works: 'an entitlement of hers without a type would go for ours without one; it is put back',
    but: {
      gained: { ...NO_ENTITLEMENT, entitlement: 'failed unsafe' },
      left: NO_ENTITLEMENT,
      had: ['group', 'role', 'typed'],
      closed: ['failed contradicted', 'applied'],
    },
    harmed: { what: /other entitlements of yours/, restored: true },
  },
  'two-of-a-type-400': WORKS,
  'reject-types': {
    works: 'no role has a type there',
    arrange: (fake) => {
      fake.user('alice').roles = [];
    },
    but: {
      gained: { ...CONFIRMED, typed: 'failed rejected' },
      left: { group: 'applied confirmed', role: 'applied confirmed', entitlement: 'applied confirmed' },
      had: ['group', 'role', 'entitlement'],
      closed: ['failed', 'applied'],
    },
  },
  'replace-drops-subattributes': {
    works: 'lists can’t be written without taking something out of them, not even to put it back',
    but: {
      gained: { ...said('failed unsafe'), group: 'applied confirmed' },
      left: { group: 'applied confirmed' },
      had: ['group'],
      harm: ['Alice lost reader', 'Alice lost seat', 'Alice lost parking'],
      closed: ['failed contradicted', 'applied'],
    },
    harmed: { what: /other (roles|entitlements) of yours/, restored: false },
  },
  'replace-drops-foreign': {
    works: 'likewise; of one foreign value all can be put back, of two only the last',
    but: {
      gained: { ...said('failed unsafe'), group: 'applied confirmed' },
      left: { group: 'applied confirmed' },
      had: ['group'],
      harm: ['Alice lost seat'],
      closed: ['failed contradicted', 'applied'],
    },
    harmed: { what: /other (roles|entitlements) of yours/, restored: false },
  },
  'remove-sets-list': WORKS,

  // What they are about: create-groups.test.ts.
  'externalId-dropped': WORKS,
  'twin-on-create': WORKS,

  'json-only': {
    works: 'the type that RFC 7644 asks for is refused; profile.contentType says the other',
    but: { ...NOTHING, gained: said('failed rejected'), closed: ['failed', 'unchanged no-rule'] },
  },
  'location-elsewhere': WORKS,
  '200-with-empty-object': WORKS,
  'missing-group-500': WORKS,
  'plain-text-401': WORKS,
  'html-errors': WORKS,
  'detail-not-string': WORKS,
  '500-names-limit': {
    works: 'every request is one too many',
    but: { ...NOTHING, gained: said('pending throttled'), closed: ['superseded', 'unchanged no-rule'] },
  },
};
