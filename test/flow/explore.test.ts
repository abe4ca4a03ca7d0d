import { test } from 'vitest';
import type { Quirk } from '../support/fake-quirk.ts';
import { Machine } from '../support/machine.ts';
import { companyRules, openCompany } from './scene.ts';
import { story } from './story.ts';

const QUIRKS: Quirk[] = [
  'accept',
  'pretend',
  '202-with-set-txn',
  'late-visible',
  'add-does-nothing',
  'nopath-add-ignored',
  'capital-op-ignored',
  'urn-path-ignored',
  'revoke-does-nothing',
  'patch-half-applied',
  'put-keeps-members',
  'put-501',
  'ignore-filter',
  'ignore-membership-filter',
  'empty-membership-filter',
  'no-membership-filter',
  'duplicate-user-in-list',
  'case-sensitive-username',
  'canonical-spelling-only',
  'escaped-quote-400',
  'escaped-quote-500',
  'escaped-quote-nothing',
  'repeat-pages',
  'paging-ignored',
  'totals-wrong',
  'totals-too-large',
  'resources-missing-when-empty',
  'resources-lowercase',
  'extra-unknown-keys',
  'excludedAttributes-ignored',
  'excludedAttributes-400',
  'members-never-listed',
  'members-key-absent',
  'user-groups-absent',
  'user-groups-always-empty',
  'user-groups-stale',
  'hide-members',
  'hide-groups',
  'repeated-add-duplicates',
  'remove-filter-400',
  'remove-filter-501',
  'legacy-remove-removes-listed',
  'remove-empties-group',
  'add-replaces-members',
  'unknown-member-dropped',
  'unknown-member-500',
  'unknown-member-stored',
  'add-replaces-values',
  'one-value-per-type',
  'two-of-a-type-400',
  'reject-types',
  'replace-drops-subattributes',
  'replace-drops-foreign',
  'remove-sets-list',
  'externalId-dropped',
  'twin-on-create',
  'json-only',
  'location-elsewhere',
  '200-with-empty-object',
  'missing-group-500',
  'plain-text-401',
  'html-errors',
  'detail-not-string',
  '500-names-limit',
];

test.each(QUIRKS)('%s', async (quirk) => {
  const fake = await openCompany();
  fake.scim.lies.add(quirk);
  await using machine = new Machine(fake, companyRules());
  const t = performance.now();
  const told = await story(fake, machine);
  const plain =
    JSON.stringify(told) ===
    '{"gained":{"typed":"applied confirmed","role":"applied confirmed","group":"applied confirmed","entitlement":"applied confirmed"},"left":{"typed":"applied confirmed","role":"applied confirmed","group":"applied confirmed","entitlement":"applied confirmed"},"had":["group","role","typed","entitlement"],"has":[],"owed":[],"harm":[],"closed":["applied","applied"],"contradictions":[]}';
  process.stdout.write(
    `\n== ${quirk} (${fake.requests.length} requests, ${Math.round(performance.now() - t)} ms)\n${
      plain
        ? 'PLAIN'
        : Object.entries(told)
            .map(([k, v]) => `   ${k}: ${JSON.stringify(v)}`)
            .join('\n')
    }\n`,
  );
});
