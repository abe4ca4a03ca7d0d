// `run`: a command has its branch's access while it runs, whatever ends it; and where it can't have it, it doesn't run.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Ran, type Repo, Sandbox, TOKEN, until } from '../support/sandbox.ts';

interface Machine extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly directory: FakeDirectory;
  /** Whether Alice is in the group. */
  has(group?: string): boolean;
}

async function machine({ rules = [rule('one', 'release/*', 'jit')], scim = {} } = {}): Promise<Machine> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  for (const displayName of ['jit', 'log']) directory.addGroup({ displayName, members: [bob] });
  const config = { ...configFor(directory.url, rules), scim: { endpoint: directory.url, ...scim } };
  const repo = await sandbox.repository('r', config, ['release/1', 'plain']);
  await repo.install();
  await repo.stopWorker();
  const end = async (): Promise<void> => {
    await sandbox[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  };
  const has = (group = 'jit'): boolean => directory.members(group).includes(alice);
  return { sandbox, repo, directory, has, [Symbol.asyncDispose]: end };
}

const run = (repo: Repo, ...command: string[]): Promise<Ran> =>
  repo.scimHook('run', '--branch', 'release/1', '--', ...command);

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran & { readonly signal: unknown }>;
}

/** Starts a shell script as the command, and waits until it says that it runs, in the file `started`. */
async function start(repo: Repo, script: string, started = 'started'): Promise<Started> {
  const file = join(repo.path, started);
  const args = [
    'run',
    '--branch',
    'release/1',
    '--',
    'sh',
    '-c',
    script.replace('STARTED', () => `echo $$ >${file}`),
  ];
  const child = spawn(process.execPath, [repo.sandbox.bin, ...args], {
    cwd: repo.path,
    env: repo.sandbox.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([stdout, stderr, [status, signal]]) => ({ status, signal, stdout, stderr }),
  );
  await until('the command to run', () => existsSync(file) && readFileSync(file, 'utf8') !== '');
  return { child, ended };
}

const WAIT = 'STARTED; while [ ! -e go ]; do sleep 0.05; done';

test('the command has the access, our input and output, its own arguments, and no token; its status is ours', async () => {
  await using here = await machine();
  const { repo, sandbox, directory } = here;
  const seen = 'echo "$0 $1"; env; cat; exit 7';
  const ran = await sandbox.run(
    process.execPath,
    [sandbox.bin, 'run', '--branch', 'release/1', '--', 'sh', '-c', seen, '--json', '--no-color'],
    repo.path,
    { input: 'of stdin\n' },
  );
  expect(ran).toMatchObject({ status: 7, stderr: '' });
  expect(ran.stdout).toMatch(/^--json --no-color\n/);
  expect(ran.stdout).toMatch(/of stdin\n$/);
  expect(ran.stdout).toContain('HOME=');
  expect(ran.stdout).not.toContain(TOKEN);
  expect(here.has()).toBe(false);
  expect(directory.count('PATCH')).toBe(2);
  const log = await sandbox.events();
  expect(log.slice(-2)).toMatchObject([
    { kind: 'manual', branch: 'release/1', outcome: 'applied' },
    { kind: 'revoke', branch: 'release/1', outcome: 'applied' },
  ]);
  expect((await sandbox.ledger()).leases).toEqual([]);
});

test('two runs at once on one branch: each has its own lease, and the last to leave gives back', async () => {
  await using here = await machine();
  const { repo, sandbox, directory } = here;
  const one = await start(repo, WAIT, 'one');
  const two = await start(repo, 'STARTED; while [ ! -e go2 ]; do sleep 0.05; done', 'two');
  expect((await sandbox.ledger()).leases).toHaveLength(2);
  expect(here.has()).toBe(true);
  await repo.write('go', '');
  expect(await one.ended).toMatchObject({ status: 0, stderr: '' });
  expect(here.has()).toBe(true);
  // Neither a switch nor a sync takes from under a command what it runs with.
  await repo.checkout('release/1');
  await repo.checkout('plain');
  expect(await repo.scimHook('sync')).toMatchObject({ status: 0 });
  expect(here.has()).toBe(true);
  await repo.write('go2', '');
  expect(await two.ended).toMatchObject({ status: 0, stderr: '' });
  expect(here.has()).toBe(false);
  expect(directory.count('PATCH')).toBe(2);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGQUIT', 131],
] as const)('%s reaches the command, and what it had is given back', async (signal, status) => {
  await using here = await machine();
  const { child, ended } = await start(here.repo, `STARTED; exec sleep 600`);
  expect(here.has()).toBe(true);
  child.kill(signal);
  expect(await ended).toMatchObject({ status, signal: null });
  expect(here.has()).toBe(false);
});

test.each([
  ['given back', 1, 0],
  ['owed', Number.POSITIVE_INFINITY, 5],
])('Ctrl-C while giving back changes no status: %s', async (_, times, status) => {
  await using here = await machine({ scim: { timeout: '300ms', deadline: '1s' } });
  const { repo, directory } = here;
  const { child, ended } = await start(repo, WAIT);
  directory.misbehave({ how: 'hang' }, { times, method: 'PATCH' });
  await repo.write('go', '');
  await until('the giving back', () => directory.count('PATCH') > 1);
  child.kill('SIGINT');
  child.kill('SIGINT');
  const ran = await ended;
  expect(ran).toMatchObject({ status, signal: null });
  expect(ran.stderr).not.toContain('Ctrl-C');
  expect(here.has()).toBe(status !== 0);
});

test('a command that ends by itself after a signal has its own status', async () => {
  await using here = await machine();
  const script = `trap 'echo cleaned up; exit 9' TERM; STARTED; while :; do sleep 0.05; done`;
  const { child, ended } = await start(here.repo, script);
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ status: 9, stdout: 'cleaned up\n' });
  expect(here.has()).toBe(false);
});

test('a signal that comes before the command keeps it from running', async () => {
  await using here = await machine({ scim: { timeout: '2s' } });
  const { repo, sandbox, directory } = here;
  directory.misbehave({ how: 'hang' }, { times: 1, method: 'PATCH' });
  const child = spawn(process.execPath, [sandbox.bin, 'run', '--branch', 'release/1', '--', 'touch', 'ran'], {
    cwd: repo.path,
    env: sandbox.env,
    stdio: 'ignore',
  });
  await until('the change to be asked for', () => directory.count('PATCH') > 0);
  child.kill('SIGTERM');
  const [status] = await once(child, 'close');
  expect([5, 143]).toContain(status);
  expect(existsSync(join(repo.path, 'ran'))).toBe(false);
  expect(here.has()).toBe(false);
  expect((await sandbox.ledger()).leases).toEqual([]);
});

test('a command that is not there, or can’t be run, ends as in a shell, and gives back', async () => {
  await using here = await machine();
  const { repo } = here;
  await repo.write('plain-file', 'x');
  for (const [command, status, words] of [
    ['no-such-command', 127, 'not found'],
    ['./plain-file', 126, "can't be run"],
    ['./', 126, "can't be run"],
    ['', 127, 'not found'],
  ] as const) {
    const ran = await run(repo, command);
    expect([command, ran.status]).toEqual([command, status]);
    expect(ran.stderr).toContain(words);
    expect(here.has()).toBe(false);
  }
});

test('usage: a branch and a command are needed', async () => {
  await using sandbox = await Sandbox.create();
  const usage = (...args: string[]): Promise<Ran> =>
    sandbox.run(process.execPath, [sandbox.bin, 'run', ...args], sandbox.root);
  expect(await usage('--', 'true')).toMatchObject({ status: 2, stdout: '' });
  expect(await usage('--branch', 'b')).toMatchObject({ status: 2, stdout: '' });
  expect(await usage('--branch', 'b', '--', 'true')).toMatchObject({ status: 2, stdout: '' });
});

test('half of the access is none: the command doesn’t run, and the other half is given back', async () => {
  await using here = await machine({ rules: [rule('one', 'release/*', ['jit', 'no-such-group'])] });
  const ran = await run(here.repo, 'touch', 'ran');
  expect(ran).toMatchObject({ status: 3, stdout: '' });
  expect(ran.stderr).toMatch(/touch was not run[\s\S]*no-such-group[\s\S]*no such group/);
  expect(existsSync(join(here.repo.path, 'ran'))).toBe(false);
  expect(here.has()).toBe(false);
  expect((await here.sandbox.ledger()).leases).toEqual([]);
});

test('no token, a refused one, a directory that is away past the deadline, mode off: not run', async () => {
  await using here = await machine({ scim: { timeout: '200ms', deadline: '600ms' } });
  const { repo, sandbox, directory } = here;
  const refused = async (status: number, words: string): Promise<void> => {
    const ran = await run(repo, 'touch', 'ran');
    expect([ran.status, ran.stdout]).toEqual([status, '']);
    expect(ran.stderr).toContain('touch was not run');
    expect(ran.stderr).toContain(words);
    expect(existsSync(join(repo.path, 'ran'))).toBe(false);
    expect((await sandbox.ledger()).leases).toEqual([]);
  };
  delete sandbox.env['SCIM_HOOK_TOKEN'];
  await refused(4, 'scim-hook login');
  sandbox.env['SCIM_HOOK_TOKEN'] = 'wrong';
  await refused(4, 'refused the token');
  sandbox.env['SCIM_HOOK_TOKEN'] = TOKEN;
  directory.misbehave({ how: 'reset' });
  await refused(5, "can't be reached");
  directory.behave();
  await repo.git('config', 'scim-hook.mode', 'off');
  await refused(3, 'the mode grants nothing');
  expect(directory.count('PATCH')).toBe(0);
});

test('a short absence of the directory is waited for', async () => {
  await using here = await machine();
  here.directory.misbehave({ how: 'reset' }, { times: 3 });
  expect(await run(here.repo, 'true')).toMatchObject({ status: 0, stderr: '' });
  expect(here.directory.count('PATCH')).toBe(2);
});

test('without a rule, and in audit mode, it runs and says so in one line', async () => {
  await using here = await machine();
  const { repo, directory } = here;
  const none = await repo.scimHook('run', '--branch', 'plain', '--', 'sh', '-c', 'echo ran; exit 4');
  expect(none).toMatchObject({ status: 4, stdout: 'ran\n' });
  expect(none.stderr).toMatch(/^scim-hook: no rule matches plain; [^\n]*\n$/);
  await repo.git('config', 'scim-hook.mode', 'audit');
  const audit = await run(repo, 'echo', 'ran');
  expect(audit).toMatchObject({ status: 0, stdout: 'ran\n' });
  expect(audit.stderr).toMatch(/^scim-hook: audit mode: jit [^\n]*\n$/);
  expect(directory.count('PATCH')).toBe(0);
});

test.each([
  [0, 5],
  [3, 3],
])('what can’t be given back is owed, loudly; a status %i becomes %i', async (own, status) => {
  await using here = await machine({ scim: { timeout: '500ms', deadline: '3s' } });
  const { repo, sandbox, directory } = here;
  const { ended } = await start(repo, `${WAIT}; exit ${own}`);
  directory.misbehave({ how: 'reset' });
  await repo.write('go', '');
  const ran = await ended;
  expect(ran.status).toBe(status);
  expect(ran.stderr).toMatch(/NOT GIVEN BACK: jit/);
  expect((await sandbox.ledger()).holdings).toMatchObject([{ state: 'owed' }]);
  directory.behave();
  expect(await repo.scimHook('sync')).toMatchObject({ status: 0 });
  expect(here.has()).toBe(false);
});

test('the repository may be gone when the command ends: what it had is given back all the same', async () => {
  await using here = await machine();
  const { repo, sandbox } = here;
  const { ended } = await start(repo, 'STARTED; while [ ! -e ../go ]; do sleep 0.05; done');
  rmSync(join(repo.path, '.git'), { recursive: true });
  await sandbox.run('touch', ['go'], sandbox.root);
  expect(await ended).toMatchObject({ status: 0, stderr: '' });
  expect(here.has()).toBe(false);
});

test('kill -9 leaves a lease that ends by its `for`, and never grants again', async () => {
  await using here = await machine({ rules: [rule('one', 'release/*', 'jit', { for: '3s' })] });
  const { repo, sandbox } = here;
  const { child } = await start(repo, 'STARTED; exec sleep 600');
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  process.kill(Number(readFileSync(join(repo.path, 'started'), 'utf8')));
  expect(here.has()).toBe(true);
  const { leases } = await sandbox.ledger();
  await until('the lease to be over', () => Date.now() > (leases[0]?.expires ?? 0));
  expect(await repo.scimHook('sync')).toMatchObject({ status: 0 });
  expect(here.has()).toBe(false);
  expect(await sandbox.events()).toContainEqual(
    expect.objectContaining({ kind: 'expired', branch: 'release/1', outcome: 'applied' }),
  );
});
