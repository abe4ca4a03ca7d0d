import { test } from 'vitest';
import type { Config } from '../../src/core/config.ts';
import { PROFILE_NAMES } from '../../src/core/profile.ts';
import { byName } from '../core/samples.ts';
import type { FakeDirectory, Misbehaviour, When } from '../support/fake-directory.ts';
import type { Quirk } from '../support/fake-quirk.ts';
import { Machine } from '../support/machine.ts';
import { PROFILES, type ProfileName } from '../support/profiles/profiles.ts';
import { companyRules, openCompany, RELEASE } from './scene.ts';
import { type Staging, story } from './story.ts';

async function show(
  name: string,
  setup: (fake: FakeDirectory) => void,
  config: Config = companyRules(),
  staging: Staging = {},
  profile: ProfileName = 'honest',
) {
  const fake = await openCompany(profile);
  setup(fake);
  await using machine = new Machine(fake, config);
  const t = performance.now();
  let told: object;
  try {
    told = await story(fake, machine, staging);
  } catch (e) {
    told = { error: String(e) };
  }
  const plain =
    JSON.stringify(told) ===
    '{"gained":{"typed":"applied confirmed","role":"applied confirmed","group":"applied confirmed","entitlement":"applied confirmed"},"left":{"typed":"applied confirmed","role":"applied confirmed","group":"applied confirmed","entitlement":"applied confirmed"},"had":["group","role","typed","entitlement"],"has":[],"owed":[],"harm":[],"closed":["applied","applied"],"contradictions":[]}';
  process.stdout.write(
    `\n== ${name} (${fake.requests.length} requests, ${Math.round(performance.now() - t)} ms)\n${
      plain
        ? 'PLAIN'
        : Object.entries(told)
            .map(([k, v]) => `   ${k}: ${JSON.stringify(v)}`)
            .join('\n')
    }\n`,
  );
}

test.each(['escaped-quote-400', 'escaped-quote-500', 'escaped-quote-nothing'] as Quirk[])('quoted %s', (q) =>
  show(
    `quoted ${q}`,
    (fake) => {
      fake.scim.lies.add(q);
      fake.addGroup({ displayName: 'jit-"x"', members: ['bob'] });
    },
    companyRules({}, [{ ...RELEASE, grant: [...RELEASE.grant, byName('jit-"x"')] }]),
  ),
);
test.each(['plain-text-401', 'missing-group-500'] as Quirk[])('gone %s', (q) =>
  show(
    `gone ${q}`,
    (fake) => {
      fake.scim.lies.add(q);
      fake.addGroup({ id: 'g2', displayName: 'jit-2', members: ['bob'] });
    },
    companyRules({}, [{ ...RELEASE, grant: [...RELEASE.grant, byName('jit-2')] }]),
    {
      onRelease: (fake) => {
        fake.scim.groups.delete('g2');
      },
    },
  ),
);
const names = Object.keys(PROFILES) as ProfileName[];
test.each(
  names.flatMap((p): string[][] => [
    [p, 'auto'],
    ...((PROFILE_NAMES as readonly string[]).includes(p) ? [[p, p]] : []),
  ]),
)('profile %s as %s', (p = '', as = '') =>
  show(`profile ${p} as ${as}`, () => {}, companyRules({ profile: as as 'auto' }), {}, p as ProfileName),
);
const combos: Quirk[][] = [
  ['members-never-listed', 'user-groups-absent'],
  ['members-never-listed', 'user-groups-always-empty'],
  ['members-key-absent', 'user-groups-absent'],
  ['members-never-listed', 'user-groups-stale'],
  ['members-never-listed', 'user-groups-absent', 'ignore-membership-filter'],
  ['members-never-listed', 'user-groups-absent', 'ignore-filter'],
  ['members-never-listed', 'user-groups-absent', 'no-membership-filter'],
  ['members-never-listed', 'user-groups-absent', 'empty-membership-filter'],
  ['members-never-listed', 'user-groups-always-empty', 'empty-membership-filter'],
  ['members-never-listed', 'user-groups-always-empty', 'no-membership-filter', 'revoke-does-nothing'],
  ['add-replaces-values', 'replace-drops-subattributes'],
  ['user-groups-absent', 'repeated-add-duplicates', 'late-visible'],
];
test.each(combos.map((c) => [c.join('+'), c] as const))('%s', (n, c) =>
  show(n, (fake) => {
    for (const each of c) fake.scim.lies.add(each);
  }),
);
test.each(['honoured', 'ignored', 'frozen'] as const)('etags %s', (e) =>
  show(`etags ${e}`, (fake) => {
    fake.scim.etags = e;
  }),
);
test.each(['cursor', 'cursor-forced'] as const)('paging %s', (e) =>
  show(`paging ${e}`, (fake) => {
    fake.scim.paging = e;
    fake.scim.pageSize = 1;
  }),
);
const faults: Misbehaviour[] = [
  { how: 'answer', status: 500, body: '<h1>no</h1>' },
  { how: 'answer', status: 401, body: 'no' },
  { how: 'answer', status: 503 },
  { how: 'reset' },
  { how: 'lose-answer' },
  { how: 'hang' },
  { how: 'drip' },
  { how: 'flood' },
  { how: 'cut' },
  { how: 'slow-first-byte', ms: 50 },
  { how: 'slow-first-byte', ms: 1000 },
  { how: 'slow-body', ms: 50 },
  { how: 'slow-body', ms: 1000 },
  { how: 'lost-update', ms: 20 },
  { how: 'html' },
  { how: 'wrong-length', by: 5 },
  { how: 'wrong-length', by: -5 },
  { how: 'redirect', to: 'http://127.0.0.1:9/x' },
  { how: 'throttle', retryAfter: 7 },
  { how: 'throttle' },
];
const whens: When[] = [
  { times: 1, method: 'GET' },
  { times: 1, method: 'PATCH' },
  { times: 3, method: 'PATCH' },
];
test.each(faults.flatMap((f) => whens.map((w) => [f, w] as const)))('%j %j', (f, w) =>
  show(
    `${JSON.stringify(f)} ${JSON.stringify(w)}`,
    (fake) => {
      fake.misbehave(f, { ...w });
    },
    companyRules({ timeout: 400 }),
    {
      onRelease: (fake) => {
        fake.behave();
        fake.misbehave(f, { ...w });
      },
      onMain: (fake) => fake.behave(),
    },
  ),
);
