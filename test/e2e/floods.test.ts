// Hundreds of switches, from scripts, rebases and bisects: one worker, no more requests than there are changes, and HEAD wins.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultsOfLog } from '../support/audit-check.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';
import { watchWorkers } from '../support/worker-watch.ts';

/** MiB. */
const MEMORY = 200;
/** One change: look, intent, write, look again; with what is found out once. */
const PER_CHANGE = 4;
const ONCE = 8;

interface Scene extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly directory: FakeDirectory;
  readonly repo: Repo;
  readonly alice: string;
}

async function staged(
  rules: readonly object[],
  groups: readonly string[],
  branches: readonly string[],
): Promise<Scene> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  for (const displayName of groups) directory.addGroup({ displayName, members: [bob] });
  const repo = await sandbox.repository('r', configFor(directory.url, rules), branches);
  await repo.install();
  return {
    sandbox,
    directory,
    repo,
    alice,
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

const changesIn = async ({ sandbox }: Scene): Promise<number> =>
  (await sandbox.audit()).filter(({ kind }) => kind === 'change').length;

/** Requests were sent for what changed, and for nothing else. */
async function expectFew(scene: Scene, before: { requests: number; changes: number }): Promise<void> {
  const changes = (await changesIn(scene)) - before.changes;
  expect(scene.directory.requests.length - before.requests).toBeLessThanOrEqual(changes * PER_CHANGE + ONCE);
}

const countsOf = async (scene: Scene): Promise<{ requests: number; changes: number }> => ({
  requests: scene.directory.requests.length,
  changes: await changesIn(scene),
});

/** A branch of so many commits, each of which writes its number into a file; made in one go, which no hook sees. */
async function history(repo: Repo, branch: string, count: number): Promise<void> {
  const commits = Array.from({ length: count }, (_, at) => {
    const text = String(at + 1);
    return [
      `commit refs/heads/${branch}\ncommitter Alice <${ALICE}> ${1_700_000_000 + at} +0000\ndata 1\nx\n`,
      at === 0 ? 'from refs/heads/main^0\n' : '',
      `M 100644 inline number\ndata ${text.length}\n${text}\n`,
    ].join('');
  });
  const made = await repo.sandbox.run('git', ['fast-import', '--quiet'], repo.path, {
    input: commits.join(''),
  });
  expect(made).toMatchObject({ status: 0 });
}

test('500 checkouts in a row: each has its line, and the last one counts', async () => {
  await using scene = await staged([rule('one', 'release/*', 'jit')], ['jit'], ['release/1', 'plain']);
  const { sandbox, directory, repo, alice } = scene;
  const before = await countsOf(scene);
  const walk = Array.from({ length: 500 }, (_, at) => (at % 2 === 0 ? 'plain' : 'release/1'));
  const watched = await watchWorkers(repo, async () => {
    for (const branch of walk) await repo.git('checkout', '-q', branch);
    await repo.quiet();
  });
  expect(watched.atOnce).toBe(1);
  expect(watched.peak).toBeLessThan(MEMORY);
  expect(directory.members('jit')).toContain(alice);
  await expectFew(scene, before);
  const told = (await sandbox.events()).filter(({ kind }) => kind === 'switch' || kind === 'gap').slice(1);
  expect(told.filter(({ outcome }) => outcome === undefined)).toEqual([]);
  expect(told.map(({ kind, from, branch }) => `${kind} ${from}→${branch}`)).toEqual(
    walk.map((branch, at) => `switch ${walk[at - 1] ?? 'main'}→${branch}`),
  );
  expect(await faultsOfLog(sandbox)).toEqual([]);
}, 60_000);

test('20 worktrees switch at once, twice: each ends with the right access', async () => {
  const numbers = Array.from({ length: 20 }, (_, at) => at + 1);
  const named = (prefix: string): string[] => numbers.map((each) => `${prefix}${each}`);
  await using scene = await staged(
    numbers.map((each) => rule(`r${each}`, `release/${each}`, `jit-${each}`)),
    named('jit-'),
    [...named('release/'), ...named('plain/'), ...named('start/')],
  );
  const { sandbox, directory, repo, alice } = scene;
  const place = (each: number): string => join(sandbox.root, 'w', String(each));
  for (const each of numbers) await repo.git('worktree', 'add', '-q', place(each), `start/${each}`);
  await repo.quiet();
  for (const round of [0, 1]) {
    const before = await countsOf(scene);
    const gives = (each: number): boolean => each % 2 === round;
    const watched = await watchWorkers(repo, async () => {
      await Promise.all(
        numbers.map((each) =>
          sandbox.run('git', ['checkout', '-q', `${gives(each) ? 'release' : 'plain'}/${each}`], place(each)),
        ),
      );
      await repo.quiet();
    });
    expect(watched.atOnce).toBe(1);
    expect(watched.peak).toBeLessThan(MEMORY);
    const has = numbers.filter((each) => directory.members(`jit-${each}`).includes(alice));
    expect(has).toEqual(numbers.filter(gives));
    await expectFew(scene, before);
  }
  expect(await faultsOfLog(sandbox)).toEqual([]);
}, 60_000);

test('a rebase of 200 commits keeps what the branch gives, and asks the directory nothing', async () => {
  await using scene = await staged([rule('one', 'release/*', 'jit')], ['jit'], []);
  const { sandbox, directory, repo, alice } = scene;
  await history(repo, 'release/topic', 200);
  await repo.write('other', 'other\n');
  await repo.commit('Go on');
  await repo.checkout('release/topic');
  const before = await countsOf(scene);
  const watched = await watchWorkers(repo, async () => {
    expect(await repo.git('rebase', '-q', 'main')).toMatchObject({ status: 0, stdout: '' });
    await repo.quiet();
  });
  expect(watched.atOnce).toBeLessThanOrEqual(1);
  expect(watched.peak).toBeLessThan(MEMORY);
  expect(directory.members('jit')).toContain(alice);
  expect((await countsOf(scene)).changes).toBe(before.changes);
  await expectFew(scene, before);
  await repo.checkout('main');
  expect(directory.members('jit')).not.toContain(alice);
  expect(await faultsOfLog(sandbox)).toEqual([]);
}, 60_000);

test('a bisect over 1,000 commits keeps what the branch gives', async () => {
  await using scene = await staged([rule('one', 'release/*', 'jit')], ['jit'], []);
  const { sandbox, directory, repo, alice } = scene;
  await history(repo, 'release/topic', 1_000);
  await repo.checkout('release/topic');
  const before = await countsOf(scene);
  const watched = await watchWorkers(repo, async () => {
    await repo.git('bisect', 'start', 'HEAD', 'HEAD~999');
    const found = await repo.git('bisect', 'run', 'sh', '-c', 'test "$(cat number)" -lt 700');
    expect(found.stdout).toContain('is the first bad commit');
    await repo.quiet();
    expect(directory.members('jit')).toContain(alice);
    await repo.git('bisect', 'reset');
    await repo.quiet();
  });
  expect(watched.atOnce).toBeLessThanOrEqual(1);
  expect(watched.peak).toBeLessThan(MEMORY);
  expect(directory.members('jit')).toContain(alice);
  expect((await countsOf(scene)).changes).toBe(before.changes);
  await expectFew(scene, before);
  await repo.checkout('main');
  expect(directory.members('jit')).not.toContain(alice);
  expect(await faultsOfLog(sandbox)).toEqual([]);
}, 60_000);
