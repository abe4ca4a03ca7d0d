// The world of the model: two machines of Alice's at one directory, rules that change, and what must hold once all is calm.

import type { AuditLine } from '../../src/core/audit-record.ts';
import type { Config } from '../../src/core/config.ts';
import { byName, rule } from '../core/samples.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import type { Watch } from '../support/fake-harm.ts';
import type { Quirk } from '../support/fake-quirk.ts';
import { ALICE, Machine } from '../support/machine.ts';
import { MovingClock } from '../support/memory-state.ts';
import { companyRules, FOREIGN_ENTITLEMENTS, FOREIGN_ROLE } from './scene.ts';

export const BRANCHES = ['main', 'a', 'b', 'c'] as const;
const GROUPS = ['jit-a', 'jit-b', 'jit-shared'];
/** She was in it before, and rules want it too. */
const HERS = 'theirs';

const a = rule('a', {
  branches: ['a'],
  grant: [byName('jit-a'), byName('jit-shared'), { kind: 'role', name: 'deployer' }],
});
const b = rule('b', {
  branches: ['b'],
  grant: [
    byName('jit-b'),
    byName(HERS),
    { kind: 'role', name: 'approver', type: 'release' },
    { kind: 'entitlement', name: 'jit:x' },
  ],
});
const c = rule('c', {
  branches: ['c', 'a'],
  grant: [byName('jit-shared'), { kind: 'entitlement', name: 'jit:y' }],
});

export const RULES: readonly Config[] = [
  companyRules({}, [a, b, c]),
  companyRules({}, [a, { ...b, grant: b.grant.slice(1) }]),
  companyRules({}, [{ ...a, branches: ['b'] }, c]),
];

/** Those that destroy nothing, and hide nothing for good. */
export const HARMLESS: readonly Quirk[] = [
  'user-groups-absent',
  'members-never-listed',
  'user-groups-stale',
  'user-groups-always-empty',
  'ignore-filter',
  'repeated-add-duplicates',
  'resources-lowercase',
  'totals-wrong',
  '200-with-empty-object',
  'html-errors',
  'excludedAttributes-400',
  'add-replaces-values',
];

export class World implements AsyncDisposable {
  readonly fake: FakeDirectory;
  readonly clock = new MovingClock();
  readonly machines: readonly [Machine, Machine];
  readonly #watch: Watch;

  private constructor(fake: FakeDirectory) {
    this.fake = fake;
    const on = (device: string): Machine =>
      new Machine(fake, RULES[0] ?? companyRules(), { device, clock: this.clock });
    this.machines = [on('laptop'), on('desktop')];
    this.#watch = fake.watch();
  }

  /** `versioned`: a stale If-Match is refused, so that two may write at once. */
  static async open(lies: readonly Quirk[], versioned: boolean): Promise<World> {
    const fake = await FakeDirectory.start();
    if (versioned) fake.scim.etags = 'honoured';
    fake.addUser({
      id: ALICE.id,
      userName: ALICE.name,
      roles: [{ ...FOREIGN_ROLE }],
      entitlements: FOREIGN_ENTITLEMENTS.map((each) => ({ ...each })),
    });
    for (const id of ['bob', 'carol']) fake.addUser({ id, userName: `${id}@acme.example` });
    for (const displayName of GROUPS) fake.addGroup({ displayName, members: ['bob', 'carol'] });
    fake.addGroup({ displayName: HERS, members: ['alice', 'bob'] });
    for (const lie of lies) fake.scim.lies.add(lie);
    return new World(fake);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const machine of this.machines) await machine.close();
    await this.fake[Symbol.asyncDispose]();
  }

  /** At once, unless that would lose what one of them writes. */
  async both(): Promise<void> {
    const [one, other] = this.machines;
    const first = one.attempt();
    if (this.fake.scim.etags !== 'honoured') await first;
    await Promise.all([first, other.attempt()]);
  }

  /** Nothing goes wrong any more, and each machine looks at everything a few times. */
  async calm(): Promise<void> {
    this.fake.behave();
    for (const machine of this.machines) {
      machine.disk.isFull = false;
      if (machine.clone.isBroken) machine.editRules(RULES[0] ?? companyRules());
    }
    for (let round = 0; round < 4; round += 1) {
      for (const machine of this.machines) {
        this.clock.move(11 * 60_000);
        await machine.calm();
      }
    }
  }

  /** What Alice has that is neither hers nor wanted by a live lease, and what of either she lacks. */
  get wrong(): string[] {
    const wanted = new Set(
      this.machines.flatMap(({ ledger }) =>
        ledger.leases.flatMap(({ wants }) => wants.map(({ target }) => nameOf(target.kind, target))),
      ),
    );
    const hers = [
      `group ${HERS}`,
      nameOf('role', { ...FOREIGN_ROLE, name: FOREIGN_ROLE.value }),
      ...FOREIGN_ENTITLEMENTS.map((each) => nameOf('entitlement', { ...each, name: each.value })),
    ];
    const should = new Set([...wanted, ...hers]);
    const has = this.#held();
    return [
      ...has.filter((each) => !should.has(each)).map((each) => `she still has ${each}`),
      ...[...should].filter((each) => !has.includes(each)).map((each) => `she lacks ${each}`),
      ...this.fake.harm(this.#watch, ALICE.id),
      ...this.machines.flatMap(({ lines, disk }) => [
        ...misclosed(lines),
        ...(disk.isChained ? [] : ['broken chain']),
      ]),
    ];
  }

  #held(): string[] {
    const alice = this.fake.user(ALICE.id);
    const values = (kind: 'role' | 'entitlement') =>
      (alice[kind === 'role' ? 'roles' : 'entitlements'] ?? []).map((each) =>
        nameOf(kind, { name: String(each['value']), type: each['type'] }),
      );
    const groups = [...this.fake.scim.groups.values()].filter(({ members }) => members.includes(ALICE.id));
    return [
      ...groups.map(({ displayName }) => `group ${displayName}`),
      ...values('role'),
      ...values('entitlement'),
    ];
  }
}

const nameOf = (kind: string, { name, type }: { name: string; type?: unknown }): string =>
  `${kind} ${name}${kind === 'group' || type === undefined ? '' : ` (${String(type)})`}`;

const STEPS = new Set(['intent', 'change', 'sync', 'log-start']);

/** Events that weren't closed by exactly one line, and lines that closed none. */
function misclosed(lines: readonly AuditLine[]): string[] {
  const told = new Set(
    lines.flatMap(({ kind, event }) => (STEPS.has(kind) || event === undefined ? [] : [event])),
  );
  const closed = lines.flatMap(({ kind, event = '', outcome }) =>
    kind === 'sync' && outcome !== 'pending' ? [event] : [],
  );
  const count = (event: string): number => closed.filter((each) => each === event).length;
  return [
    ...[...told]
      .filter((event) => count(event) !== 1)
      .map((event) => `${event} closed ${count(event)} times`),
    ...closed.filter((event) => !told.has(event)).map((event) => `${event} was closed and never told`),
  ];
}
