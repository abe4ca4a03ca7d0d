// Rules for some people only: who is eligible, by which group, seen how; and what happens to those who no longer are.
import { describe, expect, test } from 'vitest';
import type { GroupTarget } from '../../src/core/target.ts';
import { byName, rule } from '../core/samples.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import type { Quirk } from '../support/fake-quirk.ts';
import { ALICE, Machine } from '../support/machine.ts';
import { companyRules } from './scene.ts';

const TEAM = 'release-team';
const GRANT = 'jit-release';

interface Groups {
  readonly team?: readonly string[];
  readonly inner?: readonly string[];
}

class Scene implements AsyncDisposable {
  readonly fake: FakeDirectory;
  readonly machine: Machine;

  private constructor(fake: FakeDirectory, eligible: GroupTarget) {
    this.fake = fake;
    const release = rule('release', { branches: ['release'], eligible: [eligible], grant: [byName(GRANT)] });
    const other = rule('other', { branches: ['release'], grant: [byName('jit-other')] });
    const inner = rule('inner', { branches: ['inner'], grant: [byName('inner')] });
    this.machine = new Machine(fake, companyRules({}, [release, other, inner]));
  }

  static async open(
    { team = ['bob'], inner = ['bob'] }: Groups,
    lies: readonly Quirk[] = [],
    eligible: GroupTarget = byName(TEAM),
  ): Promise<Scene> {
    const fake = await FakeDirectory.start();
    fake.addUser({ id: ALICE.id, userName: ALICE.name });
    fake.addUser({ id: 'bob', userName: 'bob@acme.example' });
    fake.addGroup({ id: 'g-team', externalId: 'x-team', displayName: TEAM, members: [...team] });
    fake.addGroup({ id: 'g-inner', displayName: 'inner', members: [...inner] });
    for (const displayName of [GRANT, 'jit-other']) fake.addGroup({ displayName, members: ['bob'] });
    for (const lie of lies) fake.scim.lies.add(lie);
    const scene = new Scene(fake, eligible);
    await scene.machine.wake();
    return scene;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.machine[Symbol.asyncDispose]();
  }

  /** Whether the switch gave what only the eligible get; what everybody gets comes either way. */
  async isGiven(): Promise<boolean> {
    this.machine.checkout('release');
    await this.machine.calm();
    expect(this.fake.members('jit-other')).toContain(ALICE.id);
    return this.has;
  }

  get has(): boolean {
    return this.fake.members(GRANT).includes(ALICE.id);
  }

  leave(displayName: string): void {
    const group = [...this.fake.scim.groups.values()].find((each) => each.displayName === displayName);
    if (group !== undefined)
      group.members = group.members.filter((each) => each !== ALICE.id && each !== 'g-inner');
  }
}

const SEEN: readonly (readonly Quirk[])[] = [
  [],
  ['user-groups-absent'],
  ['user-groups-always-empty'],
  ['members-never-listed'],
  ['members-never-listed', 'user-groups-absent'],
  ['excludedAttributes-400'],
];

describe.each(SEEN.map((lies) => [lies] as const))('where the directory has %j', (lies) => {
  test('a member is eligible', async () => {
    await using scene = await Scene.open({ team: ['bob', 'alice'] }, lies);
    expect(await scene.isGiven()).toBe(true);
  });

  test('nobody else is, and hears why', async () => {
    await using scene = await Scene.open({}, lies);
    expect(await scene.isGiven()).toBe(false);
    expect(scene.machine.lines.at(-1)).toMatchObject({
      kind: 'sync',
      outcome: 'refused',
      reason: 'ineligible',
    });
  });
});

describe.each([[[]], [['user-groups-absent']]] as const)('through a group in the group, where %j', (lies) => {
  test('a member is eligible', async () => {
    await using scene = await Scene.open({ team: ['bob', 'g-inner'], inner: ['bob', 'alice'] }, lies);
    expect(await scene.isGiven()).toBe(true);
  });

  test('nobody is by a group that we gave', async () => {
    await using scene = await Scene.open({ team: ['bob', 'g-inner'] }, lies);
    scene.machine.checkout('inner');
    await scene.machine.calm();
    expect(scene.fake.members('inner')).toContain(ALICE.id);
    await scene.machine.sync('release');
    expect(scene.has).toBe(false);
  });
});

test.each([
  ['id', 'g-team'],
  ['externalId', 'x-team'],
  ['displayName', TEAM],
] as const)('a group is named by its %s', async (by, name) => {
  const target = { kind: 'group', by, name } as const;
  await using member = await Scene.open({ team: ['alice'] }, [], target);
  expect(await member.isGiven()).toBe(true);
  await using other = await Scene.open({}, [], target);
  expect(await other.isGiven()).toBe(false);
});

test.each(SEEN.map((lies) => [lies] as const))(
  'who loses it loses the lease at the next wake-up, for good, where %j',
  async (lies) => {
    await using scene = await Scene.open({ team: ['bob', 'alice'] }, lies);
    expect(await scene.isGiven()).toBe(true);
    scene.leave(TEAM);
    await scene.machine.calm();
    expect(scene.has).toBe(false);
    expect(scene.fake.members('jit-other')).toContain(ALICE.id);

    // Not before somebody asks again.
    scene.fake.scim.groups.get('g-team')?.members.push(ALICE.id);
    scene.machine.clock.move(3_600_000);
    await scene.machine.calm();
    expect(scene.has).toBe(false);
    await scene.machine.sync();
    expect(scene.has).toBe(true);
  },
);

test('a lease that is lost for it is closed with the reason', async () => {
  await using scene = await Scene.open({ team: ['bob', 'alice'] });
  scene.machine.editRules(
    companyRules({}, [
      rule('release', { branches: ['release'], eligible: [byName(TEAM)], grant: [byName(GRANT)] }),
    ]),
  );
  scene.machine.checkout('release');
  await scene.machine.calm();
  expect(scene.has).toBe(true);
  scene.leave(TEAM);
  await scene.machine.calm();
  expect(scene.machine.ledger.leases).toEqual([]);
  expect(scene.machine.lines.at(-1)).toMatchObject({ kind: 'sync', reason: 'ineligible' });
});
