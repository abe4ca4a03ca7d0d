// What we keep is deleted, garbled, cut off or from a newer version: access still follows HEAD, and nothing is forgotten.
import { existsSync } from 'node:fs';
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultsOfLog } from '../support/audit-check.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN, until } from '../support/sandbox.ts';

interface Scene extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly bob: string;
  members(): readonly string[];
}

/** Alice on `release/1` holds what its rule gives; bob was in the group before. No worker is left. */
async function onRelease(): Promise<Scene & { readonly alice: string }> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  directory.addGroup({ displayName: 'jit', members: [bob] });
  const repo = await sandbox.repository('r', configFor(directory.url, [rule('one', 'release/*', 'jit')]), [
    'release/1',
    'plain',
  ]);
  await repo.install();
  await repo.checkout('release/1');
  expect(directory.members('jit')).toEqual([bob, alice]);
  await repo.stopWorker();
  return {
    sandbox,
    repo,
    alice,
    bob,
    members: () => directory.members('jit'),
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

const GARBAGE = '{"version":1,"leases":[{"id"';

const files = (scene: Scene) => ({
  ledger: join(scene.sandbox.state, 'ledger.json'),
  cache: join(scene.sandbox.state, 'cache.json'),
  log: join(scene.sandbox.state, 'audit', 'audit.jsonl'),
  progress: join(scene.repo.spool, 'progress.json'),
});

/** What holds once everything is settled and no branch gives anything. */
async function expectNothingLeft(scene: Scene): Promise<void> {
  expect(scene.members()).toEqual([scene.bob]);
  expect(await scene.sandbox.ledger()).toMatchObject({ leases: [], holdings: [] });
  expect(await faultsOfLog(scene.sandbox)).toEqual([]);
}

test('a deleted ledger is rebuilt from the log, so that leaving gives back', async () => {
  await using scene = await onRelease();
  await rm(files(scene).ledger);
  await scene.repo.checkout('main');
  await expectNothingLeft(scene);
});

test('a deleted ledger forgets nothing on the way to another branch that gives the same', async () => {
  await using scene = await onRelease();
  await rm(files(scene).ledger);
  await scene.repo.git('branch', 'release/2');
  await scene.repo.checkout('release/2');
  expect(scene.members()).toEqual([scene.bob, scene.alice]);
  await scene.repo.checkout('main');
  await expectNothingLeft(scene);
});

test('an unreadable ledger is rebuilt too, and put aside for a look', async () => {
  await using scene = await onRelease();
  const { ledger } = files(scene);
  await writeFile(ledger, GARBAGE);
  await scene.repo.checkout('main');
  await expectNothingLeft(scene);
  expect(await readFile(`${ledger}.unreadable`, 'utf8')).toBe(GARBAGE);
});

test('ledger and log both lost: nobody loses anything by it', async () => {
  await using scene = await onRelease();
  await rm(files(scene).ledger);
  await rm(files(scene).log);
  await scene.repo.checkout('main');
  // What was given can't be told from what was there before: it stays.
  expect(scene.members()).toEqual([scene.bob, scene.alice]);
  await scene.repo.checkout('release/1');
  expect(scene.members()).toEqual([scene.bob, scene.alice]);
  expect(await faultsOfLog(scene.sandbox)).toEqual([]);
});

test.each(['', GARBAGE, 'null\n', '[]'])('a cache of %j costs requests, nothing else', async (text) => {
  await using scene = await onRelease();
  await writeFile(files(scene).cache, text);
  await scene.repo.checkout('main');
  await expectNothingLeft(scene);
  await rm(files(scene).cache);
  await scene.repo.stopWorker();
  await scene.repo.checkout('release/1');
  expect(scene.members()).toEqual([scene.bob, scene.alice]);
});

test.each(['', GARBAGE, 'null\n'])('with a progress of %j, HEAD still decides', async (text) => {
  await using scene = await onRelease();
  const { progress } = files(scene);
  await writeFile(progress, text);
  await scene.repo.git('checkout', '-q', 'main');
  await until('the unreadable file to be put aside', () => existsSync(`${progress}.unreadable`));
  await scene.repo.quiet();
  await expectNothingLeft(scene);
  expect(await readFile(`${progress}.unreadable`, 'utf8')).toBe(text);
});

test('with no progress at all, HEAD still decides', async () => {
  await using scene = await onRelease();
  await rm(files(scene).progress);
  await scene.repo.checkout('main');
  await expectNothingLeft(scene);
});

test('the chain goes on around a torn last line', async () => {
  await using scene = await onRelease();
  const { log } = files(scene);
  const before = (await scene.sandbox.audit()).length;
  await appendFile(log, '{"at":"2026-11-23T18:16:06.950Z","kind":"chan');
  await scene.repo.checkout('main');
  await expectNothingLeft(scene);
  const lines = (await readFile(log, 'utf8')).split('\n');
  expect(lines[before]).toMatch(/"kind":"chan$/);
  expect(JSON.parse(lines[before + 1] ?? '')).toMatchObject({ seq: before + 1 });
});

test('a ledger from a newer version is neither followed nor overwritten', async () => {
  await using scene = await onRelease();
  const { ledger } = files(scene);
  const newer = '{"version":2,"leases":{},"holdings":{}}\n';
  const real = await readFile(ledger, 'utf8');
  await writeFile(ledger, newer);
  await scene.repo.git('checkout', '-q', 'main');
  const synced = await scene.repo.scimHook('sync', '--json');
  expect(synced.status).not.toBe(0);
  expect(JSON.parse(synced.stdout)).toMatchObject({ error: { code: 'newer-file' } });
  expect(await readFile(ledger, 'utf8')).toBe(newer);
  expect(existsSync(`${ledger}.unreadable`)).toBe(false);
  expect(scene.members()).toEqual([scene.bob, scene.alice]);

  await writeFile(ledger, real);
  await scene.repo.checkout('plain');
  await expectNothingLeft(scene);
});

test('a progress from a newer version is not overwritten', async () => {
  await using scene = await onRelease();
  const { progress } = files(scene);
  const real = await readFile(progress, 'utf8');
  const newer = '{"version":2}\n';
  await writeFile(progress, newer);
  await scene.repo.git('checkout', '-q', 'main');
  expect((await scene.repo.scimHook('sync', '--json')).status).not.toBe(0);
  expect(await readFile(progress, 'utf8')).toBe(newer);

  await writeFile(progress, real);
  await scene.repo.checkout('plain');
  await expectNothingLeft(scene);
});
