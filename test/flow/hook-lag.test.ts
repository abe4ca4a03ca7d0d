// Git's own line of a switch comes first, then HEAD moves, then the hook's line comes: a wake-up may look at any moment in
// between, and tells each switch once, as what it was.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Machine } from '../support/machine.ts';
import { companyRules, openCompany } from './scene.ts';

const switchesOf = (machine: Machine, worktree = ''): string[] => {
  const { path } = machine.clone.place(worktree);
  return machine.lines
    .filter((line) => (line.kind === 'switch' || line.kind === 'gap') && line.worktree === path)
    .map(({ kind, from, branch }) => `${kind} ${from ?? null}→${branch ?? null}`);
};

const reports = (from: string | null, to: string | null): string => `switch ${from}→${to}`;

/** On `main` and settled; time passes only in pauses. */
async function settled(): Promise<Machine> {
  const machine = new Machine(await openCompany(), companyRules());
  await machine.wake();
  return machine;
}

test.each([
  ['in a moment', 100],
  ['late, on a loaded machine', 1_500],
])('a line that comes %s is waited for', async (_, lag) => {
  await using machine = await settled();
  const { clone, clock } = machine;
  const [logs, moves, tells] = clone.switching('main', 'release', clock.now);
  logs();
  moves();
  const due = clock.now() + lag;
  clock.meanwhile = () => {
    if (clock.now() < due) return;
    clock.meanwhile = () => {};
    tells();
  };
  await machine.wake();
  expect(switchesOf(machine)).toEqual([reports('main', 'release')]);
  await machine.wake();
  expect(switchesOf(machine)).toEqual([reports('main', 'release')]);
  expect(machine.ledger.leases).toHaveLength(1);
});

test.each([['release'], [null]])(
  'a switch to %s just after HEAD was read is that switch, and no other',
  async (to) => {
    await using machine = await settled();
    const { clone, clock } = machine;
    let reads = 0;
    clone.meanwhile = () => {
      reads += 1;
      // HEAD first, then the spool.
      if (reads === 2) for (const step of clone.switching('main', to, clock.now)) step();
    };
    await machine.wake();
    await machine.wake();
    expect(switchesOf(machine)).toEqual([reports('main', to)]);
  },
);

test('a switch that no hook reports is a gap, and nobody waits for it once it is old', async () => {
  await using machine = await settled();
  const { clone, clock } = machine;
  const [logs, moves] = clone.switching('main', 'release', clock.now);
  logs();
  moves();
  clock.move(10_000);
  const before = clock.now();
  await machine.wake();
  expect(clock.now() - before).toBeLessThan(500);
  expect(switchesOf(machine)).toEqual(['gap main→release']);
});

test('one that no hook reported holds up no later one that was', async () => {
  await using machine = await settled();
  const { clone, clock } = machine;
  const unseen = clone.switching('main', 'plain', clock.now).slice(0, 2);
  for (const step of [...unseen, ...clone.switching('plain', 'release', clock.now)]) step();
  const before = clock.now();
  await machine.wake();
  expect(clock.now()).toBe(before);
  expect(switchesOf(machine)).toEqual(['gap main→plain', reports('plain', 'release')]);
});

test('somebody who waits for a sync does not wait for the hook', async () => {
  await using machine = await settled();
  const { clone, clock } = machine;
  for (const step of clone.switching('main', 'release', clock.now).slice(0, 2)) step();
  const before = clock.now();
  await machine.sync();
  expect(clock.now() - before).toBeLessThan(500);
  expect(machine.ledger.leases).toHaveLength(1);
});

const branches = fc.constantFrom('main', 'release', 'plain', null);
const storm = fc.array(branches, { minLength: 1, maxLength: 12 });

test('a storm, looked at whenever: each switch is told once, in its order, as reported', async () => {
  await fc.assert(
    fc.asyncProperty(storm, storm, fc.infiniteStream(fc.nat(4)), async (here, there, steps) => {
      await using machine = new Machine(await openCompany(), companyRules());
      const { clone, clock } = machine;
      clone.addWorktree('side', '/home/alice/side', 'plain');
      await machine.wake();
      const todo = [
        { worktree: '', walk: walkOf('main', here) },
        { worktree: 'side', walk: walkOf('plain', there) },
      ].map(({ worktree, walk }) => ({
        worktree,
        walk,
        left: walk.flatMap(([from, to]) => [...clone.switching(from, to, clock.now, worktree)]),
      }));
      const goOn = (least: number): void => {
        for (const { left } of todo) {
          const many = steps.next().value ?? 0;
          for (const step of left.splice(0, Math.max(least, many))) step();
        }
      };
      clone.meanwhile = () => goOn(0);
      clock.meanwhile = () => goOn(1);
      while (todo.some(({ left }) => left.length > 0)) {
        await machine.wake();
        goOn(1);
      }
      await machine.wake();
      for (const { worktree, walk } of todo) {
        expect(switchesOf(machine, worktree)).toEqual(
          walk.filter(([from, to]) => from !== to).map(([from, to]) => reports(from, to)),
        );
        expect(machine.lines.filter(({ kind, outcome }) => kind === 'sync' && outcome === 'pending')).toEqual(
          [],
        );
      }
      const isOn = todo.some(({ walk }) => walk.at(-1)?.[1] === 'release');
      const held = machine.ledger.holdings.some(
        ({ item, state }) => item.name === 'jit-release' && state === 'held',
      );
      expect([held, machine.ledger.leases.map(({ branch }) => branch).includes('release')]).toEqual([
        isOn,
        isOn,
      ]);
    }),
    { numRuns: 300 },
  );
});

function walkOf(start: string, to: readonly (string | null)[]): [string | null, string | null][] {
  return to.map((branch, at) => [at === 0 ? start : (to[at - 1] ?? null), branch]);
}
