// Whatever is broken around us, git says and does exactly what it would without us; and once it is mended, the next
// switch makes good what was missed.
import { expect, test } from 'vitest';
import { FAULTS_AROUND } from '../support/faults-around.ts';
import { NOBODY, Scene } from '../support/scene.ts';
import { expectHarmless, lastSwitches } from '../support/transparency.ts';

// Not `each`: it cuts names short.
for (const fault of FAULTS_AROUND)
  test.concurrent(fault.name, (context) => expectHarmless(fault, context.skip));

test.concurrent('a branch with letters beyond ASCII, where the locale is C', async () => {
  await using scene = await Scene.open();
  const branch = 'release/ünï-日本';
  const inC = { env: () => ({ LC_ALL: 'C', LANG: 'C' }) };
  for (const args of [
    ['branch', branch],
    ['checkout', branch],
  ])
    expect(await scene.git(scene.repo.path, args, inC)).toEqual(await scene.git(scene.twin, args, inC));
  await scene.repo.quiet();
  expect(scene.members).toEqual([scene.bob, scene.alice]);
  await scene.checkout('main');
  expect(scene.members).toEqual([scene.bob]);
  expect(await lastSwitches(scene, 2)).toEqual([branch, 'main']);
});

test.concurrent('under sudo, no command writes to what is the person’s', async (context) => {
  if (NOBODY === undefined) context.skip('files of another owner can only be made by root');
  await using scene = await Scene.open();
  const { sandbox, repo } = scene;
  const before = await sandbox.ledger();
  await scene.git(repo.path, ['-c', 'core.hooksPath=/dev/null', 'checkout', '-q', 'release/1']);
  sandbox.env['SUDO_UID'] = String(NOBODY);
  expect(await repo.scimHook('sync')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('it belongs to somebody else (was this run with sudo?)'),
  });
  expect(await sandbox.ledger()).toEqual(before);
  await scene.checkout('release/1');
  expect(scene.members).toEqual([scene.bob, scene.alice]);
});
