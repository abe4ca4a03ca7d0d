// What it costs the directory: how many requests, how many bytes, how many at a time, and how it is left alone.
import { expect, test } from 'vitest';
import { byName, rule } from '../core/samples.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import type { Quirk } from '../support/fake-quirk.ts';
import { ALICE, Machine, type MachineOptions } from '../support/machine.ts';
import { companyRules } from './scene.ts';

interface Company {
  readonly fake: FakeDirectory;
  readonly machine: Machine;
}

const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `jit-${at}`);

/** Alice is in no group, and each of the groups has other members. */
async function company(
  groups: number,
  lies: readonly Quirk[] = [],
  options: MachineOptions = {},
): Promise<Company> {
  const fake = await FakeDirectory.start();
  fake.addUser({ id: ALICE.id, userName: ALICE.name });
  fake.addUser({ id: 'bob', userName: 'bob@acme.example' });
  for (const name of names(groups)) fake.addGroup({ displayName: name, members: ['bob'] });
  for (const lie of lies) fake.scim.lies.add(lie);
  const rules = [
    rule('release', { branches: ['release'], grant: names(groups).map((name) => byName(name)) }),
  ];
  return { fake, machine: new Machine(fake, companyRules({}, rules), options) };
}

/** How many requests a switch took, after which all of it is as it should be. */
async function requestsOf({ fake, machine }: Company, branch: string, count: number): Promise<number> {
  machine.checkout(branch);
  const before = fake.requests.length;
  const settled = await machine.wake();
  expect(settled.reports.map(({ outcome, verified }) => `${outcome} ${verified}`)).toEqual(
    Array.from({ length: count }, () => 'applied confirmed'),
  );
  return fake.requests.length - before;
}

const HOUR = 3_600_000;

test.each([
  // Cold, it is seen once how the directory treats other members, and whether a user's groups follow changes.
  [1, { cold: 5, back: 4, known: 4, again: 3 }, []],
  [20, { cold: 62, back: 42, known: 61, again: 41 }, []],
  // The group itself is read in the place of the user, before and after, so an addition costs the same three.
  [20, { cold: 61, back: 61, known: 61, again: 61 }, ['user-groups-absent']],
] as const)('%i groups there and back, cold and known, take %j, where %j', async (count, expected, lies) => {
  const here = await company(count, lies);
  await using machine = here.machine;
  await machine.wake();
  const [cold, back] = [await requestsOf(here, 'release', count), await requestsOf(here, 'main', count)];
  machine.clock.move(HOUR);
  const [known, again] = [await requestsOf(here, 'release', count), await requestsOf(here, 'main', count)];
  expect({ cold, back, known, again }).toEqual(expected);
});

test('writes come one after the other, however slow they are', async () => {
  const here = await company(20);
  const { fake } = here;
  await using machine = here.machine;
  await machine.wake();
  fake.misbehave({ how: 'lost-update', ms: 1 }, { method: 'PATCH' });
  // Two at a time would undo each other there.
  for (const name of names(20)) expect(fake.members(name)).toEqual(['bob']);
  await requestsOf(here, 'release', 20);
  for (const name of names(20)) expect(fake.members(name)).toEqual(['bob', 'alice']);
  const writes = fake.requests.flatMap(({ method }, at) => (method === 'PATCH' ? [at] : []));
  expect(writes.some((at) => writes.includes(at + 1))).toBe(false);
});

test.each([[[]], [['user-groups-absent']]] as const)(
  'a group of 100,000 members is never downloaded, where %j',
  async (lies) => {
    const here = await company(0, lies);
    const { fake } = here;
    const crowd = Array.from({ length: 100_000 }, (_, at) => `member-${at}`);
    fake.addGroup({ id: 'g-all', displayName: 'jit-all', members: crowd });
    await using machine = here.machine;
    const all = rule('release', { branches: ['release'], grant: [byName('jit-all')] });
    machine.editRules(companyRules({}, [all]));
    await machine.wake();
    await requestsOf(here, 'release', 1);
    expect(fake.members('jit-all')).toEqual([...crowd, 'alice']);
    await requestsOf(here, 'main', 1);
    expect(fake.members('jit-all')).toEqual(crowd);
    expect(fake.bytesSent).toBeLessThan(2_000_000);
  },
);

const SECOND = 1_000;

test.each([
  ['seconds', (): number => 7],
  ['an HTTP date', (now: number): Date => new Date(now + 7 * SECOND)],
] as const)('a storm of 429 is obeyed: %s', async (_name, retryAfter) => {
  const here = await company(20);
  const { fake } = here;
  await using machine = here.machine;
  machine.clock.patience = 40;
  await machine.wake();
  machine.checkout('release');
  const start = machine.clock.now();
  // Some answers before the first, so that it comes while several questions are on their way.
  const storms = [5, 12, 30];
  const refused: number[] = [];
  const watching = machine.sent.length;
  let closed = false;
  const stir = async (): Promise<void> => {
    for (let count = 1; !closed; count += 1) {
      await fake.next();
      if (!storms.includes(count)) continue;
      fake.misbehave({ how: 'throttle', retryAfter: retryAfter(machine.clock.now()) }, { times: 1 });
      refused.push(machine.clock.now());
    }
  };
  void stir();
  await machine.calm();
  closed = true;
  const sent = machine.sent.slice(watching);
  for (const at of refused) {
    // Those that were on their way already can't be called back.
    const between = sent.filter((each) => each > at && each < at + 7 * SECOND);
    expect(between).toEqual([]);
  }
  expect(sent.filter((each) => each === start).length).toBeLessThanOrEqual(5 + 4);
  expect(refused).toHaveLength(storms.length);
  for (const name of names(20)) expect(fake.members(name)).toContain('alice');
});

test('who asks for more peace than there is time is left alone by later wake-ups too', async () => {
  const here = await company(3);
  const { fake } = here;
  await using machine = here.machine;
  await machine.wake();
  machine.checkout('release');
  fake.misbehave({ how: 'throttle', retryAfter: 60 }, { method: 'PATCH' });
  const settled = await machine.wake();
  expect(settled.reports.map(({ outcome }) => outcome)).toEqual(['pending', 'pending', 'pending']);
  expect(fake.count('PATCH')).toBe(1);
  const before = fake.requests.length;
  machine.clock.move(30 * SECOND);
  machine.checkout('main');
  machine.checkout('release');
  await machine.wake();
  expect(fake.requests.length).toBe(before);

  fake.behave();
  machine.clock.move(30 * SECOND);
  await machine.wake();
  for (const name of names(3)) expect(fake.members(name)).toContain('alice');
});

test('a dead directory costs one request a wake-up, and is caught up with in one when it is back', async () => {
  const here = await company(20);
  const { fake } = here;
  await using machine = here.machine;
  await machine.wake();
  machine.checkout('release');
  fake.misbehave({ how: 'reset' });
  for (let wakes = 0; wakes < 5; wakes += 1) {
    const before = fake.requests.length;
    const settled = await machine.wake();
    expect(settled.reports.every(({ outcome }) => outcome === 'pending')).toBe(true);
    expect(fake.requests.length - before).toBe(1);
    machine.clock.move(10 * SECOND);
  }
  fake.behave();
  await machine.wake();
  for (const name of names(20)) expect(fake.members(name)).toContain('alice');
  expect(machine.lines.filter(({ kind }) => kind === 'sync').map(({ outcome }) => outcome)).toEqual([
    'pending',
    'applied',
  ]);
});
