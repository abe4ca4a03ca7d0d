import { test } from 'vitest';
import { Machine } from '../support/machine.ts';
import type { Quirk } from '../support/fake-quirk.ts';
import { byName } from '../core/samples.ts';
import { RELEASE, companyRules, openCompany } from './scene.ts';
import { story } from './story.ts';

async function show(name: string, quirks: Quirk[], profile: 'honest' | 'entra' = 'honest', lose = false) {
  const fake = await openCompany(profile);
  for (const q of quirks) fake.scim.lies.add(q);
  fake.addGroup({ id: 'g2', displayName: 'jit-2', members: ['bob'] });
  await using machine = new Machine(fake, companyRules({}, [{ ...RELEASE, grant: [...RELEASE.grant, byName('jit-2')] }]));
  const told = await story(fake, machine, { onRelease: () => { fake.scim.groups.delete('g2'); if (lose) machine.loseCache(); } });
  process.stdout.write(`\n== ${name} ${fake.requests.length}\n${Object.entries(told).map(([k, v]) => `   ${k}: ${JSON.stringify(v)}`).join('\n')}\n ${JSON.stringify(machine.ledger.holdings.map((h) => [h.item.name, h.state]))} ${JSON.stringify(machine.lines.filter((l) => l.name === 'jit-2').map((l) => [l.kind, l.op, l.outcome, l.reason]))}\n`);
}
const combos: Quirk[][] = [[], ['missing-group-500'], ['missing-group-500', 'user-groups-absent'], ['missing-group-500', 'user-groups-absent', 'no-membership-filter']];
test.each(combos.map((c) => [c.join('+'), c] as const))('%s', (n, c) => show(n, c));
test.each(combos.map((c) => [c.join('+'), c] as const))('entra %s', (n, c) => show(`entra ${n}`, c, 'entra'));
test.each(combos.map((c) => [c.join('+'), c] as const))('cacheless %s', (n, c) => show(`cacheless ${n}`, c, 'honest', true));
