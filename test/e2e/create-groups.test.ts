// createGroups with real git: a group comes with its first member and goes with its branch.
import { expect, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';

const BRANCH = 'feature/PAY-7-refunds';

async function staged(sandbox: Sandbox): Promise<{ repo: Repo; directory: FakeDirectory; alice: string }> {
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  const preview = rule('preview', 'feature/{ticket:[A-Z]+-[0-9]+}*', 'env-{ticket}', {
    until: 'branch-deleted',
    createGroups: true,
  });
  const repo = await sandbox.repository('r', configFor(directory.url, [preview]), [BRANCH]);
  await repo.install();
  return { repo, directory, alice };
}

const groupNamed = (directory: FakeDirectory, name: string) =>
  [...directory.scim.groups.values()].find(({ displayName }) => displayName === name);

test('a group is made with its branch, stays over a switch, and is deleted with the branch', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory, alice } = await staged(sandbox);
  await using _ = directory;
  // The listing of members must have been seen once, or an empty list proves nothing.
  await repo.checkout(BRANCH);
  expect(groupNamed(directory, 'env-PAY-7')).toMatchObject({
    members: [alice],
    externalId: expect.stringMatching(/^scim-hook:[0-9a-f-]{36}$/),
  });
  await repo.checkout('main');
  expect(groupNamed(directory, 'env-PAY-7')).toMatchObject({ members: [alice] });
  await repo.git('branch', '-D', BRANCH);
  expect(await repo.scimHook('sync')).toMatchObject({ status: 0 });
  expect(groupNamed(directory, 'env-PAY-7')).toBeUndefined();
  expect(await sandbox.ledger()).toMatchObject({ leases: [], holdings: [], groups: [] });
  const changes = (await sandbox.audit()).filter(({ kind }) => kind === 'change');
  expect(changes.map(({ op, outcome, verified }) => `${op} ${outcome} ${verified}`)).toEqual([
    'create applied confirmed',
    'remove applied confirmed',
    'delete applied confirmed',
  ]);
});

test('a colleague in the group keeps it, and a lost ledger knows it from the log', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory, alice } = await staged(sandbox);
  await using _ = directory;
  await repo.checkout(BRANCH);
  await repo.stopWorker();
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  groupNamed(directory, 'env-PAY-7')?.members.push(bob);
  await sandbox.run('rm', [`${sandbox.state}/ledger.json`], sandbox.root);
  await repo.git('-c', 'core.hooksPath=/dev/null', 'checkout', '-q', 'main');
  await repo.git('branch', '-D', BRANCH);
  expect(await repo.scimHook('sync')).toMatchObject({ status: 0 });
  expect(groupNamed(directory, 'env-PAY-7')?.members).toEqual([bob]);
  expect(groupNamed(directory, 'env-PAY-7')?.members).not.toContain(alice);
  expect(await sandbox.ledger()).toMatchObject({ holdings: [], groups: [] });
});

test('a group of that name that is not ours is never joined, and never deleted', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory } = await staged(sandbox);
  await using _ = directory;
  directory.addGroup({ displayName: 'env-PAY-7', externalId: 'production' });
  await repo.checkout(BRANCH);
  await repo.stopWorker();
  const sync = await repo.scimHook('sync', '--json');
  expect(sync.status).toBe(3);
  expect(JSON.parse(sync.stdout)).toMatchObject({
    changes: [{ op: 'add', name: 'env-PAY-7', outcome: 'refused', reason: 'not-allowed' }],
  });
  expect(groupNamed(directory, 'env-PAY-7')?.members).toEqual([]);
  await repo.git('checkout', '-q', 'main');
  await repo.git('branch', '-D', BRANCH);
  await repo.scimHook('sync');
  expect(groupNamed(directory, 'env-PAY-7')).toBeDefined();
});

test('a plan says that the group would be made, and makes nothing', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory } = await staged(sandbox);
  await using _ = directory;
  await repo.stopWorker();
  const plan = await repo.scimHook('plan', '--branch', BRANCH, '--json');
  expect(JSON.parse(plan.stdout)).toMatchObject({
    changes: [{ op: 'create', kind: 'group', name: 'env-PAY-7', rules: ['preview'] }],
    outcome: 'would',
  });
  expect(groupNamed(directory, 'env-PAY-7')).toBeUndefined();
});
