// Whatever is broken about us, git says and does exactly what it would without us; and once it is mended, the next
// switch makes good what was missed.
import { appendFile, chmod, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultsOfLog } from '../support/audit-check.ts';
import { FAULTS } from '../support/faults.ts';
import { until } from '../support/sandbox.ts';
import { Scene } from '../support/scene.ts';
import {
  BRANCHES,
  expectConverges,
  expectHarmless,
  expectTransparent,
  lastSwitches,
} from '../support/transparency.ts';

/** The twin shows what it is meant to: without it, two equal failures would look like success. */
test('nothing is wrong: git is as it was, and every switch is in the log', async () => {
  await using scene = await Scene.open();
  await expectTransparent(scene);
  await scene.repo.quiet();
  expect(await lastSwitches(scene, BRANCHES.length)).toEqual(BRANCHES);
  await expectConverges(scene);
});

// Not `each`: it cuts names short.
for (const fault of FAULTS) test.concurrent(fault.name, (context) => expectHarmless(fault, context.skip));

/** Blocks of a tmpfs, in bytes. */
const BLOCK = 4096;

test('the disk of the state directory is full: leaving gives back, and its lines come late', async (context) => {
  const scene = await Scene.open({
    home: async (sandbox) => {
      await mkdir(sandbox.state, { recursive: true });
      const mount = ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', sandbox.state];
      const mounted = await sandbox.run('mount', mount, sandbox.root);
      if (mounted.status !== 0) context.skip(`no small disk can be mounted here: ${mounted.stderr}`);
    },
  });
  const { sandbox, bob, alice } = scene;
  const log = join(sandbox.state, 'audit', 'audit.jsonl');
  const ballast = join(sandbox.state, 'ballast');
  try {
    await scene.checkout('release/1');
    expect(scene.members).toEqual([bob, alice]);
    await until('the worker to be done', () => scene.isFree());
    await scene.repo.stopWorker();
    // A torn line up to the end of the block: what comes next needs one that isn't there.
    await appendFile(log, ' '.repeat(BLOCK - ((await stat(log)).size % BLOCK)));
    await writeFile(ballast, Buffer.alloc(1024 * 1024)).catch(() => {});
    const before = await sandbox.audit();

    await scene.git(scene.repo.path, ['checkout', '-q', 'main']);
    await until('access to be given back', () => !scene.members.includes(alice));
    await until('the worker to be done', () => scene.isFree());
    await scene.repo.stopWorker();
    expect(await sandbox.audit()).toEqual(before);

    await rm(ballast);
    await scene.checkout('plain');
    expect(scene.members).toEqual([bob]);
    const since = (await sandbox.audit()).slice(before.length);
    expect(since.filter(({ kind }) => kind === 'intent' || kind === 'change')).toMatchObject([
      { kind: 'intent', op: 'remove', name: 'jit', late: true },
      { kind: 'change', op: 'remove', name: 'jit', late: true, outcome: 'applied' },
    ]);
    expect((await sandbox.events()).filter(({ outcome }) => outcome === undefined)).toEqual([]);
    expect(await faultsOfLog(sandbox)).toEqual([]);
    expect(await sandbox.ledger()).toMatchObject({ leases: [], holdings: [] });
  } finally {
    await sandbox.run('umount', ['-l', sandbox.state], sandbox.root);
    await scene[Symbol.asyncDispose]();
  }
});

/** A switch whose worker has looked at it, whatever came of that, and lives no more. */
async function lookedAt(scene: Scene, branch: string): Promise<void> {
  const { repo } = scene;
  await scene.git(repo.path, ['checkout', '-q', branch]);
  await until('the worker to have looked', async () => {
    const progress = await repo.progress();
    return progress?.cursor?.offset === (await stat(join(repo.spool, 'spool'))).size && scene.isFree();
  });
  await repo.stopWorker();
}

const logOf = ({ sandbox }: Scene): string => join(sandbox.state, 'audit', 'audit.jsonl');

test('the log may not be written: nothing is added, leaving gives back, and its lines come late', async () => {
  await using scene = await Scene.open();
  const { sandbox, bob, alice } = scene;
  await lookedAt(scene, 'release/1');
  expect(scene.members).toEqual([bob, alice]);
  const before = await sandbox.audit();

  await chmod(logOf(scene), 0o400);
  await lookedAt(scene, 'main');
  expect(scene.members).toEqual([bob]);
  await lookedAt(scene, 'release/1');
  expect(scene.members).toEqual([bob]);
  await lookedAt(scene, 'plain');
  await chmod(logOf(scene), 0o600);

  await scene.checkout('release/1');
  expect(scene.members).toEqual([bob, alice]);
  const since = (await sandbox.audit()).slice(before.length);
  const said = since.map(({ kind, branch, op, outcome, late }) =>
    [late ? 'late' : '', kind, op ?? branch, outcome].filter(Boolean).join(' '),
  );
  expect(said.slice(0, 3)).toEqual(['late switch main', 'late intent remove', 'late change remove applied']);
  expect(said.filter((line) => line.startsWith('late switch'))).toEqual([
    'late switch main',
    'late switch release/1',
    'late switch plain',
  ]);
  expect(said.filter((line) => line.startsWith('sync')).length).toBe(4);
  expect(await faultsOfLog(sandbox)).toEqual([]);
});

test('the log may not even be read: leaving gives back all the same', async () => {
  await using scene = await Scene.open();
  const { bob, alice } = scene;
  await scene.git(scene.repo.path, ['branch', 'release/2']);
  await lookedAt(scene, 'release/1');
  expect(scene.members).toEqual([bob, alice]);

  await chmod(logOf(scene), 0o000);
  // Nothing to change, but an event that can't be closed.
  await lookedAt(scene, 'release/2');
  await lookedAt(scene, 'main');
  expect(scene.members).toEqual([bob]);
  await chmod(logOf(scene), 0o600);
  await expectConverges(scene);
});
