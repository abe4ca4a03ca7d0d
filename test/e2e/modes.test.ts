// The four modes and `scim-hook.allow`, end to end: what is granted, given back and logged in each.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';

interface Staged extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly directory: FakeDirectory;
  isIn(group: string): boolean;
  /** How the last event was closed, and what was tried for it: `op name outcome`. */
  last(): Promise<{ outcome: unknown; reason: unknown; mode: unknown; changes: string[] }>;
}

async function staged(): Promise<Staged> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  for (const displayName of ['jit', 'other', 'env-a']) directory.addGroup({ displayName, members: [bob] });
  const rules = [rule('one', 'release/*', 'jit'), rule('two', 'both/*', ['jit', 'other', 'env-a'])];
  const branches = ['release/1', 'release/2', 'both/1', 'plain'];
  const repo = await sandbox.repository('r', configFor(directory.url, rules), branches);
  await repo.install();
  return {
    sandbox,
    repo,
    directory,
    isIn: (group) => directory.members(group).includes(alice),
    last: async () => {
      const lines = await sandbox.audit();
      const closing = lines.findLast(({ kind }) => kind === 'sync');
      return {
        outcome: closing?.outcome,
        reason: closing?.reason,
        mode: closing?.mode,
        changes: lines
          .filter(({ kind, event }) => kind === 'change' && event === closing?.event)
          .map(({ op, name, outcome, reason }) => [op, name, outcome, reason].filter(Boolean).join(' ')),
      };
    },
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

test('enforce: grants, gives back, logs both', async () => {
  await using stage = await staged();
  const { repo } = stage;
  await repo.checkout('release/1');
  expect(stage.isIn('jit')).toBe(true);
  expect(await stage.last()).toMatchObject({
    outcome: 'applied',
    mode: 'enforce',
    changes: ['add jit applied'],
  });
  await repo.checkout('plain');
  expect(stage.isIn('jit')).toBe(false);
  expect(await stage.last()).toMatchObject({ outcome: 'applied', changes: ['remove jit applied'] });
});

test('audit: grants nothing and says what it would, gives back what was held', async () => {
  await using stage = await staged();
  const { repo, directory } = stage;
  await repo.checkout('release/1');
  await repo.git('config', 'scim-hook.mode', 'audit');
  await repo.checkout('plain');
  expect(stage.isIn('jit')).toBe(false);
  expect(await stage.last()).toMatchObject({
    outcome: 'applied',
    mode: 'audit',
    changes: ['remove jit applied'],
  });
  const writes = directory.count('PATCH');
  await repo.checkout('release/1');
  expect(await stage.last()).toMatchObject({ outcome: 'would', mode: 'audit', changes: ['add jit would'] });
  const plan = await repo.scimHook('plan', '--json');
  expect(plan.status).toBe(0);
  expect(JSON.parse(plan.stdout)).toMatchObject({
    mode: 'audit',
    changes: [{ op: 'add', outcome: 'would' }],
  });
  await repo.checkout('plain');
  expect(directory.count('PATCH')).toBe(writes);
});

test('release-only: keeps what a live lease holds, gives it back on leaving, grants nothing', async () => {
  await using stage = await staged();
  const { repo } = stage;
  await repo.checkout('release/1');
  await repo.git('config', 'scim-hook.mode', 'release-only');
  await repo.checkout('release/1');
  expect(stage.isIn('jit')).toBe(true);
  await repo.checkout('release/2');
  expect(stage.isIn('jit')).toBe(false);
  expect(await stage.last()).toMatchObject({ mode: 'release-only', changes: ['remove jit applied'] });
  await repo.checkout('release/1');
  expect(stage.isIn('jit')).toBe(false);
  expect(await stage.last()).toMatchObject({ outcome: 'skipped', reason: 'off', changes: [] });
});

test('off: the next wake-up gives everything back, and from then on nothing is sent', async () => {
  await using stage = await staged();
  const { repo, directory, sandbox } = stage;
  await repo.checkout('release/1');
  await sandbox.run('git', ['config', '--global', 'scim-hook.mode', 'off'], sandbox.root);
  await repo.git('config', 'scim-hook.mode', 'enforce');
  await repo.checkout('release/1');
  expect(stage.isIn('jit')).toBe(false);
  expect((await sandbox.ledger()).leases).toEqual([]);
  const sent = directory.requests.length;
  await repo.checkout('release/2');
  expect(await stage.last()).toMatchObject({ outcome: 'skipped', reason: 'off', mode: 'off', changes: [] });
  expect(directory.requests.length).toBe(sent);
});

test('scim-hook.allow bounds what rules may grant, in each scope, and what is beyond is refused in words', async () => {
  await using stage = await staged();
  const { repo, sandbox } = stage;
  const system = join(sandbox.root, 'system.config');
  await writeFile(system, '[scim-hook]\n\tallow = jit\n\tallow = env-*\n');
  sandbox.env['GIT_CONFIG_NOSYSTEM'] = '0';
  sandbox.env['GIT_CONFIG_SYSTEM'] = system;
  await repo.git('config', '--add', 'scim-hook.allow', 'jit');
  await repo.git('config', '--add', 'scim-hook.allow', 'other');
  await repo.stopWorker();
  await repo.checkout('both/1');
  expect(['jit', 'other', 'env-a'].filter((group) => stage.isIn(group))).toEqual(['jit']);
  expect(await stage.last()).toMatchObject({
    outcome: 'refused',
    reason: 'not-allowed',
    changes: ['add env-a refused not-allowed', 'add jit applied', 'add other refused not-allowed'],
  });
  const sync = await repo.scimHook('sync');
  expect(sync.status).toBe(3);
  expect(sync.stdout).toContain('scim-hook.allow');
  await repo.checkout('plain');
  expect(stage.isIn('jit')).toBe(false);
});

test('allow that is narrowed takes back what it no longer allows', async () => {
  await using stage = await staged();
  const { repo, sandbox } = stage;
  await repo.checkout('both/1');
  expect(stage.isIn('other')).toBe(true);
  await sandbox.run('git', ['config', '--global', 'scim-hook.allow', 'jit'], sandbox.root);
  await repo.checkout('both/1');
  expect(['jit', 'other', 'env-a'].filter((group) => stage.isIn(group))).toEqual(['jit']);
});
