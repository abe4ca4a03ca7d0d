// Whatever happens in whatever order, once it is over the directory is what the live leases want, and nothing else moved.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Misbehaviour } from '../support/fake-directory.ts';
import type { Quirk } from '../support/fake-quirk.ts';
import type { Effect } from '../support/fuse.ts';
import type { Machine } from '../support/machine.ts';
import { BRANCHES, HARMLESS, RULES, World } from './model-world.ts';

type Empty = Record<string, never>;

/** What somebody, or something, does. */
class Step implements fc.AsyncCommand<Empty, World> {
  readonly #what: string;
  readonly #act: (world: World) => unknown;

  constructor(what: string, act: (world: World) => unknown) {
    this.#what = what;
    this.#act = act;
  }

  check = (): boolean => true;

  async run(_: Empty, world: World): Promise<void> {
    await this.#act(world);
  }

  toString(): string {
    return this.#what;
  }
}

const FAULTS: readonly Misbehaviour[] = [
  { how: 'reset' },
  { how: 'lose-answer' },
  { how: 'cut' },
  { how: 'html' },
  { how: 'answer', status: 500 },
  { how: 'answer', status: 503 },
  { how: 'throttle', retryAfter: 5 },
];

const EFFECTS: readonly (Effect | 'any')[] = ['spool', 'ledger', 'audit', 'request', 'any'];

const which = fc.constantFrom(0, 1);
const at =
  (index: number): ((world: World) => Machine) =>
  (world) =>
    world.machines[index === 0 ? 0 : 1];
const named = (index: number): string => (index === 0 ? 'laptop' : 'desktop');

const checkout = fc.tuple(which, fc.constantFrom(...BRANCHES), fc.boolean(), fc.boolean()).map(
  ([index, branch, silent, wakes]) =>
    new Step(
      `${named(index)}: checkout ${branch}${silent ? ' silently' : ''}${wakes ? ' and wake' : ''}`,
      async (world) => {
        at(index)(world).checkout(branch, { silent });
        if (wakes) await at(index)(world).attempt();
      },
    ),
);
const wake = which.map((index) => new Step(`${named(index)}: wake`, (world) => at(index)(world).attempt()));
const both = fc.constant(new Step('both wake at once', (world) => world.both()));
const sync = which.map((index) => new Step(`${named(index)}: sync`, (world) => at(index)(world).sync()));
const byHand = fc
  .tuple(which, fc.constantFrom('a', 'b'))
  .map(
    ([index, branch]) =>
      new Step(`${named(index)}: sync ${branch}`, (world) => at(index)(world).sync(branch)),
  );
const revoke = which.map(
  (index) => new Step(`${named(index)}: revoke`, (world) => at(index)(world).revoke()),
);
const edit = fc.tuple(which, fc.constantFrom(0, 1, 2, 'invalid' as const, 'gone' as const)).map(
  ([index, rules]) =>
    new Step(`${named(index)}: rules ${rules}`, (world) => {
      const chosen = typeof rules === 'number' ? RULES[rules] : rules;
      if (chosen !== undefined) at(index)(world).editRules(chosen);
    }),
);
const crash = fc.tuple(which, fc.constantFrom(...EFFECTS), fc.integer({ min: 1, max: 12 })).map(
  ([index, effect, nth]) =>
    new Step(`${named(index)}: crash after ${effect} ${nth}`, async (world) => {
      at(index)(world).crash(effect, nth);
      await at(index)(world).attempt();
    }),
);
const lose = fc
  .tuple(which, fc.boolean())
  .map(
    ([index, ledger]) =>
      new Step(`${named(index)}: lose ${ledger ? 'ledger' : 'cache'}`, (world) =>
        ledger ? at(index)(world).loseLedger() : at(index)(world).loseCache(),
      ),
  );
const disk = fc.tuple(which, fc.boolean()).map(
  ([index, full]) =>
    new Step(`${named(index)}: log ${full ? 'full' : 'has room'}`, (world) => {
      at(index)(world).disk.isFull = full;
    }),
);
const fault = fc
  .tuple(
    fc.constantFrom(...FAULTS),
    fc.constantFrom('GET' as const, 'PATCH' as const, undefined),
    fc.integer({ min: 1, max: 4 }),
  )
  .map(
    ([what, method, times]) =>
      new Step(`${times} times ${JSON.stringify(what)} at ${method ?? 'anything'}`, ({ fake }) =>
        fake.misbehave(what, { times, ...(method === undefined ? {} : { method }) }),
      ),
  );
const behave = fc.constant(new Step('faults end', ({ fake }) => fake.behave()));
const time = fc
  .constantFrom(1, 60, 900, 14_400)
  .map((seconds) => new Step(`${seconds} s pass`, ({ clock }) => clock.move(seconds * 1_000)));

const steps = [
  checkout,
  checkout,
  wake,
  wake,
  both,
  sync,
  byHand,
  revoke,
  edit,
  crash,
  crash,
  lose,
  disk,
  fault,
  fault,
  behave,
  time,
];
const lies: fc.Arbitrary<Quirk[]> = fc.subarray([...HARMLESS], { maxLength: 2 });

test('two machines, faults, crashes and losses', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      lies,
      fc.boolean(),
      fc.commands(steps, { maxCommands: 25, size: 'max' }),
      async (told, versioned, commands) => {
        await using world = await World.open(told, versioned);
        await fc.asyncModelRun(() => ({ model: {}, real: world }), commands);
        await world.calm();
        expect(world.wrong).toEqual([]);
      },
    ),
    {
      numRuns: 60,
      interruptAfterTimeLimit: 25_000,
      markInterruptAsFailure: false,
    },
  );
});
