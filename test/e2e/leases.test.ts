// How leases end besides by leaving: by hand, by time, by the mode, by uninstalling.
import { expect, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN, until } from '../support/sandbox.ts';

async function staged(
  sandbox: Sandbox,
  more: object = {},
): Promise<{ repo: Repo; directory: FakeDirectory; alice: string }> {
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit', members: [directory.addUser({ userName: 'bob@acme.example' })] });
  const repo = await sandbox.repository(
    'r',
    configFor(directory.url, [rule('one', 'release/*', 'jit', more)]),
    ['release/1', 'plain'],
  );
  await repo.install();
  return { repo, directory, alice };
}

test('a lease by hand outlives a switch, and ends with a sync without a branch', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory, alice } = await staged(sandbox);
  await using _ = directory;
  expect(await repo.scimHook('sync', '--branch', 'release/7')).toMatchObject({ status: 0 });
  expect(directory.members('jit')).toContain(alice);
  await repo.checkout('plain');
  expect(directory.members('jit')).toContain(alice);
  expect(await repo.scimHook('sync')).toMatchObject({ status: 0 });
  expect(directory.members('jit')).not.toContain(alice);
});

test('revoke gives back now, and an open event does not grant it again', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory, alice } = await staged(sandbox);
  await using _ = directory;
  await repo.checkout('release/1');
  const { leases } = JSON.parse((await repo.scimHook('status', '--json')).stdout) as {
    leases: { id: string }[];
  };
  expect(await repo.scimHook('revoke', '--lease', leases[0]?.id ?? '')).toMatchObject({ status: 0 });
  expect(directory.members('jit')).not.toContain(alice);
  await repo.checkout('release/1');
  expect(directory.members('jit')).toContain(alice);
  expect(await repo.scimHook('revoke', '--all')).toMatchObject({ status: 0 });
  expect(directory.members('jit')).not.toContain(alice);
  expect(await repo.scimHook('revoke')).toMatchObject({ status: 0, stdout: 'Nothing to give back.\n' });
});

test('a lease whose time is over ends at the next wake-up, and only a checkout of its branch renews it', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory, alice } = await staged(sandbox, { for: '2s' });
  await using _ = directory;
  await repo.checkout('release/1');
  expect(directory.members('jit')).toContain(alice);
  const { leases } = await sandbox.ledger();
  await until('the lease to be over', () => Date.now() > (leases[0]?.expires ?? 0));
  expect(await repo.scimHook('sync', '--branch', 'plain')).toMatchObject({ status: 0 });
  expect(directory.members('jit')).not.toContain(alice);
  expect(await sandbox.events()).toContainEqual(
    expect.objectContaining({ kind: 'expired', branch: 'release/1', outcome: 'applied' }),
  );
  await repo.checkout('release/1');
  expect(directory.members('jit')).toContain(alice);
});

test('mode audit says what it would do, release-only and off grant nothing and give back', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory, alice } = await staged(sandbox);
  await using _ = directory;
  await repo.git('config', 'scim-hook.mode', 'audit');
  await repo.checkout('release/1');
  expect(directory.count('PATCH')).toBe(0);
  expect((await sandbox.events()).at(-1)).toMatchObject({ branch: 'release/1', outcome: 'would' });
  await repo.git('config', 'scim-hook.mode', 'enforce');
  await repo.checkout('release/1');
  expect(directory.members('jit')).toContain(alice);
  // A narrower word in a wider scope wins over the clone's own.
  await sandbox.run('git', ['config', '--global', 'scim-hook.mode', 'release-only'], sandbox.root);
  await repo.checkout('plain');
  expect(directory.members('jit')).not.toContain(alice);
  await repo.checkout('release/1');
  expect(directory.members('jit')).not.toContain(alice);
  expect((await sandbox.events()).at(-1)).toMatchObject({ outcome: 'skipped', reason: 'off' });
});

test('scim-hook.allow bounds what rules may grant', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory, alice } = await staged(sandbox);
  await using _ = directory;
  await sandbox.run('git', ['config', '--global', 'scim-hook.allow', 'env-*'], sandbox.root);
  await repo.checkout('release/1');
  expect(directory.members('jit')).not.toContain(alice);
  expect((await sandbox.events()).at(-1)).toMatchObject({ outcome: 'refused', reason: 'not-allowed' });
});

test('an ineligible person is refused; what makes eligible is not counted if we gave it', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory, alice } = await staged(sandbox, { eligible: { groups: ['release-team'] } });
  await using _ = directory;
  directory.addGroup({ displayName: 'release-team', members: [] });
  await repo.checkout('release/1');
  expect((await sandbox.events()).at(-1)).toMatchObject({ outcome: 'refused', reason: 'ineligible' });
  expect(directory.members('jit')).not.toContain(alice);
});

test('an expired lease is not granted again by itself, whatever wakes us', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory, alice } = await staged(sandbox, { for: '1s' });
  await using _ = directory;
  await repo.checkout('release/1');
  const { leases } = await sandbox.ledger();
  await until('the lease to be over', () => Date.now() > (leases[0]?.expires ?? 0));
  for (const name of ['one', 'two']) {
    await repo.git('worktree', 'add', '-q', '--detach', `${sandbox.root}/${name}`);
    await repo.quiet();
    expect(directory.members('jit')).not.toContain(alice);
  }
  const expired = (await sandbox.events()).filter(({ kind }) => kind === 'expired');
  expect(expired).toMatchObject([{ branch: 'release/1', outcome: 'applied' }]);
  expect(directory.count('PATCH')).toBe(2);
});

test('a lease by hand ends by its own time, and by being revoked', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory, alice } = await staged(sandbox, { for: '1s' });
  await using _ = directory;
  expect(await repo.scimHook('sync', '--branch', 'release/7')).toMatchObject({ status: 0 });
  const { leases } = await sandbox.ledger();
  expect(leases).toMatchObject([{ branch: 'release/7', by: 'hand' }]);
  await until('the lease to be over', () => Date.now() > (leases[0]?.expires ?? 0));
  await repo.checkout('plain');
  expect(directory.members('jit')).not.toContain(alice);

  expect(await repo.scimHook('sync', '--branch', 'release/7')).toMatchObject({ status: 0 });
  const { leases: again } = await sandbox.ledger();
  expect(await repo.scimHook('revoke', '--lease', again[0]?.id ?? '')).toMatchObject({ status: 0 });
  expect(directory.members('jit')).not.toContain(alice);
  expect((await sandbox.ledger()).leases).toEqual([]);
});

test('a switch that is still pending grants nothing after a revoke', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory, alice } = await staged(sandbox);
  await using _ = directory;
  directory.misbehave({ how: 'reset' });
  await repo.git('checkout', '-q', 'release/1');
  await until('a pending line', async () =>
    (await sandbox.audit()).some((line) => line.kind === 'sync' && line.outcome === 'pending'),
  );
  await repo.stopWorker();
  expect((await sandbox.ledger()).leases).toHaveLength(1);
  await repo.scimHook('revoke');
  directory.behave();
  await repo.git('worktree', 'add', '-q', '--detach', `${sandbox.root}/other`);
  await repo.quiet();
  expect(directory.members('jit')).not.toContain(alice);
  expect(await sandbox.ledger()).toMatchObject({ leases: [], holdings: [] });
});

test('revoke is about this repository, --all about every one, and a lease nobody has is said so', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory, alice } = await staged(sandbox);
  await using _ = directory;
  const config = configFor(directory.url, [rule('two', 'release/*', 'jit')]);
  const other = await sandbox.repository('other', config, ['release/1']);
  await other.install();
  await repo.checkout('release/1');
  await other.checkout('release/1');
  expect(await repo.scimHook('revoke', '--lease', 'nobodys')).toMatchObject({ status: 2 });
  expect(await repo.scimHook('revoke')).toMatchObject({ status: 0 });
  expect(directory.members('jit')).toContain(alice);
  expect((await sandbox.ledger()).leases).toMatchObject([{ rules: ['two'] }]);
  expect(await repo.scimHook('revoke', '--all')).toMatchObject({ status: 0 });
  expect(directory.members('jit')).not.toContain(alice);
});

test.each(['audit', 'release-only', 'off'])('mode %s gives back what enforce gave', async (mode) => {
  await using sandbox = await Sandbox.create();
  const { repo, directory, alice } = await staged(sandbox);
  await using _ = directory;
  await repo.checkout('release/1');
  expect(directory.members('jit')).toContain(alice);
  await repo.git('config', 'scim-hook.mode', mode);
  await repo.checkout('plain');
  expect(directory.members('jit')).not.toContain(alice);
  const before = directory.count('PATCH');
  await repo.checkout('release/1');
  expect(directory.count('PATCH')).toBe(before);
  expect(await sandbox.ledger()).toMatchObject({ holdings: [] });
});
