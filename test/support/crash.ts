// One switch during which the worker dies before a step of its own, and what the next switches make of it.
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { faultsOfLog } from './audit-check.ts';
import { dyingWorker } from './dying-worker.ts';
import { FakeDirectory } from './fake-directory.ts';
import { configFor } from './rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN, until } from './sandbox.ts';

export interface Scene {
  readonly sandbox: Sandbox;
  readonly directory: FakeDirectory;
  readonly repo: Repo;
  readonly alice: string;
  readonly bob: string;
}

export interface Journey {
  readonly rules: readonly object[];
  readonly branches: readonly string[];
  /** Up to where the worker dies: settled before. */
  before(scene: Scene): Promise<void>;
  /** The switch during which it dies. */
  readonly to: string;
  /** Then by turns the one or the other. */
  readonly next: readonly [string, string];
  /** After all of that; everything is to be given back. */
  after(scene: Scene): Promise<void>;
  /** What is wrong with who has what, with HEAD on this branch; null: in the end. */
  faults(scene: Scene, branch: string | null): string[];
}

export interface Outcome {
  readonly died: boolean;
  readonly steps: readonly string[];
  readonly faults: readonly string[];
}

export async function crash(journey: Journey, step: number): Promise<Outcome> {
  await using sandbox = await Sandbox.create();
  await using directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE, roles: [{ value: 'viewer' }] });
  const bob = directory.addUser({ userName: 'bob@acme.example', roles: [{ value: 'deployer' }] });
  directory.addGroup({ displayName: 'jit', members: [bob] });
  const config = configFor(directory.url, journey.rules);
  const repo = await sandbox.repository('r', config, [...journey.branches, 'plain']);
  const scene: Scene = { sandbox, directory, repo, alice, bob };
  await repo.install();
  const others = directory.watch();
  await journey.before(scene);
  await repo.stopWorker();
  const worker = dyingWorker(sandbox);
  await worker.arm(step);
  await repo.git('checkout', '-q', journey.to);
  const died = await until('the worker to die or to be done', async () =>
    (await worker.steps()).length >= step && sandbox.workers().length === 0
      ? 'died'
      : sandbox.workers().length > 0 && (await repo.isQuiet())
        ? 'done'
        : null,
  );
  const steps = await worker.steps();
  await repo.stopWorker();
  await worker.disarm();
  await letLockGrowStale(sandbox);

  const faults: string[] = [];
  const next = journey.next[step % 2] ?? journey.to;
  await repo.checkout(next);
  faults.push(...journey.faults(scene, next).map((fault) => `then on ${next}: ${fault}`));
  await journey.after(scene);
  faults.push(...journey.faults(scene, null).map((fault) => `in the end: ${fault}`));
  faults.push(...directory.harm(others, alice));
  const { holdings, leases, groups = [] } = await sandbox.ledger();
  if (holdings.length + leases.length + groups.length > 0)
    faults.push(`the ledger still has ${JSON.stringify({ holdings, leases, groups })}`);
  faults.push(...(await faultsOfLog(sandbox)), ...(await changesUntold(sandbox)));
  return { died: died === 'died', steps, faults };
}

/** What the time would do: the next worker waits for it, and there are many of them. */
async function letLockGrowStale(sandbox: Sandbox): Promise<void> {
  const long = Date.now() / 1000 - 60;
  await utimes(join(sandbox.state, 'lock'), long, long).catch(() => {});
}

/** Each thing is given and taken back by turns, beginning with the one and ending with the other: no line is missing. */
async function changesUntold(sandbox: Sandbox): Promise<string[]> {
  const changes = (await sandbox.audit()).filter(
    ({ kind, outcome, op }) => kind === 'change' && outcome === 'applied' && op !== 'delete',
  );
  return [...new Set(changes.map(({ name }) => name))].flatMap((name) => {
    const given = changes.filter((each) => each.name === name).map(({ op }) => op !== 'remove');
    const right = given.length % 2 === 0 && given.every((gives, index) => gives === (index % 2 === 0));
    return right ? [] : [`of ${name} the log tells ${given.map((gives) => (gives ? 'given' : 'taken'))}`];
  });
}
