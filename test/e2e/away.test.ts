// The directory is away, or refuses: nothing is lost, nothing is granted twice, and what is owed is given back later.
import { expect, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN, until } from '../support/sandbox.ts';

async function staged(sandbox: Sandbox): Promise<{ repo: Repo; directory: FakeDirectory; alice: string }> {
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit', members: [directory.addUser({ userName: 'bob@acme.example' })] });
  const repo = await sandbox.repository('r', configFor(directory.url, [rule('one', 'release/*', 'jit')]), [
    'release/1',
  ]);
  await repo.install();
  return { repo, directory, alice };
}

const closings = async (sandbox: Sandbox, event: string | undefined) =>
  (await sandbox.audit()).filter(
    (line) => line.kind === 'sync' && line.event === event && line.outcome !== 'pending',
  );

test('offline, then online: the switch is pending, then applied, with one closing line', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory, alice } = await staged(sandbox);
  await using _ = directory;
  directory.misbehave({ how: 'reset' });
  await repo.git('checkout', '-q', 'release/1');
  const pending = await until('a pending line', async () =>
    (await sandbox.audit()).find((line) => line.kind === 'sync' && line.outcome === 'pending'),
  );
  const sync = await repo.scimHook('sync', '--json');
  expect(sync.status).toBe(5);
  expect(JSON.parse(sync.stdout)).toMatchObject({
    branch: 'release/1',
    outcome: 'pending',
    reason: 'unreachable',
  });
  directory.behave();
  await repo.quiet();
  expect(directory.members('jit')).toContain(alice);
  expect(await closings(sandbox, pending.event)).toHaveLength(1);
});

test('a removal while the directory is away is owed, shown, and made up for', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory, alice } = await staged(sandbox);
  await using _ = directory;
  await repo.checkout('release/1');
  directory.misbehave({ how: 'reset' });
  await repo.git('checkout', '-q', 'main');
  await until('it to be owed', async () =>
    (await sandbox.ledger()).holdings.some((holding) => holding.state === 'owed'),
  );
  await repo.stopWorker();
  const status = await repo.scimHook('status', '--json');
  expect(JSON.parse(status.stdout)).toMatchObject({ holds: [{ name: 'jit', state: 'owed' }] });
  directory.behave();
  const sync = await repo.scimHook('sync');
  expect(sync).toMatchObject({ status: 0 });
  expect(directory.members('jit')).not.toContain(alice);
  expect((await sandbox.ledger()).holdings).toEqual([]);
});

test('without a token nothing is sent, and nothing is granted', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory, alice } = await staged(sandbox);
  await using _ = directory;
  await repo.stopWorker();
  delete sandbox.env['SCIM_HOOK_TOKEN'];
  const before = directory.requests.length;
  await repo.checkout('release/1');
  const sync = await repo.scimHook('sync', '--json');
  expect(sync.status).toBe(4);
  expect(JSON.parse(sync.stdout)).toMatchObject({ outcome: 'failed', reason: 'no-token' });
  expect(directory.requests.length).toBe(before);
  sandbox.env['SCIM_HOOK_TOKEN'] = TOKEN;
  expect(await repo.scimHook('sync')).toMatchObject({ status: 0 });
  expect(directory.members('jit')).toContain(alice);
});

test('a refused token is said once, in words', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory } = await staged(sandbox);
  await using _ = directory;
  await repo.stopWorker();
  directory.tokens.clear();
  const sync = await repo.scimHook('sync', '--branch', 'release/9');
  expect(sync.status).toBe(4);
  expect(sync.stderr.match(/refused the token/g)).toHaveLength(1);
  expect(sync.stderr + sync.stdout).not.toContain(TOKEN);
});

test('a sync that nobody could look for says so, though nothing is to change as far as is known', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory } = await staged(sandbox);
  await using _ = directory;
  await repo.checkout('release/1');
  await repo.stopWorker();
  directory.misbehave({ how: 'reset' });
  const sync = await repo.scimHook('sync');
  expect(sync.status).toBe(1);
  expect(sync.stderr).toContain("can't be reached");
  expect(JSON.parse((await repo.scimHook('sync', '--json')).stdout)).toMatchObject({
    changes: [],
    outcome: 'unchanged',
    reason: 'unreachable',
  });
});

test('a revoke that can not reach the directory owes, and says just that', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory } = await staged(sandbox);
  await using _ = directory;
  await repo.checkout('release/1');
  await repo.stopWorker();
  directory.misbehave({ how: 'reset' });
  const revoke = await repo.scimHook('revoke', '--json');
  expect(revoke.status).toBe(5);
  expect(JSON.parse(revoke.stdout)).toMatchObject({ outcome: 'owed', reason: 'unreachable' });
});
