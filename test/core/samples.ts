// Plain values for the tests of core: each takes what a test is about and fills in the rest.
import type { Config, Rule } from '../../src/core/config.ts';
import type { OpenEvent } from '../../src/core/event.ts';
import type { Lease, Place, Terms } from '../../src/core/lease.ts';
import type { Holding, Item } from '../../src/core/ledger.ts';
import type { GroupFacts, SubjectFacts } from '../../src/core/scim-message.ts';
import type { GroupTarget } from '../../src/core/target.ts';

export const ENDPOINT = 'https://idp.example.com/scim/v2';
export const SUBJECT = 'alice@acme.example';
export const SUBJECT_ID = 'u-alice';
export const HOLDER = { endpoint: ENDPOINT, subjectId: SUBJECT_ID, subject: SUBJECT };
export const CLONE = '/home/alice/payments/.git';
export const MAIN: Place = { gitDir: CLONE, path: '/home/alice/payments' };
export const SIDE: Place = { gitDir: `${CLONE}/worktrees/side`, path: '/home/alice/side' };
export const HOUR = 3_600_000;
export const NOW = Date.parse('2026-11-23T18:00:00Z');

export const TERMS: Terms = {
  endpoint: ENDPOINT,
  subject: SUBJECT,
  subjectId: SUBJECT_ID,
  device: 'device',
  repo: 'github.com/acme/payments',
  commonDir: CLONE,
  policy: { commit: 'c1', blob: 'b1' },
};

export const byName = (name: string, more: Partial<GroupTarget> = {}): GroupTarget => ({
  kind: 'group',
  by: 'displayName',
  name,
  ...more,
});

/** What a directory says of a group, and of a subject; each test says what it is about. */
export const groupFacts = (more: Partial<GroupFacts> = {}): GroupFacts => ({
  id: 'g',
  displayName: 'G',
  externalId: null,
  members: [],
  strangers: 0,
  nested: [],
  large: false,
  version: null,
  ...more,
});

export const subjectFacts = (more: Partial<SubjectFacts> = {}): SubjectFacts => ({
  id: SUBJECT_ID,
  userName: SUBJECT,
  externalId: null,
  emails: [],
  active: true,
  groups: null,
  roles: [],
  entitlements: [],
  unreadable: [],
  version: null,
  ...more,
});

export const group = (name: string): Item => ({ kind: 'group', name, id: `id-of-${name}` });

export const rule = (name: string, more: Partial<Rule> = {}): Rule => ({
  name,
  branches: [`${name}/*`],
  except: [],
  eligible: [],
  grant: [byName(`jit-${name}`)],
  lifetime: 12 * HOUR,
  until: 'switch',
  createGroups: false,
  ...more,
});

export const config = (rules: readonly Rule[], more: Partial<Config> = {}): Config => ({
  endpoint: null,
  timeout: 3_000,
  deadline: 15_000,
  profile: 'auto',
  subject: { attribute: 'userName', from: 'git:user.email' },
  managed: { group: [], role: [], entitlement: [] },
  rules,
  ...more,
});

export const lease = (id: string, more: Partial<Lease> = {}): Lease => ({
  ...TERMS,
  id,
  worktree: MAIN,
  branch: 'release/1',
  rules: ['release'],
  until: 'switch',
  lifetime: 12 * HOUR,
  by: 'checkout',
  granted: NOW - HOUR,
  expires: NOW + 11 * HOUR,
  event: 'e-grant',
  wants: [{ target: byName('jit-release'), rules: ['release'] }],
  ...more,
});

export const holding = (item: Item, more: Partial<Holding> = {}): Holding => ({
  ...HOLDER,
  item,
  before: 'absent',
  managed: false,
  state: 'held',
  event: 'e-grant',
  lease: 'lease',
  rules: ['release'],
  repo: TERMS.repo,
  branch: 'release/1',
  since: NOW - HOUR,
  ...more,
});

export const event = (id: string, more: Partial<OpenEvent> = {}): OpenEvent => ({
  id,
  kind: 'switch',
  place: MAIN,
  from: 'main',
  branch: 'release/1',
  at: NOW,
  renewal: false,
  superseded: false,
  ...more,
});

/** Ids that count up, so that a test can name them. */
export const counter = (prefix: string): (() => string) => {
  let last = 0;
  return () => {
    last += 1;
    return `${prefix}-${last}`;
  };
};
