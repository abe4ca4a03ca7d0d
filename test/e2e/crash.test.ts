// kill -9 of the worker before every step of one grant and one removal: the next switch heals it.
import { expect, test } from 'vitest';
import { faultsOfLog } from '../support/audit-check.ts';
import { dyingWorker } from '../support/dying-worker.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, Sandbox, TOKEN, until } from '../support/sandbox.ts';

/** Sandboxes at a time: most of each case is waiting for the dead worker's lock to go stale. */
const AT_ONCE = 6;

interface Outcome {
  readonly died: boolean;
  readonly steps: readonly string[];
  readonly faults: readonly string[];
}

/** One switch from `from` to `to` during which the worker dies before its `step`-th step, and what the next ones make of it. */
async function crash(from: string, to: string, step: number): Promise<Outcome> {
  await using sandbox = await Sandbox.create();
  await using directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  directory.addGroup({ displayName: 'jit', members: [bob] });
  const repo = await sandbox.repository('r', configFor(directory.url, [rule('one', 'release/*', 'jit')]), [
    'release/1',
    'plain',
  ]);
  await repo.install();
  if (from !== 'main') await repo.checkout(from);
  await repo.stopWorker();
  const worker = dyingWorker(sandbox);
  await worker.arm(step);
  await repo.git('checkout', '-q', to);
  const steps = async (): Promise<string[]> => worker.steps();
  const died = await until('the worker to die or to be done', async () =>
    (await steps()).length >= step && sandbox.workers().length === 0
      ? 'died'
      : sandbox.workers().length > 0 && (await repo.isQuiet())
        ? 'done'
        : null,
  );
  const taken = await steps();
  await repo.stopWorker();
  await worker.disarm();

  const faults: string[] = [];
  const expectAccess = (when: string, expected: boolean): void => {
    const members = directory.members('jit');
    if (members.includes(alice) !== expected)
      faults.push(`${when}: alice ${expected ? 'lacks' : 'still has'} it`);
    if (!members.includes(bob)) faults.push(`${when}: bob lost it`);
    if (new Set(members).size !== members.length) faults.push(`${when}: somebody is in twice`);
  };
  // By turns: the same branch once more, or away from it.
  const next = step % 2 === 0 ? to : to === 'main' ? 'release/1' : 'main';
  await repo.checkout(next);
  expectAccess(`then ${next}`, next === 'release/1');
  await repo.checkout('plain');
  expectAccess('in the end', false);
  const { holdings, leases } = await sandbox.ledger();
  if (holdings.length + leases.length > 0) faults.push(`the ledger still has ${JSON.stringify(holdings)}`);
  return { died: died === 'died', steps: taken, faults: [...faults, ...(await faultsOfLog(sandbox))] };
}

async function everyStep(from: string, to: string): Promise<void> {
  const whole = await crash(from, to, Number.POSITIVE_INFINITY);
  expect(whole).toMatchObject({ died: false, faults: [] });
  const points = whole.steps.map((name, index) => ({ step: index + 1, name }));
  expect(points.length).toBeGreaterThan(15);
  const wrong: string[] = [];
  const queue = [...points];
  const runner = async (): Promise<void> => {
    for (let point = queue.shift(); point !== undefined; point = queue.shift()) {
      const { step, name } = point;
      const { died, faults } = await crash(from, to, step);
      if (!died) wrong.push(`before step ${step} (${name}): did not die`);
      wrong.push(...faults.map((fault) => `before step ${step} (${name}): ${fault}`));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runner));
  expect(wrong).toEqual([]);
}

test('while it grants', () => everyStep('main', 'release/1'), 280_000);
test('while it takes back', () => everyStep('release/1', 'main'), 280_000);
