// The main job: a checkout puts the developer into the branch's groups, leaving takes it back, each step is logged.
import { expect, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { ALICE, Sandbox, TOKEN } from '../support/sandbox.ts';

const config = (endpoint: string, rules: object[], more: object = {}): object => ({
  version: 1,
  scim: { endpoint },
  ...more,
  rules,
});

const release = { name: 'release', branches: ['release/*'], grant: { groups: ['jit-release'] }, for: '8h' };

test('a switch to a branch grants its group, leaving it gives it back', async () => {
  await using sandbox = await Sandbox.create();
  await using directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  directory.addGroup({ displayName: 'jit-release', members: [bob] });
  const repo = await sandbox.repository('payments', config(directory.url, [release]), ['release/1']);

  expect(await repo.install()).toMatchObject({ status: 0 });
  await repo.checkout('release/1');
  expect(directory.members('jit-release')).toEqual([bob, alice]);
  await repo.checkout('main');
  expect(directory.members('jit-release')).toEqual([bob]);

  expect(await sandbox.events()).toMatchObject([
    { kind: 'switch', branch: 'main', outcome: 'unchanged', reason: 'no-rule' },
    { kind: 'switch', from: 'main', branch: 'release/1', outcome: 'applied' },
    { kind: 'switch', from: 'release/1', branch: 'main', outcome: 'applied' },
  ]);
});
