// createGroups: groups that come with a branch and go with it, told from everybody else's by their marker.
import { describe, expect, test } from 'vitest';
import type { Settled } from '../../src/flow/settle.ts';
import { byName, rule } from '../core/samples.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import type { Quirk } from '../support/fake-quirk.ts';
import type { FakeGroup } from '../support/fake-resource.ts';
import { ALICE, Machine } from '../support/machine.ts';
import { companyRules } from './scene.ts';

const PREVIEW = companyRules({}, [
  rule('preview', {
    branches: ['feature/{ticket:[A-Z]+-[0-9]+}'],
    grant: [byName('env-{ticket}')],
    until: 'branch-deleted',
    lifetime: null,
    createGroups: true,
  }),
]);
const BRANCH = 'feature/PAY-1';
const NAME = 'env-PAY-1';

class Scene implements AsyncDisposable {
  readonly fake: FakeDirectory;
  readonly machine: Machine;

  private constructor(fake: FakeDirectory) {
    this.fake = fake;
    this.machine = new Machine(fake, PREVIEW);
  }

  static async open(...lies: readonly Quirk[]): Promise<Scene> {
    const fake = await FakeDirectory.start();
    fake.addUser({ id: ALICE.id, userName: ALICE.name });
    fake.addUser({ id: 'bob', userName: 'bob@acme.example' });
    fake.addGroup({ displayName: 'staff', members: ['alice', 'bob'] });
    for (const lie of lies) fake.scim.lies.add(lie);
    const scene = new Scene(fake);
    await scene.machine.wake();
    return scene;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.machine[Symbol.asyncDispose]();
  }

  get groups(): readonly FakeGroup[] {
    return [...this.fake.scim.groups.values()].filter(({ displayName }) => displayName === NAME);
  }

  come(): Promise<readonly Settled[]> {
    this.machine.checkout(BRANCH);
    return this.machine.calm();
  }

  /** Back to main, and the branch is deleted. */
  async go(): Promise<readonly Settled[]> {
    this.machine.checkout('main');
    const left = await this.machine.calm();
    this.machine.clone.branches.delete(BRANCH);
    return [...left, ...(await this.machine.calm()), ...(await this.machine.calm())];
  }
}

const said = (settled: readonly Settled[]): string[] =>
  settled
    .flatMap(({ reports }) => reports)
    .map(({ change, outcome, failure, reason, verified }) =>
      [change.op, outcome, failure?.code ?? reason ?? verified].filter(Boolean).join(' '),
    );

describe('a group of a branch', () => {
  test('is made with its first member and a marker, and deleted with its branch', async () => {
    await using scene = await Scene.open();
    expect(said(await scene.come())).toEqual(['create applied confirmed']);
    expect(scene.groups).toMatchObject([
      { members: ['alice'], externalId: expect.stringMatching(/^scim-hook:.+/) },
    ]);

    scene.machine.checkout('main');
    expect(said(await scene.machine.calm())).toEqual([]);
    expect(scene.groups).toHaveLength(1);
    expect(said(await scene.go())).toEqual(['remove applied confirmed', 'delete applied confirmed']);
    expect(scene.groups).toEqual([]);
    expect(scene.machine.ledger).toMatchObject({ leases: [], holdings: [], groups: [] });
  });

  test('is kept where somebody else is in it', async () => {
    await using scene = await Scene.open();
    await scene.come();
    scene.groups[0]?.members.push('bob');
    expect(said(await scene.go())).toContain('remove applied confirmed');
    expect(scene.groups).toMatchObject([{ members: ['bob'] }]);
    expect(scene.fake.count('DELETE')).toBe(0);
    expect(scene.machine.ledger.groups).toEqual([]);
  });

  test('is kept where its marker was taken off', async () => {
    await using scene = await Scene.open();
    await scene.come();
    const [group] = scene.groups;
    if (group !== undefined) group.externalId = 'somebody-elses';
    await scene.go();
    expect(scene.groups).toMatchObject([{ members: [] }]);
    expect(scene.fake.count('DELETE')).toBe(0);
  });

  test('is kept where members are never listed: nobody can see that it is empty', async () => {
    await using scene = await Scene.open('members-never-listed');
    expect(said(await scene.come())).toEqual(['create applied confirmed']);
    await scene.go();
    expect(scene.groups).toMatchObject([{ members: [] }]);
    expect(scene.fake.count('DELETE')).toBe(0);
  });

  test('is deleted by whoever rebuilt the ledger from the log', async () => {
    await using scene = await Scene.open();
    await scene.come();
    scene.machine.loseLedger();
    await scene.go();
    expect(scene.groups).toEqual([]);
  });

  test('comes back with the branch before it is deleted', async () => {
    await using scene = await Scene.open();
    await scene.come();
    scene.machine.checkout('main');
    scene.machine.clone.branches.delete(BRANCH);
    await scene.come();
    expect(scene.groups).toMatchObject([{ members: ['alice'] }]);
  });
});

describe('a name that is taken', () => {
  test('by a group without a marker is never joined', async () => {
    await using scene = await Scene.open();
    scene.fake.addGroup({ displayName: NAME, members: ['bob'] });
    expect(said(await scene.come())).toEqual(['add refused not-allowed']);
    expect(scene.groups).toMatchObject([{ members: ['bob'] }]);
    await scene.go();
    expect(scene.groups).toMatchObject([{ members: ['bob'] }]);
  });

  test('by a marked group is joined, and that goes with the last branch', async () => {
    await using scene = await Scene.open();
    scene.fake.addGroup({ displayName: NAME, externalId: 'scim-hook:other', members: ['bob'] });
    expect(said(await scene.come())).toEqual(['add applied confirmed']);
    expect(scene.groups).toMatchObject([{ members: ['bob', 'alice'] }]);
    await scene.go();
    expect(scene.groups).toMatchObject([{ members: ['bob'] }]);
  });

  test.each(['scim-hook:other', 'theirs'])('in the same moment (409), by %s', async (externalId) => {
    await using scene = await Scene.open();
    scene.fake.scim.uniqueNames = true;
    scene.machine.checkout(BRANCH);
    const arrival = async (): Promise<void> => {
      for (;;) {
        const { method, path } = await scene.fake.next();
        if (method !== 'GET' || !path.startsWith('/Groups')) continue;
        // Once this one is answered, which is at once.
        setImmediate(() => scene.fake.addGroup({ displayName: NAME, externalId, members: ['bob'] }));
        return;
      }
    };
    const arrived = arrival();
    const settled = await scene.machine.calm();
    await arrived;
    const ours = externalId.startsWith('scim-hook:');
    expect(said(settled)).toEqual([ours ? 'create applied confirmed' : 'create refused not-allowed']);
    expect(scene.groups).toMatchObject([{ members: ours ? ['bob', 'alice'] : ['bob'] }]);
  });
});

describe('a directory that lies', () => {
  test('and drops externalId: the group goes again, and none is made any more', async () => {
    await using scene = await Scene.open('externalId-dropped');
    expect(said(await scene.come())).toEqual(['create refused unmarked']);
    expect(scene.groups).toEqual([]);
    const posts = scene.fake.count('POST');
    for (let wakes = 0; wakes < 3; wakes += 1) {
      scene.machine.clock.move(3_600_000);
      scene.machine.checkout('main');
      await scene.machine.calm();
      await scene.come();
    }
    expect(scene.fake.count('POST')).toBe(posts);
    expect(scene.machine.ledger.holdings).toEqual([]);
  });

  test('and makes two of one: ours is taken away again', async () => {
    await using scene = await Scene.open('twin-on-create');
    // The one that is left is of our making as well.
    expect(said(await scene.come())).toEqual(['create pending twin-group', 'create applied confirmed']);
    expect(scene.groups).toMatchObject([{ members: ['alice'] }]);
    await scene.go();
    expect(scene.groups).toEqual([]);
  });
});

describe('a crash', () => {
  test('of the connection between POST and its answer: the group that was made is adopted', async () => {
    await using scene = await Scene.open();
    scene.fake.misbehave({ how: 'lose-answer' }, { method: 'POST', times: 1 });
    expect(said(await scene.come())).toEqual(['create applied confirmed']);
    expect(scene.groups).toMatchObject([{ members: ['alice'] }]);
    expect(scene.fake.count('POST')).toBe(1);
    await scene.go();
    expect(scene.groups).toEqual([]);
  });

  test.each(Array.from({ length: 12 }, (_, at) => at + 1))(
    'of ours after effect %i leaves one group, that goes with its branch',
    async (nth) => {
      await using scene = await Scene.open();
      scene.machine.checkout(BRANCH);
      scene.machine.crash('any', nth);
      await scene.machine.attempt();
      await scene.machine.calm();
      await scene.machine.calm();
      expect(scene.groups).toMatchObject([{ members: ['alice'] }]);
      await scene.go();
      expect(scene.groups).toEqual([]);
      expect(scene.machine.ledger).toMatchObject({ leases: [], holdings: [] });
    },
  );
});
