// What a directory can do to be forgotten, believed or obeyed too soon: each once let access go unaccounted for.
import { expect, test } from 'vitest';
import { byName, rule } from '../core/samples.ts';
import type { FakeDirectory } from '../support/fake-directory.ts';
import { Machine } from '../support/machine.ts';
import { companyRules, openCompany, RELEASE } from './scene.ts';

const isIn = (fake: FakeDirectory): boolean => fake.members('jit-release').includes('alice');
const GROUP_ONLY = companyRules({}, [{ ...RELEASE, grant: [byName('jit-release')] }]);

test('an add that is done only after the branch was left is not forgotten', async () => {
  const fake = await openCompany();
  await using machine = new Machine(fake, GROUP_ONLY);
  await machine.wake();
  fake.scim.lies.add('202-with-set-txn');
  machine.checkout('release');
  await machine.wake();
  machine.checkout('main');
  const left = await machine.wake();
  expect(left.reports).toMatchObject([{ outcome: 'owed' }]);
  expect(machine.held('jit-release')).toMatchObject({ state: 'adding' });
  fake.scim.settle();
  fake.scim.lies.clear();
  expect(isIn(fake)).toBe(true);
  await machine.calm();
  expect(isIn(fake)).toBe(false);
  expect(machine.ledger.holdings).toEqual([]);
});

test('an add that never comes is let go of in the end', async () => {
  const fake = await openCompany();
  await using machine = new Machine(fake, GROUP_ONLY);
  await machine.wake();
  fake.misbehave({ how: 'accept' }, { method: 'PATCH' });
  machine.checkout('release');
  await machine.wake();
  machine.checkout('main');
  await machine.wake();
  machine.clock.move(11 * 60_000);
  await machine.calm();
  expect(machine.ledger.holdings).toEqual([]);
  expect(isIn(fake)).toBe(false);
});

test('a gateway that answers 404 to everything makes nothing count as gone', async () => {
  const fake = await openCompany();
  await using machine = new Machine(fake, companyRules());
  await machine.wake();
  machine.checkout('release');
  await machine.calm();
  fake.misbehave({ how: 'answer', status: 404, body: '<html>not found</html>' });
  machine.checkout('main');
  const left = await machine.wake();
  expect(left.reports.map(({ outcome }) => outcome)).toEqual(['owed', 'owed', 'owed', 'owed']);
  fake.behave();
  await machine.calm();
  expect(isIn(fake)).toBe(false);
  expect(fake.user('alice').roles).toMatchObject([{ value: 'reader' }]);
  expect(machine.ledger.holdings).toEqual([]);
});

test('an account that is really gone is owed nothing', async () => {
  const fake = await openCompany();
  await using machine = new Machine(fake, companyRules());
  await machine.wake();
  machine.checkout('release');
  await machine.calm();
  fake.scim.users.delete('alice');
  fake.scim.lies.add('members-never-listed');
  machine.checkout('main');
  await machine.calm();
  expect(machine.ledger.holdings).toEqual([]);
});

test('values that no rule could mean are sent back with the list as they are', async () => {
  const fake = await openCompany();
  const odd = [{ value: 42, display: 'Payroll' }, { display: 'Auditor', type: 'app' }, { value: 'reader' }];
  fake.user('alice').roles = structuredClone(odd);
  await using machine = new Machine(fake, companyRules());
  await machine.wake();
  machine.checkout('release');
  await machine.calm();
  // This server takes no list with such values, which is its right; what counts is that they are in what was sent.
  const sent = fake.requests
    .map(({ body }) => JSON.stringify(body))
    .filter((text) => text.includes('"path":"roles"'));
  expect(sent.length).toBeGreaterThan(0);
  for (const text of sent) expect(text).toContain('"display":"Payroll"');
  expect(fake.user('alice').roles).toEqual(odd);
  machine.checkout('main');
  await machine.calm();
  expect(fake.user('alice').roles).toEqual(odd);
});

test('a list that nobody could write back is left alone', async () => {
  const fake = await openCompany();
  const odd = ['owner', 7] as unknown as Record<string, unknown>[];
  fake.user('alice').roles = odd;
  await using machine = new Machine(fake, companyRules());
  await machine.wake();
  machine.checkout('release');
  const settled = await machine.wake();
  const roles = settled.reports.filter(({ change }) => change.item.kind === 'role');
  expect(roles.map(({ outcome, failure }) => [outcome, failure?.code])).toEqual([
    ['failed', 'unsafe'],
    ['failed', 'unsafe'],
  ]);
  expect(fake.user('alice').roles).toEqual(odd);
});

const CONDITIONAL = companyRules({}, [
  { ...RELEASE, eligible: [byName('staff')], grant: [byName('jit-release')] },
  rule('hotfix', { branches: ['hotfix'], grant: [byName('jit-hotfix')] }),
]);

test('a question of eligibility without an answer keeps nothing else from going, and grants nothing new', async () => {
  const fake = await openCompany();
  fake.addGroup({ id: 'g-hotfix', displayName: 'jit-hotfix', members: ['bob', 'carol', 'alice'] });
  await using machine = new Machine(fake, CONDITIONAL);
  await machine.wake();
  fake.scim.groups.get('g-hotfix')?.members.pop();
  machine.checkout('hotfix');
  await machine.calm();
  expect(fake.members('jit-hotfix')).toContain('alice');
  fake.misbehave({ how: 'answer', status: 500 }, { path: '/Groups?filter=displayName%20eq%20%22staff%22' });
  machine.checkout('release');
  await machine.wake();
  expect(fake.members('jit-hotfix')).not.toContain('alice');
  expect(isIn(fake)).toBe(false);
  fake.behave();
  await machine.sync();
  expect(isIn(fake)).toBe(true);
  // And what is held stays while nobody can say.
  fake.misbehave({ how: 'answer', status: 500 }, { path: '/Groups?filter=displayName%20eq%20%22staff%22' });
  await machine.wake();
  expect(isIn(fake)).toBe(true);
});

test('a list of groups that shows the past makes nobody eligible', async () => {
  const fake = await openCompany();
  await using machine = new Machine(fake, companyRules({ profile: { userGroups: 'no' } }, CONDITIONAL.rules));
  await machine.wake();
  fake.scim.lies.add('user-groups-stale');
  fake.scim.groups.get('g-staff')?.members.shift();
  machine.checkout('release');
  await machine.calm();
  expect(isIn(fake)).toBe(false);
});

test('two groups of the name that makes eligible make nobody eligible', async () => {
  const fake = await openCompany();
  fake.scim.groups.get('g-staff')?.members.splice(0, 3);
  fake.addGroup({ id: 'g-other', displayName: 'staff', members: ['alice'] });
  await using machine = new Machine(fake, CONDITIONAL);
  await machine.wake();
  machine.checkout('release');
  await machine.calm();
  expect(isIn(fake)).toBe(false);
});
