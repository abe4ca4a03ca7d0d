// `sweep`, as cron calls it: from anywhere, with the token that git keeps; what lost its reason goes, what lives stays.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv, type AnySchemaObject } from 'ajv';
import { expect, inject, test } from 'vitest';
import type { Lease } from '../../src/core/lease.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Ran, type Repo, Sandbox, TOKEN, until } from '../support/sandbox.ts';

interface Machine extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly directory: FakeDirectory;
  /** A clone with the rules, installed and on its granting branch, with no worker alive. */
  clone(name: string, group: string, more?: object): Promise<Repo>;
  has(group: string): boolean;
  sweep(...args: string[]): Promise<Ran>;
}

async function machine(): Promise<Machine> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  for (const displayName of ['one', 'two']) directory.addGroup({ displayName, members: [bob] });
  await sandbox.run('git', ['config', '--global', 'credential.helper', 'store'], sandbox.root);
  const input = `url=${directory.url}\nusername=scim\npassword=${TOKEN}\n\n`;
  await sandbox.run('git', ['credential', 'approve'], sandbox.root, { input });
  delete sandbox.env['SCIM_HOOK_TOKEN'];
  return {
    sandbox,
    directory,
    has: (group) => directory.members(group).includes(alice),
    sweep: (...args) => sandbox.run(process.execPath, [sandbox.bin, 'sweep', ...args], sandbox.root),
    clone: async (name, group, more = {}) => {
      const config = configFor(directory.url, [rule('one', 'release/*', group, more)]);
      const repo = await sandbox.repository(name, config, ['release/1', 'plain']);
      await repo.install();
      await repo.checkout('release/1');
      await repo.stopWorker();
      return repo;
    },
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** Hours go by: setting up may take longer than any lease that a test could wait for. */
async function expire(sandbox: Sandbox, group: string): Promise<void> {
  const file = join(sandbox.state, 'ledger.json');
  const stored = JSON.parse(await readFile(file, 'utf8')) as { leases: Lease[] };
  const leases = stored.leases.map((lease) =>
    lease.wants.some(({ target }) => target.name === group) ? { ...lease, expires: Date.now() - 1 } : lease,
  );
  await writeFile(file, JSON.stringify({ ...stored, leases }));
}

const QUIET = { status: 0, stdout: '', stderr: '' };

function isDescribed(document: unknown): unknown {
  const file = join(inject('packageDirectory'), 'schemas', 'sweep.schema.json');
  const validate = new Ajv({ allErrors: true }).compile(
    JSON.parse(readFileSync(file, 'utf8')) as AnySchemaObject,
  );
  return validate(document) ? true : validate.errors;
}

test('where nothing was ever granted it says nothing, and leaves nothing behind', async () => {
  await using here = await machine();
  expect(await here.sweep()).toMatchObject(QUIET);
  const json = await here.sweep('--json');
  expect(json).toMatchObject({ status: 0, stderr: '' });
  expect(JSON.parse(json.stdout)).toEqual({ clones: [] });
  expect(existsSync(here.sandbox.state)).toBe(false);
});

test('what expired is given back in every clone, with its lines in the log; then there is nothing to do', async () => {
  await using here = await machine();
  await here.clone('a', 'one');
  await here.clone('b', 'two');
  await expire(here.sandbox, 'one');
  await expire(here.sandbox, 'two');
  const swept = await here.sweep();
  expect(swept).toMatchObject({ status: 0, stderr: '' });
  expect(swept.stdout).toMatch(/- one {2}given back/);
  expect(swept.stdout).toMatch(/- two {2}given back/);
  expect([here.has('one'), here.has('two')]).toEqual([false, false]);
  const expired = (await here.sandbox.events()).filter((event) => event.kind === 'expired');
  expect(expired).toMatchObject([
    { branch: 'release/1', outcome: 'applied' },
    { branch: 'release/1', outcome: 'applied' },
  ]);
  const requests = here.directory.requests.length;
  expect(await here.sweep()).toMatchObject(QUIET);
  expect(here.directory.requests.length).toBe(requests);
});

test('a live lease stays as it is, and a sweep of it is quiet', async () => {
  await using here = await machine();
  await here.clone('a', 'one');
  const before = await here.sandbox.ledger();
  expect(await here.sweep()).toMatchObject(QUIET);
  expect(here.has('one')).toBe(true);
  expect((await here.sandbox.ledger()).leases).toEqual(before.leases);
});

test.each([
  ['deleted', () => {}],
  ['no repository any more', (git: string) => mkdirSync(git, { recursive: true })],
])('a clone that is %s gives back, in its own name', async (_, then) => {
  await using here = await machine();
  const gone = await here.clone('a', 'one');
  const stays = await here.clone('b', 'two');
  rmSync(gone.path, { recursive: true });
  then(join(gone.path, '.git'));
  const swept = await here.sweep('--json');
  expect(swept).toMatchObject({ status: 0, stderr: '' });
  const document: unknown = JSON.parse(swept.stdout);
  expect(isDescribed(document)).toBe(true);
  expect(document).toMatchObject({
    clones: [
      { path: join(stays.path, '.git'), state: 'swept', changes: [] },
      {
        path: join(gone.path, '.git'),
        state: 'gone',
        events: [{ kind: 'settle', branch: 'release/1', outcome: 'applied' }],
        changes: [{ op: 'remove', name: 'one', outcome: 'applied', verified: 'confirmed' }],
      },
    ],
  });
  expect([here.has('one'), here.has('two')]).toEqual([false, true]);
  const closing = (await here.sandbox.audit()).findLast((line) => line.kind === 'sync');
  expect(closing).toMatchObject({ branch: 'release/1', ended: [expect.any(String)] });
  expect(closing?.repo).not.toBe('');
  expect(await here.sweep()).toMatchObject(QUIET);
});

test('a worktree and a branch that are gone give back', async () => {
  await using here = await machine();
  const repo = await here.clone('a', 'one');
  const other = join(here.sandbox.root, 'other');
  await repo.git('checkout', '-q', 'plain');
  await repo.quiet();
  await repo.git('worktree', 'add', '-q', other, 'release/1');
  await repo.quiet();
  await repo.stopWorker();
  const bound = await here.clone('b', 'two', { until: 'branch-deleted' });
  await bound.checkout('plain');
  await bound.stopWorker();
  expect([here.has('one'), here.has('two')]).toEqual([true, true]);
  rmSync(other, { recursive: true });
  await bound.git('branch', '-D', 'release/1');
  expect(await here.sweep()).toMatchObject({ status: 0, stderr: '' });
  expect([here.has('one'), here.has('two')]).toEqual([false, false]);
});

test('a locked worktree that is out of reach keeps what it has; one that is pruned does not', async () => {
  await using here = await machine();
  const repo = await here.clone('a', 'one');
  const [other, away] = [join(here.sandbox.root, 'other'), join(here.sandbox.root, 'unmounted')];
  await repo.checkout('plain');
  await repo.git('worktree', 'add', '-q', '--lock', other, 'release/1');
  await repo.quiet();
  renameSync(other, away);
  // The hook's worker looks at it too, and so does a sync.
  await repo.checkout('-b', 'plain/2');
  await repo.stopWorker();
  expect(await here.sweep()).toMatchObject(QUIET);
  expect(await repo.scimHook('sync')).toMatchObject({ status: 0 });
  expect(here.has('one')).toBe(true);
  renameSync(away, other);
  expect(await here.sweep()).toMatchObject(QUIET);
  expect(here.has('one')).toBe(true);
  rmSync(other, { recursive: true });
  await repo.git('worktree', 'unlock', other);
  expect(await here.sweep()).toMatchObject({ status: 0, stderr: '' });
  expect(here.has('one')).toBe(false);
});

test('what is owed is tried again, and said as long as it is', async () => {
  await using here = await machine();
  const repo = await here.clone('a', 'one');
  here.directory.misbehave({ how: 'reset' });
  await repo.git('checkout', '-q', 'plain');
  await until('it to be owed', async () =>
    (await here.sandbox.ledger()).holdings.some((holding) => holding.state === 'owed'),
  );
  await repo.stopWorker();
  rmSync(repo.path, { recursive: true });
  const away = await here.sweep();
  expect(away.status).toBe(5);
  expect(away.stdout).toMatch(/one {2}not given back yet/);
  expect(away.stderr).toContain("can't be reached");
  here.directory.behave();
  expect(await here.sweep()).toMatchObject({ status: 0, stderr: '' });
  expect(here.has('one')).toBe(false);
  expect(await here.sweep()).toMatchObject(QUIET);
});

test('without a token it says so, and what is owed stays owed', async () => {
  await using here = await machine();
  const repo = await here.clone('a', 'one');
  rmSync(repo.path, { recursive: true });
  rmSync(join(here.sandbox.home, '.git-credentials'));
  const swept = await here.sweep();
  expect(swept.status).toBe(4);
  expect(swept.stderr).toContain(`scim-hook login --endpoint ${here.directory.url}`);
  expect((await here.sandbox.ledger()).holdings).toMatchObject([{ state: 'owed' }]);
});

test('a clone that fails keeps no other from giving back', async () => {
  await using here = await machine();
  const broken = await here.clone('a', 'one');
  const gone = await here.clone('b', 'two');
  await appendFile(join(broken.path, '.git', 'config'), '[broken\n');
  rmSync(gone.path, { recursive: true });
  await expire(here.sandbox, 'one');
  const swept = await here.sweep('--json');
  expect(swept).toMatchObject({ status: 1, stderr: '' });
  expect(JSON.parse(swept.stdout)).toMatchObject({
    clones: [{ state: 'failed', error: { code: 'git-failed' } }, { state: 'gone' }],
  });
  // Its expiry needs nothing of the clone.
  expect([here.has('one'), here.has('two')]).toEqual([false, false]);
  const alone = await here.clone('c', 'one');
  await appendFile(join(alone.path, '.git', 'config'), '[broken\n');
  await expire(here.sandbox, 'one');
  expect((await here.sweep()).status).toBe(1);
  expect(here.has('one')).toBe(false);
});

test('a clone that nobody trusts any more sends nothing, but for what it has to give back', async () => {
  await using here = await machine();
  const repo = await here.clone('a', 'one');
  for (const key of ['policy', 'endpoint', 'subject', 'subjectId'])
    await repo.git('config', '--unset', `scim-hook.${key}`);
  const requests = here.directory.requests.length;
  expect(await here.sweep()).toMatchObject(QUIET);
  expect(here.directory.requests.length).toBe(requests);
  await expire(here.sandbox, 'one');
  expect(await here.sweep()).toMatchObject({ status: 0, stderr: '' });
  expect(here.has('one')).toBe(false);
});

test('a run that was killed gives back at once, and one that lives keeps what it has', async () => {
  await using here = await machine();
  const repo = await here.clone('a', 'one');
  await repo.checkout('plain');
  await repo.stopWorker();
  const started = join(repo.path, 'started');
  const command = ['sh', '-c', 'echo $$ >started; exec sleep 600'];
  const run = spawn(process.execPath, [here.sandbox.bin, 'run', '--branch', 'release/1', '--', ...command], {
    cwd: repo.path,
    env: here.sandbox.env,
    stdio: 'ignore',
  });
  await until('the command to run', () => existsSync(started) && readFileSync(started, 'utf8') !== '');
  expect(await here.sweep()).toMatchObject(QUIET);
  expect(here.has('one')).toBe(true);
  const gone = once(run, 'exit');
  run.kill('SIGKILL');
  await gone;
  process.kill(Number(await readFile(started, 'utf8')));
  expect(await here.sweep()).toMatchObject({ status: 0, stderr: '' });
  expect(here.has('one')).toBe(false);
  expect((await here.sandbox.ledger()).leases).toEqual([]);
});
