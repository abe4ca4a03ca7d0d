// `reconcile` where there is more than one clone, or less than a directory: what fails is said, and is never "no drift".
import { rmSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultsOfLog } from '../support/audit-check.ts';
import { described, type Machine, machine } from '../support/reconcile-machine.ts';
import { Terminal } from '../support/terminal.ts';

test('two repositories, and one more that is gone: what both see is said once, in one event each', async () => {
  await using here = await machine();
  const [a, b, gone] = [
    await here.clone('a', 'one', { managed: { groups: ['jit-*'] } }),
    await here.clone('b', 'two', { managed: { groups: ['jit-*'] } }),
    await here.clone('c', 'jit-spare'),
  ];
  rmSync(gone.path, { recursive: true });
  here.put('one', false);
  here.directory.addGroup({ displayName: 'jit-other', members: [here.alice] });
  const shown = await here.reconcile('--json');
  expect(shown).toMatchObject({ status: 1, stderr: '' });
  expect(described(shown.stdout)).toMatchObject({
    clones: [
      {
        path: join(a.path, '.git'),
        findings: [
          { drift: 'extra', name: 'jit-other' },
          { drift: 'missing', name: 'one' },
        ],
      },
      { path: join(b.path, '.git'), findings: [] },
      { path: join(gone.path, '.git'), state: 'gone', findings: [{ drift: 'orphaned', name: 'jit-spare' }] },
    ],
    summary: { repositories: 3, missing: 1, extra: 1, orphaned: 1, contradicted: 0 },
  });
  const fixed = await here.reconcile('--fix');
  expect(fixed).toMatchObject({ status: 0, stderr: '' });
  expect(fixed.stdout).toContain('3 differences: 1 missing, 1 extra, 1 orphaned');
  expect(['one', 'two', 'jit-spare', 'jit-other', 'staff'].map(here.has)).toEqual([
    true,
    true,
    false,
    false,
    true,
  ]);
  const events = (await here.sandbox.events()).filter(({ kind }) => kind === 'reconcile');
  expect(events.map(({ outcome }) => outcome)).toEqual(['applied', 'unchanged', 'unchanged']);
  expect(await faultsOfLog(here.sandbox)).toEqual([]);
  const after = await here.reconcile();
  expect(after.stdout).toMatch(/^Nothing differs: \d+ things looked at in 2 repositories\.\n$/);
  expect(after.status).toBe(0);
});

test('a second clone asks nothing again', async () => {
  await using here = await machine();
  await here.clone('a', ['one', 'two']);
  const alone = await requestsOf(here);
  await here.clone('b', ['one', 'two']);
  expect(await requestsOf(here)).toBe(alone);
});

async function requestsOf(here: Machine): Promise<number> {
  const before = here.directory.requests.length;
  expect((await here.reconcile()).status).toBe(0);
  return here.directory.requests.length - before;
}

test('a clone that fails keeps no other from being compared', async () => {
  await using here = await machine();
  const broken = await here.clone('a', 'one');
  await here.clone('b', 'two');
  here.put('two', false);
  await appendFile(join(broken.path, '.git', 'config'), '[broken\n');
  const shown = await here.reconcile('--fix', '--json');
  expect(shown).toMatchObject({ status: 1, stderr: '' });
  expect(described(shown.stdout)).toMatchObject({
    clones: [
      { state: 'failed', errors: [{ code: 'git-failed' }] },
      { findings: [{ name: 'two', outcome: 'applied' }] },
    ],
  });
  expect(here.has('two')).toBe(true);
});

test.each([[[]], [['--fix']]])('a directory that is away is never “no drift” (%j)', async (flags) => {
  await using here = await machine();
  await here.clone('a', 'one');
  here.directory.misbehave({ how: 'reset' });
  const shown = await here.reconcile(...flags);
  expect(shown.status).toBe(1);
  expect(shown.stdout).toContain('Nothing is known to differ, but not everything could be looked at');
  expect(shown.stderr).toContain("can't be reached");
  const json = await here.reconcile(...flags, '--json');
  expect(json.status).toBe(1);
  expect(described(json.stdout)).toMatchObject({
    clones: [{ state: 'failed', findings: [], errors: [{ code: 'unreachable' }] }],
  });
  expect((await here.sandbox.ledger()).holdings).toMatchObject([{ state: 'held' }]);
});

test('without a token, or with one that is refused, it says so', async () => {
  await using here = await machine();
  await here.clone('a', 'one');
  here.directory.tokens.clear();
  const refused = await here.reconcile();
  expect(refused).toMatchObject({ status: 4 });
  expect(refused.stderr).toContain('refused the token');
  rmSync(join(here.sandbox.home, '.git-credentials'));
  const none = await here.reconcile('--fix');
  expect(none).toMatchObject({ status: 4 });
  expect(none.stderr).toContain('There is no token');
});

test('in audit mode nothing is granted, and it says what would be', async () => {
  await using here = await machine();
  const repo = await here.clone('a', 'one', { managed: { groups: ['jit-*'] } });
  here.put('one', false);
  here.put('jit-spare', true);
  await repo.git('config', 'scim-hook.mode', 'audit');
  for (const flags of [[], ['--fix']]) {
    const shown = await here.reconcile(...flags);
    expect(shown.status).toBe(1);
    expect(shown.stdout).toMatch(/missing {2}one {2}would be granted \(audit mode\)/);
    expect(shown.stdout).toMatch(/extra {2}jit-spare {2}would be given back \(audit mode\)/);
  }
  expect([here.has('one'), here.has('jit-spare')]).toEqual([false, true]);
  const closing = (await here.sandbox.events()).filter(({ kind }) => kind === 'reconcile');
  expect(closing).toMatchObject([{ outcome: 'would' }]);
  expect(await faultsOfLog(here.sandbox)).toEqual([]);
});

test('a clone that nobody trusts any more sends nothing, and it says what was not looked at', async () => {
  await using here = await machine();
  const repo = await here.clone('a', 'one');
  for (const key of ['policy', 'endpoint', 'subject', 'subjectId'])
    await repo.git('config', '--unset', `scim-hook.${key}`);
  const requests = here.directory.requests.length;
  const shown = await here.reconcile();
  // It may not ask: that is a refusal, and no answer.
  expect(shown.status).toBe(3);
  expect(shown.stdout).toMatch(/looked at by no clone.*: one\nNothing is known to differ, but/);
  expect(here.directory.requests.length).toBe(requests);
});

test('a fix that fails half-way says so, and another one ends it', async () => {
  await using here = await machine();
  const repo = await here.clone('a', 'one');
  await here.ledger(() => ({ leases: [] }));
  here.cwd = repo.path;
  here.directory.misbehave({ how: 'throttle' }, { method: 'PATCH' });
  const tried = await here.reconcile('--fix');
  expect([1, 5]).toContain(tried.status);
  expect(tried.stdout).toContain('not given back yet');
  expect((await here.sandbox.ledger()).holdings).toMatchObject([{ state: 'owed' }]);
  here.directory.behave();
  expect((await here.reconcile()).stdout).toContain('orphaned  one  given since');
  expect(await here.reconcile('--fix')).toMatchObject({ status: 0 });
  expect(await faultsOfLog(here.sandbox)).toEqual([]);
});

test.for([
  ['a line a clone where nothing may move', { ACCESSIBLE: '1' }, 'Looking (a) …'],
  ['how far it is where something may', {}, 'Looking: 1 of 2 (a)'],
] as const)('on a terminal it says %s', async ([, env, expected], ctx) => {
  await using here = await machine();
  await here.clone('a', ['one', 'two']);
  here.directory.misbehave({ how: 'slow-first-byte', ms: 300 });
  await using terminal = Terminal.open(ctx, [process.execPath, here.sandbox.bin, 'reconcile'], {
    cwd: here.cwd,
    env: { ...here.sandbox.env, ...env },
    columns: 80,
  });
  await terminal.end();
  expect(terminal.shown).toContain(expected);
  if ('ACCESSIBLE' in env) expect(terminal.shown.match(/Looking/g)).toHaveLength(1);
});

test('a group of ours whose clone is gone is orphaned, and goes once it is left', async () => {
  await using here = await machine();
  const config = {
    version: 1,
    scim: { endpoint: here.directory.url },
    rules: [
      {
        name: 'env',
        branches: ['feature/{n:[0-9]+}'],
        grant: { groups: ['env-{n}'] },
        until: 'branch-deleted',
        createGroups: true,
      },
    ],
  };
  const repo = await here.sandbox.repository('a', config, ['feature/1']);
  await repo.install();
  await repo.checkout('feature/1');
  await repo.stopWorker();
  expect(here.has('env-1')).toBe(true);
  expect((await here.reconcile()).status).toBe(0);
  rmSync(repo.path, { recursive: true });
  const shown = await here.reconcile('--json');
  expect(shown.status).toBe(1);
  expect(described(shown.stdout)).toMatchObject({
    clones: [
      {
        state: 'gone',
        findings: [
          { drift: 'orphaned', case: 'unleased', name: 'env-1', op: 'remove' },
          { drift: 'orphaned', case: 'own-group', name: 'env-1', op: 'delete', branch: 'feature/1' },
        ],
      },
    ],
  });
  const fixed = await here.reconcile('--fix');
  expect(fixed).toMatchObject({ status: 0, stderr: '' });
  expect(fixed.stdout).toContain('orphaned  env-1  deleted');
  expect([...here.directory.scim.groups.values()].map(({ displayName }) => displayName)).not.toContain(
    'env-1',
  );
  expect((await here.reconcile()).status).toBe(0);
  expect(await faultsOfLog(here.sandbox)).toEqual([]);
});
