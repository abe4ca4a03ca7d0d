// `run` in CI: a clone that nobody installed, and pins from the environment, which count for this command alone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, Repo, Sandbox, TOKEN, until } from '../support/sandbox.ts';

interface Job extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly origin: Repo;
  readonly clone: Repo;
  readonly directory: FakeDirectory;
  has(group?: string): boolean;
}

const ROBOT = 'deploy-robot';

async function job(more: object = {}): Promise<Job> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const robot = directory.addUser({ userName: ROBOT, externalId: 'robot-7' });
  directory.addUser({ userName: ALICE });
  for (const displayName of ['jit', 'admins']) {
    directory.addGroup({ displayName, members: [directory.addUser({ userName: `bob-${displayName}` })] });
  }
  const config = configFor(directory.url, [rule('one', 'release/*', 'jit')], more);
  const origin = await sandbox.repository('origin', config, ['release/1']);
  // What a pull request says of itself.
  await origin.git('checkout', '-q', '-b', 'feature');
  const greedy = configFor(directory.url, [rule('one', '**', ['jit', 'admins'])]);
  await origin.write('.scimsyncrc', JSON.stringify(greedy));
  await origin.commit('Want more');
  await origin.git('checkout', '-q', 'main');
  await sandbox.run('git', ['clone', '-q', '-b', 'feature', origin.path, 'clone'], sandbox.root);
  const clone = new Repo(sandbox, join(sandbox.root, 'clone'));
  Object.assign(sandbox.env, { SCIM_HOOK_ENDPOINT: directory.url, SCIM_HOOK_SUBJECT: ROBOT });
  const end = async (): Promise<void> => {
    await sandbox[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  };
  const has = (group = 'jit'): boolean => directory.members(group).includes(robot);
  return { sandbox, origin, clone, directory, has, [Symbol.asyncDispose]: end };
}

const deploy = (repo: Repo, branch = 'release/1', ...command: string[]) =>
  repo.scimHook('run', '--branch', branch, '--', ...(command.length > 0 ? command : ['touch', 'ran']));

test('no install: the rules of the default branch decide, the subject is looked up, nothing is left behind', async () => {
  await using here = await job();
  const { clone, sandbox, directory } = here;
  const state = join(sandbox.root, 'state');
  sandbox.env['SCIM_HOOK_HOME'] = state;
  const before = await clone.git('config', '--local', '--list');
  const look = `grep -o '"name":"[a-z]*"' ${state}/ledger.json; env | grep -c SCIM_HOOK_TOKEN`;
  const ran = await deploy(clone, 'release/1', 'sh', '-c', look);
  expect(ran).toMatchObject({ status: 1, stderr: '' });
  expect(ran.stdout).toContain('"name":"jit"');
  expect(ran.stdout).not.toContain('admins');
  expect(ran.stdout.trimEnd().split('\n').at(-1)).toBe('0');
  expect([here.has(), here.has('admins')]).toEqual([false, false]);
  expect(directory.count('PATCH')).toBe(2);
  expect(await clone.git('config', '--local', '--list')).toEqual(before);
  expect(existsSync(clone.spool)).toBe(false);
  expect(existsSync(sandbox.state)).toBe(false);
  // A branch that only its own rules would give something gets nothing.
  const feature = await deploy(clone, 'feature');
  expect(feature.status).toBe(0);
  expect(feature.stderr).toContain('no rule matches feature');
  expect(directory.count('PATCH')).toBe(2);
});

test('a run for somebody else takes nothing from one that still runs, and each gives back its own', async () => {
  await using here = await job();
  const { clone, sandbox, directory } = here;
  const wait = 'touch started; while [ ! -e go ]; do sleep 0.05; done';
  const first = deploy(clone, 'release/1', 'sh', '-c', wait);
  await until('the command to run', () => existsSync(join(clone.path, 'started')));
  sandbox.env['SCIM_HOOK_SUBJECT'] = ALICE;
  expect(await deploy(clone)).toMatchObject({ status: 0, stderr: '' });
  expect(here.has()).toBe(true);
  await clone.write('go', '');
  expect(await first).toMatchObject({ status: 0, stderr: '' });
  expect(here.has()).toBe(false);
  expect(directory.count('PATCH')).toBe(4);
  expect((await sandbox.ledger()).leases).toEqual([]);
});

test.each([
  ['as it was', () => {}],
  ['gone with its job', (clone: string) => rmSync(clone, { recursive: true })],
])(
  'a run that was killed: `sweep` gives back, for the endpoint the variables name; the clone is %s',
  async (_, then) => {
    await using here = await job();
    const { clone, sandbox, directory } = here;
    const started = join(clone.path, 'started');
    const command = ['sh', '-c', 'echo $$ >started; exec sleep 600'];
    const args = [sandbox.bin, 'run', '--branch', 'release/1', '--', ...command];
    const run = spawn(process.execPath, args, { cwd: clone.path, env: sandbox.env, stdio: 'ignore' });
    await until('the command to run', () => existsSync(started) && readFileSync(started, 'utf8') !== '');
    const ended = once(run, 'exit');
    run.kill('SIGKILL');
    await ended;
    process.kill(Number(readFileSync(started, 'utf8')));
    then(clone.path);
    const sweep = () => sandbox.run(process.execPath, [sandbox.bin, 'sweep'], sandbox.root);
    await using other = await FakeDirectory.start({ token: TOKEN });
    sandbox.env['SCIM_HOOK_ENDPOINT'] = other.url;
    expect(await sweep()).toMatchObject({ status: 4 });
    expect([here.has(), other.requests]).toEqual([true, []]);
    sandbox.env['SCIM_HOOK_ENDPOINT'] = `${directory.url}/`;
    expect(await sweep()).toMatchObject({ status: 0, stderr: '' });
    expect(here.has()).toBe(false);
    expect(await sandbox.ledger()).toMatchObject({ leases: [], holdings: [] });
  },
);

test('the subject is found by the attribute that the rules name', async () => {
  await using here = await job({ subject: { attribute: 'externalId', from: 'git:user.email' } });
  here.sandbox.env['SCIM_HOOK_SUBJECT'] = 'robot-7';
  expect(await deploy(here.clone)).toMatchObject({ status: 0, stderr: '' });
  expect(here.directory.count('PATCH')).toBe(2);
  here.sandbox.env['SCIM_HOOK_SUBJECT'] = 'nobody';
  const unknown = await deploy(here.clone);
  expect(unknown.status).toBe(3);
  expect(unknown.stderr).toContain('externalId is nobody');
});

test('the environment’s pins count for `run` alone', async () => {
  await using here = await job();
  const { clone, directory } = here;
  for (const args of [['sync'], ['sync', '--branch', 'release/1'], ['plan', '--branch', 'release/1']]) {
    expect((await clone.scimHook(...args)).status).toBe(3);
  }
  expect(await clone.scimHook('sweep')).toMatchObject({ status: 0, stdout: '', stderr: '' });
  expect(directory.requests).toEqual([]);
});

test.each([['SCIM_HOOK_ENDPOINT'], ['SCIM_HOOK_SUBJECT']])('without %s nothing is sent', async (name) => {
  await using here = await job();
  delete here.sandbox.env[name];
  const ran = await deploy(here.clone);
  expect(ran.status).toBe(3);
  expect(ran.stderr).toContain(`${name} is not set`);
  expect(existsSync(join(here.clone.path, 'ran'))).toBe(false);
  expect(here.directory.requests).toEqual([]);
});

test('an endpoint that the rules, or the machine’s config, don’t name gets no token', async () => {
  await using here = await job();
  await using other = await FakeDirectory.start({ token: TOKEN });
  const { clone, sandbox, directory } = here;
  sandbox.env['SCIM_HOOK_ENDPOINT'] = other.url;
  const ran = await deploy(clone);
  expect(ran.status).toBe(2);
  expect(ran.stderr).toContain(directory.url);
  sandbox.env['SCIM_HOOK_ENDPOINT'] = directory.url;
  await sandbox.run('git', ['config', '--global', 'scim-hook.endpoint', other.url], sandbox.root);
  expect(await deploy(clone)).toMatchObject({ status: 2 });
  await sandbox.run('git', ['config', '--global', '--unset', 'scim-hook.endpoint'], sandbox.root);
  sandbox.env['SCIM_HOOK_ENDPOINT'] = 'http://idp.example.com/scim';
  expect(await deploy(clone)).toMatchObject({ status: 2 });
  expect([...other.requests, ...directory.requests]).toEqual([]);
});

test('nobody else than the machine’s config says, by value or by id', async () => {
  await using here = await job();
  const { clone, sandbox, directory } = here;
  const global = (...args: string[]) => sandbox.run('git', ['config', '--global', ...args], sandbox.root);
  await global('scim-hook.subject', ALICE);
  const ran = await deploy(clone);
  expect(ran.status).toBe(3);
  expect(ran.stderr).toContain(`SCIM_HOOK_SUBJECT gives ${ROBOT}`);
  expect(ran.stderr).toContain(ALICE);
  expect(directory.requests).toEqual([]);
  await global('scim-hook.subject', ROBOT);
  await global('scim-hook.subjectId', 'somebody-else');
  const other = await deploy(clone);
  expect(other.status).toBe(3);
  expect(other.stderr).toContain('somebody-else');
  expect(existsSync(join(clone.path, 'ran'))).toBe(false);
  expect(directory.count('PATCH')).toBe(0);
  await global('--unset', 'scim-hook.subjectId');
  expect(await deploy(clone)).toMatchObject({ status: 0, stderr: '' });
});

test('a clone without the default branch trusts no other branch’s rules, nor the file that lies there', async () => {
  await using here = await job();
  const { sandbox, origin, directory } = here;
  await sandbox.run(
    'git',
    ['clone', '-q', '--single-branch', '-b', 'feature', origin.path, 'one'],
    sandbox.root,
  );
  const one = new Repo(sandbox, join(sandbox.root, 'one'));
  const ran = await deploy(one, 'feature');
  expect(ran.status).toBe(3);
  expect(ran.stderr).toContain('git fetch origin');
  await one.git('branch', 'main');
  expect(await deploy(one, 'feature')).toMatchObject({ status: 3 });
  await one.git('checkout', '-q', '--detach');
  expect(await deploy(one, 'feature')).toMatchObject({ status: 3 });
  expect(existsSync(join(one.path, 'ran'))).toBe(false);
  expect(directory.requests).toEqual([]);
  await one.git('fetch', '-q', 'origin', 'main:refs/remotes/origin/main');
  expect(await deploy(one)).toMatchObject({ status: 3 });
  expect(directory.requests).toEqual([]);
  await one.git('remote', 'set-head', 'origin', '-a');
  expect(await deploy(one)).toMatchObject({ status: 0, stderr: '' });
});

test('a branch that a stranger pushed as `master` decides nothing, unless it is named', async () => {
  await using here = await job();
  const { sandbox, origin, directory } = here;
  await origin.git('branch', 'master', 'feature');
  // As CI does that fetches the pushed branch alone.
  const one = new Repo(sandbox, join(sandbox.root, 'one'));
  await sandbox.run('git', ['init', '-q', 'one'], sandbox.root);
  await one.git('remote', 'add', 'origin', origin.path);
  await one.git('fetch', '-q', 'origin', 'master:refs/remotes/origin/master');
  await one.git('checkout', '-q', '-b', 'master', 'refs/remotes/origin/master');
  const ran = await deploy(one, 'x');
  expect(ran.status).toBe(3);
  expect(ran.stderr).toContain('git remote set-head origin -a');
  expect(ran.stderr).toContain('SCIM_HOOK_POLICY=refs/remotes/origin/main');
  // A default branch that is known, and was not fetched.
  await one.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main');
  expect(await deploy(one, 'x')).toMatchObject({ status: 3 });
  // Another remote's.
  await one.git('symbolic-ref', '--delete', 'refs/remotes/origin/HEAD');
  await one.git('update-ref', 'refs/remotes/aaa/evil', 'HEAD');
  await one.git('symbolic-ref', 'refs/remotes/aaa/HEAD', 'refs/remotes/aaa/evil');
  expect(await deploy(one, 'x')).toMatchObject({ status: 3 });
  expect(existsSync(join(one.path, 'ran'))).toBe(false);
  expect(directory.requests).toEqual([]);
  await one.git('fetch', '-q', 'origin', 'main:refs/remotes/origin/main');
  sandbox.env['SCIM_HOOK_POLICY'] = 'refs/remotes/origin/main';
  expect(await deploy(one)).toMatchObject({ status: 0, stderr: '' });
  expect(directory.count('PATCH')).toBe(2);
  for (const policy of ['origin/main', 'refs/remotes/origin/gone']) {
    sandbox.env['SCIM_HOOK_POLICY'] = policy;
    expect(await deploy(one)).toMatchObject({ status: 2 });
  }
});

test('where a person installed, the variables may agree with the pins, and overrule none of them', async () => {
  await using here = await job();
  await using other = await FakeDirectory.start({ token: TOKEN });
  const { clone, sandbox } = here;
  expect(await clone.install()).toMatchObject({ status: 0 });
  await clone.stopWorker();
  expect(await deploy(clone)).toMatchObject({ status: 3 });
  sandbox.env['SCIM_HOOK_SUBJECT'] = ALICE;
  expect(await deploy(clone)).toMatchObject({ status: 0, stderr: '' });
  sandbox.env['SCIM_HOOK_ENDPOINT'] = other.url;
  const ran = await deploy(clone);
  expect(ran.status).toBe(3);
  expect(ran.stderr).toContain('SCIM_HOOK_ENDPOINT');
  expect(other.requests).toEqual([]);
});

test('a directory that is away when the subject is looked up is waited for, and not for ever', async () => {
  await using here = await job({ scim: { timeout: '200ms', deadline: '600ms' } });
  here.directory.misbehave({ how: 'reset' }, { times: 1 });
  expect(await deploy(here.clone)).toMatchObject({ status: 0, stderr: '' });
  here.directory.misbehave({ how: 'reset' });
  const ran = await deploy(here.clone);
  expect(ran.status).toBe(1);
  expect(ran.stderr).toContain("can't be reached");
});
