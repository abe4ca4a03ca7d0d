// `trust`: what changed since it was accepted is shown and asked about, and nothing else becomes trusted by itself.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, inject, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';
import { atTerminal } from '../support/typed.ts';

interface Staged extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly directory: FakeDirectory;
  readonly other: FakeDirectory;
  readonly alice: string;
  isIn(group: string): boolean;
}

const RULES = [rule('one', 'release/**', 'jit')];

/** `committed`: the rules are on main; else they only lie in the worktree. */
async function staged({ committed = true } = {}): Promise<Staged> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const other = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  other.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  for (const displayName of ['jit', 'admins']) directory.addGroup({ displayName, members: [bob] });
  const config = configFor(directory.url, RULES);
  const repo = await sandbox.repository('r', committed ? config : null, ['release/1', 'plain']);
  if (!committed) await edit(repo, config);
  await repo.install();
  return {
    sandbox,
    repo,
    directory,
    other,
    alice,
    isIn: (group) => directory.members(group).includes(alice),
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    },
  };
}

const edit = (repo: Repo, config: object): Promise<void> =>
  repo.write('.scimsyncrc', `${JSON.stringify(config, null, 2)}\n`);

const pin = async (repo: Repo, name: string): Promise<string> =>
  (await repo.git('config', '--local', '--get', `scim-hook.${name}`)).stdout.trim();

/** What `trust --json` printed, checked against the schema that ships. */
function document(stdout: string): unknown {
  const schema = readFileSync(join(inject('packageDirectory'), 'schemas', 'trust.schema.json'), 'utf8');
  const printed: unknown = JSON.parse(stdout);
  const ajv = new Ajv({ strict: false });
  expect(ajv.validate(JSON.parse(schema) as object, printed), ajv.errorsText()).toBe(true);
  return printed;
}

test('nothing changed: says so, and writes nothing', async () => {
  await using stage = await staged();
  const { repo, sandbox } = stage;
  const before = [readFileSync(join(repo.path, '.git/config'), 'utf8'), await sandbox.audit()];
  expect(await repo.scimHook('trust')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('Nothing changed since it was accepted.') as string,
    stderr: '',
  });
  const json = await repo.scimHook('trust', '--json');
  expect(document(json.stdout)).toMatchObject({ changed: false, hook: { state: 'runs' }, mode: 'enforce' });
  expect([readFileSync(join(repo.path, '.git/config'), 'utf8'), await sandbox.audit()]).toEqual(before);
});

test('an endpoint that was named once need not be named again, where the rules name none', async () => {
  await using stage = await staged();
  const { repo, directory } = stage;
  await edit(repo, { version: 1, rules: RULES });
  await repo.commit('Name no endpoint');
  expect(await repo.scimHook('trust')).toMatchObject({ status: 0, stderr: '' });
  expect(await repo.scimHook('install', '--yes')).toMatchObject({ status: 0, stderr: '' });
  expect(await pin(repo, 'endpoint')).toBe(directory.url);
});

test('another endpoint on the pinned branch: old and new are shown, and only a yes pins the new one', async () => {
  await using stage = await staged();
  const { repo, directory, other, sandbox } = stage;
  await repo.checkout('release/1');
  expect(stage.isIn('jit')).toBe(true);
  await repo.git('checkout', '-q', 'main');
  await edit(repo, configFor(other.url, RULES));
  await repo.commit('Move to another directory');
  const sync = await repo.scimHook('sync');
  expect(sync.status).toBe(3);
  expect(sync.stderr).toContain(`proposes the endpoint ${other.url}, but ${directory.url} was accepted`);
  expect(sync.stderr).toContain('accept it with `scim-hook trust`');
  expect((await atTerminal(repo, 'n\n', 'trust')).stdout).toContain(`${directory.url} -> ${other.url}`);
  expect(await repo.scimHook('trust')).toMatchObject({ status: 3, stdout: '' });
  expect(other.requests).toEqual([]);
  expect(await pin(repo, 'endpoint')).toBe(directory.url);

  const yes = await atTerminal(repo, 'y\n', 'trust');
  expect(yes).toMatchObject({ status: 0, stdout: expect.stringContaining('Accepted.') as string });
  expect(await pin(repo, 'endpoint')).toBe(other.url);
  expect((await sandbox.audit()).at(-1)).toMatchObject({ kind: 'trust', endpoint: other.url });
});

test('the hook is left alone, and trust says where it is missing', async () => {
  await using stage = await staged();
  const { repo } = stage;
  const hook = join(repo.path, '.git/hooks/post-checkout');
  await repo.git('update-index', '-q', '--refresh');
  await stage.sandbox.run('rm', [hook], repo.path);
  const ran = await repo.scimHook('trust', '--yes');
  expect(ran.status).toBe(0);
  expect(ran.stderr).toContain('`scim-hook install` puts it in place');
  expect(existsSync(hook)).toBe(false);
});

test('a pinned ref stays pinned as long as it is there', async () => {
  await using stage = await staged();
  const { repo } = stage;
  await repo.git('branch', 'policy', 'main');
  await repo.install('--policy', 'refs/heads/policy');
  await repo.scimHook('trust', '--yes');
  expect(await pin(repo, 'policy')).toBe('refs/heads/policy');
  await repo.git('branch', '-q', '-D', 'policy');
  expect((await repo.scimHook('sync')).stderr).toMatch(/refs\/heads\/policy is gone/);
  const alone = await repo.scimHook('trust', '--yes');
  expect(alone).toMatchObject({ status: 3, stdout: '' });
  expect(alone.stderr).toContain('--policy refs/heads/main');
  expect((await atTerminal(repo, 'y\n', 'trust')).stdout).toContain('refs/heads/policy -> refs/heads/main');
  expect(await pin(repo, 'policy')).toBe('refs/heads/main');
});

test('--yes alone accepts no local branch in the place of a remote that holds no rules', async () => {
  await using sandbox = await Sandbox.create();
  await using directory = await FakeDirectory.start({ token: TOKEN });
  directory.addUser({ userName: ALICE });
  const origin = await sandbox.repository('origin', null);
  await sandbox.run('git', ['clone', '-q', origin.path, 'clone'], sandbox.root);
  const repo = await sandbox.repository('r', null);
  await repo.git('remote', 'add', 'origin', origin.path);
  await repo.git('fetch', '-q', 'origin');
  await repo.git('checkout', '-q', '-b', 'evil');
  await edit(repo, configFor(directory.url, [rule('all', '**', 'admins')]));
  await repo.commit('Everybody is admin');
  const ran = await repo.scimHook('install', '--yes');
  expect(ran).toMatchObject({ status: 3, stdout: '' });
  expect(ran.stderr).toContain('--policy refs/heads/evil');
  expect(directory.connections).toBe(0);
});

test('an edit of rules that are in no commit is shown, and counts after a yes', async () => {
  await using stage = await staged({ committed: false });
  const { repo, directory, sandbox } = stage;
  const kept = join(repo.spool, 'accepted');
  expect(readFileSync(kept, 'utf8')).toBe(readFileSync(join(repo.path, '.scimsyncrc'), 'utf8'));
  expect(statSync(kept).mode & 0o777).toBe(0o600);
  await edit(repo, configFor(directory.url, [rule('one', 'release/**', ['jit', 'ad\u001b[31mmins'])]));

  for (const command of ['sync', 'plan']) {
    const silent = await repo.scimHook(command, '--branch', 'release/2');
    expect(silent.status, silent.stdout).toBe(3);
    expect(silent.stderr).toContain('was changed since it was accepted');
    expect(silent.stderr).toContain('`scim-hook trust`');
  }
  const asked = await atTerminal(repo, 'n\n', 'plan', '--branch', 'release/2');
  expect(asked.status).toBe(3);
  expect(asked.stdout).toMatch(/^ {2}\+ +"ad\\u001b\[31mmins"$/m);
  expect(asked.stdout).not.toContain('"version": 1,\n  -');
  expect(await pin(repo, 'policy')).toMatch(/^sha256:/);

  await edit(repo, configFor(directory.url, [rule('one', 'release/**', ['jit', 'admins'])]));
  const yes = await atTerminal(repo, 'y\n', 'sync', '--branch', 'release/2');
  expect(yes).toMatchObject({ status: 0, stdout: expect.stringMatching(/\+ +"admins"/) as string });
  expect(stage.isIn('admins')).toBe(true);
  expect((await sandbox.audit()).filter(({ kind }) => kind === 'trust')).toHaveLength(1);
});

test('what was kept of the accepted text is shown only while it is that text', async () => {
  await using stage = await staged({ committed: false });
  const { repo, directory } = stage;
  await edit(repo, configFor(directory.url, [rule('one', 'release/**', 'admins')]));
  const now = readFileSync(join(repo.path, '.scimsyncrc'), 'utf8');
  await repo.write('.git/scim-hook/accepted', now);
  const asked = await atTerminal(repo, 'n\n', 'trust');
  expect(asked.stdout).toContain('is not kept here');
  expect(asked.stdout).not.toContain('very text');
  expect((await repo.scimHook('sync', '--branch', 'release/2')).status).toBe(3);
  expect(stage.isIn('admins')).toBe(false);
});

test('once a commit holds the rules, their content alone grants nothing, and leaving gives back', async () => {
  await using stage = await staged({ committed: false });
  const { repo } = stage;
  await repo.checkout('release/1');
  expect(stage.isIn('jit')).toBe(true);
  await repo.commit('Say who may do what');
  const sync = await repo.scimHook('sync', '--branch', 'release/2');
  expect(sync.status).toBe(3);
  expect(sync.stderr).toContain('A commit on release/1 holds the rules by now');
  const status = await repo.scimHook('status', '--json');
  expect(JSON.parse(status.stdout)).toMatchObject({ trust: { state: 'untrusted' } });
  await repo.checkout('plain');
  expect(stage.isIn('jit')).toBe(false);
  expect(await repo.scimHook('trust', '--yes')).toMatchObject({ status: 3 });
  const yes = await atTerminal(repo, 'y\n', 'trust');
  expect(yes.stdout).toContain('The rules are the very text that was accepted.');
  expect(await pin(repo, 'policy')).toBe('refs/heads/release/1');
  expect(existsSync(join(repo.spool, 'accepted'))).toBe(false);
  await repo.checkout('release/1');
  expect(stage.isIn('jit')).toBe(true);
});

test('an account that took the pinned name is nobody until a person says that it is them', async () => {
  await using stage = await staged();
  const { repo, directory, alice, sandbox } = stage;
  await repo.checkout('release/1');
  expect(stage.isIn('jit')).toBe(true);
  directory.scim.users.set(alice, { ...directory.user(alice), userName: 'alice.old@acme.example' });
  const heir = directory.addUser({ userName: ALICE });
  const plan = await repo.scimHook('plan', '--branch', 'release/2', '--json');
  expect(JSON.parse(plan.stdout)).toMatchObject({ reason: 'subject-changed', changes: [{ op: 'remove' }] });
  const refused = await repo.scimHook('sync', '--branch', 'release/2', '--json');
  expect(refused.status).toBe(3);
  expect(JSON.parse(refused.stdout)).toMatchObject({ outcome: 'refused', reason: 'subject-changed' });
  expect(stage.isIn('jit')).toBe(false);
  expect((await sandbox.ledger()).leases).toEqual([]);
  await repo.checkout('plain');
  const said = await repo.scimHook('sync', '--branch', 'release/3');
  expect(said.status).toBe(3);
  expect(said.stderr).toContain(
    `The account ${alice}, accepted as ${ALICE}, is called alice.old@acme.example`,
  );
  expect(said.stderr).toContain(`is the account ${heir} by now`);
  expect((await sandbox.ledger()).holdings).toEqual([]);

  for (const command of ['trust', 'install']) {
    const alone = await repo.scimHook(command, '--yes');
    expect(alone.stderr).toContain("--yes alone doesn't accept another person");
    expect(alone.status).toBe(3);
  }
  const yes = await atTerminal(repo, 'y\n', 'trust');
  expect(yes.stdout).toContain(`was the account ${alice} when it was accepted; now it is ${heir}`);
  expect(await repo.scimHook('sync', '--branch', 'release/3')).toMatchObject({ status: 0 });
  expect(directory.members('jit')).toContain(heir);
  expect(directory.members('jit')).not.toContain(alice);
});

test('a pinned account that was deleted, with its name given to another one, is a changed subject', async () => {
  await using stage = await staged();
  const { repo, directory, alice } = stage;
  directory.scim.users.delete(alice);
  directory.addUser({ userName: ALICE });
  const refused = await repo.scimHook('sync', '--branch', 'release/1', '--json');
  expect(refused.status).toBe(3);
  expect(JSON.parse(refused.stdout)).toMatchObject({ outcome: 'refused', reason: 'subject-changed' });
});
