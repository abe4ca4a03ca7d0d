// The company the flow is tested in: Alice with a life of her own, and colleagues to whom nothing may happen.
import type { Config, Rule } from '../../src/core/config.ts';
import { byName, config as configOf, rule as ruleOf } from '../core/samples.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { ALICE } from '../support/machine.ts';
import type { ProfileName } from '../support/profiles/profiles.ts';

export const FOREIGN_ROLE = { value: 'reader', type: 'app', display: 'Reads things', primary: true };
export const FOREIGN_ENTITLEMENTS = [
  { value: 'seat', type: 'license', display: 'A seat' },
  { value: 'parking', display: 'Level 2' },
];

export async function openCompany(profile: ProfileName = 'honest'): Promise<FakeDirectory> {
  const fake = await FakeDirectory.start({ profile });
  const withoutEntitlements = profile === 'aws-iam-identity-center' || profile === 'entra';
  fake.addUser({
    id: ALICE.id,
    userName: ALICE.name,
    roles: [{ ...FOREIGN_ROLE }],
    ...(withoutEntitlements ? {} : { entitlements: FOREIGN_ENTITLEMENTS.map((each) => ({ ...each })) }),
  });
  fake.addUser({ id: 'bob', userName: 'bob@acme.example', roles: [{ value: 'deployer' }] });
  fake.addUser({ id: 'carol', userName: 'carol@acme.example', entitlements: [{ value: 'jit:release' }] });
  fake.addGroup({ id: 'g-staff', displayName: 'staff', members: ['alice', 'bob', 'carol'] });
  fake.addGroup({ id: 'g-release', displayName: 'jit-release', members: ['bob', 'carol'] });
  return fake;
}

/** Everything that can be granted, on `release`. */
export const RELEASE: Rule = ruleOf('release', {
  branches: ['release'],
  grant: [
    byName('jit-release'),
    { kind: 'role', name: 'deployer' },
    { kind: 'role', name: 'approver', type: 'release' },
    { kind: 'entitlement', name: 'jit:release' },
  ],
});

export const companyRules = (more: Partial<Config> = {}, rules: readonly Rule[] = [RELEASE]): Config =>
  configOf(rules, { timeout: 5_000, deadline: 15_000, ...more });
