// kill -9 of the worker before every step of what it can be about: the next switch heals it, and the log tells all of it.
import { expect, test } from 'vitest';
import { crash, type Journey, type Scene } from '../support/crash.ts';
import { rule } from '../support/rules.ts';

/** Sandboxes at a time. */
const AT_ONCE = 6;
const PATIENCE = 280_000;

/** The steps that a table can't be without, as they are called there, in their order. */
const ADDING = [
  'rename progress.json',
  'rename ledger.json',
  'writeSync intent',
  /^send (?:PATCH|PUT|POST)/,
  'writeSync change',
  'rename ledger.json',
  'writeSync sync',
  'rename progress.json',
] as const;

async function everyStep(journey: Journey): Promise<void> {
  const whole = await crash(journey, Number.POSITIVE_INFINITY);
  expect(whole).toMatchObject({ died: false, faults: [] });
  expectInOrder(whole.steps, ADDING);
  const wrong: string[] = [];
  const queue = whole.steps.map((name, index) => ({ step: index + 1, name }));
  const runner = async (): Promise<void> => {
    for (let point = queue.shift(); point !== undefined; point = queue.shift()) {
      const { step, name } = point;
      const { died, faults } = await crash(journey, step);
      if (!died) wrong.push(`before step ${step} (${name}): did not die`);
      wrong.push(...faults.map((fault) => `before step ${step} (${name}): ${fault}`));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runner));
  expect(wrong).toEqual([]);
}

function expectInOrder(steps: readonly string[], wanted: readonly (string | RegExp)[]): void {
  let at = -1;
  for (const each of wanted) {
    at = steps.findIndex(
      (step, index) => index > at && (typeof each === 'string' ? step === each : each.test(step)),
    );
    expect(at, `${each} in ${steps.join(', ')}`).toBeGreaterThanOrEqual(0);
  }
}

const onRelease = {
  branches: ['release/1'],
  next: ['release/1', 'main'],
  after: async ({ repo }: Scene) => {
    await repo.checkout('plain');
  },
} as const;

const membership = {
  ...onRelease,
  rules: [rule('one', 'release/*', 'jit')],
  faults: ({ directory, alice }: Scene, branch: string | null) => {
    const members = directory.members('jit');
    return [
      ...(members.includes(alice) === (branch === 'release/1') ? [] : ['alice has it, or lacks it']),
      ...(new Set(members).size === members.length ? [] : ['somebody is in twice']),
    ];
  },
};

const values = {
  ...onRelease,
  rules: [
    { name: 'one', branches: ['release/*'], grant: { roles: ['deployer'], entitlements: ['jit:artifacts'] } },
  ],
  faults: ({ directory, alice }: Scene, branch: string | null) => {
    const { roles = [], entitlements = [] } = directory.user(alice);
    const has = [...roles, ...entitlements].map(({ value }) => value).sort();
    const wanted = branch === 'release/1' ? ['deployer', 'jit:artifacts', 'viewer'] : ['viewer'];
    return has.join() === wanted.join() ? [] : [`alice has ${has}`];
  },
};

const FEATURE = 'feature/PAY-7';

const group = {
  branches: [FEATURE],
  rules: [
    rule('preview', 'feature/{ticket:[A-Z]+-[0-9]+}*', 'env-{ticket}', {
      until: 'branch-deleted',
      createGroups: true,
    }),
  ],
  after: async ({ repo }: Scene) => {
    await repo.checkout('plain');
    await repo.git('branch', '-D', FEATURE);
    await repo.checkout('main');
  },
  faults: ({ directory, alice }: Scene, branch: string | null) => {
    const made = [...directory.scim.groups.values()].filter(({ displayName }) => displayName === 'env-PAY-7');
    if (branch === null) return made.length === 0 ? [] : ['the group is still there'];
    if (branch !== FEATURE) return [];
    return made.length === 1 && made[0]?.members.join() === alice ? [] : [`it is ${JSON.stringify(made)}`];
  },
};

const main = async (): Promise<void> => {};
const release = async ({ repo }: Scene): Promise<void> => {
  await repo.checkout('release/1');
};

test(
  'while it puts somebody in a group',
  () => everyStep({ ...membership, before: main, to: 'release/1' }),
  PATIENCE,
);
test('while it takes them out', () => everyStep({ ...membership, before: release, to: 'main' }), PATIENCE);
test(
  'while it gives roles and entitlements',
  () => everyStep({ ...values, before: main, to: 'release/1' }),
  PATIENCE,
);
test('while it takes them back', () => everyStep({ ...values, before: release, to: 'main' }), PATIENCE);
test(
  'while it makes a group',
  () => everyStep({ ...group, before: main, to: FEATURE, next: [FEATURE, 'main'] }),
  PATIENCE,
);
test(
  'while it deletes a group with its branch',
  () =>
    everyStep({
      ...group,
      before: async ({ repo }) => {
        await repo.checkout(FEATURE);
        await repo.checkout('main');
        await repo.git('branch', '-D', FEATURE);
      },
      to: 'plain',
      next: ['main', 'plain'],
    }),
  PATIENCE,
);
