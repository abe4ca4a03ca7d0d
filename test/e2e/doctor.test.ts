// `doctor`: what could stop it here is found and named, each by itself; nothing is changed, and nothing sent unasked.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { appendFile, chmod, copyFile, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv, type AnySchemaObject } from 'ajv';
import { expect, inject, test } from 'vitest';
import type { DoctorDocument } from '../../src/cli/documents.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Ran, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';

interface Stage extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly directory: FakeDirectory;
  readonly alice: string;
}

async function stage({ install = true } = {}): Promise<Stage> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit', members: [directory.addUser({ userName: 'bob@acme.example' })] });
  const repo = await sandbox.repository('r', configFor(directory.url, [rule('one', 'release/*', 'jit')]), [
    'release/1',
  ]);
  if (install) {
    await repo.install();
    await repo.checkout('release/1');
    await repo.stopWorker();
    await rm(join(repo.spool, 'pid'), { force: true });
  }
  const end = async (): Promise<void> => {
    await sandbox[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  };
  return { sandbox, repo, directory, alice, [Symbol.asyncDispose]: end };
}

const document = ({ stdout }: Ran): DoctorDocument => JSON.parse(stdout) as DoctorDocument;

/** What it found of one check, as `state: says`. */
async function found(repo: Repo, check: string): Promise<string[]> {
  const ran = await repo.scimHook('doctor', '--json');
  expect(ran.stderr).toBe('');
  return document(ran)
    .checks.filter((each) => each.check === check)
    .map(({ state, says }) => `${state}: ${says}`);
}

function everything(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return Object.fromEntries(
    files.map((name) => {
      const { mode, mtimeMs } = statSync(join(root, name));
      const bytes = statSync(join(root, name)).isFile() ? readFileSync(join(root, name), 'base64') : '';
      return [name, `${mode.toString(8)} ${mtimeMs} ${bytes}`];
    }),
  );
}

test('where all is well it says so in a line, changes nothing, and its document is as its schema says', async () => {
  await using staged = await stage();
  const { sandbox, repo } = staged;
  const before = everything(sandbox.root);
  const ran = await repo.scimHook('doctor');
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  expect(ran.stdout).toMatch(/^Nothing stands in the way\. 2\d checks were fine; --verbose lists them\.\n$/);
  const verbose = await repo.scimHook('doctor', '--verbose');
  expect(verbose.stdout).toMatch(/^ok {7}hook +git would run /m);
  const json = await repo.scimHook('doctor', '--json');
  expect(json).toMatchObject({ status: 0, stderr: '' });
  const schema = readFileSync(join(inject('packageDirectory'), 'schemas', 'doctor.schema.json'), 'utf8');
  const validate = new Ajv({ allErrors: true }).compile(JSON.parse(schema) as AnySchemaObject);
  expect(validate(document(json)), JSON.stringify(validate.errors)).toBe(true);
  expect(document(json)).toMatchObject({ state: 'ok' });
  expect(everything(sandbox.root)).toEqual(before);
  expect(staged.directory.count('PATCH')).toBe(1);
});

test('a clone that nobody trusted is looked at without a request, and left as it was', async () => {
  await using staged = await stage({ install: false });
  const { sandbox, repo, directory } = staged;
  const before = everything(sandbox.root);
  const ran = await repo.scimHook('doctor');
  expect(ran.status).toBe(1);
  expect(ran.stdout).toContain('Nothing is trusted in this clone');
  expect(directory.connections).toBe(0);
  expect(everything(sandbox.root)).toEqual(before);
});

test('outside a repository, in a bare one, and without git it says what it can not see', async () => {
  await using staged = await stage();
  const { sandbox, repo } = staged;
  const at = (cwd: string, env: Record<string, string> = {}) =>
    sandbox.run(process.execPath, [sandbox.bin, 'doctor', '--json'], cwd, { env });
  const outside = await at(sandbox.home);
  expect(outside.status).toBe(0);
  expect(document(outside).checks).toContainEqual(
    expect.objectContaining({
      check: 'repository',
      state: 'skipped',
      says: expect.stringContaining("can't be checked"),
    }),
  );
  expect(document(outside).checks).toContainEqual(expect.objectContaining({ check: 'bundle', state: 'ok' }));
  await mkdir(join(sandbox.root, 'empty'));
  const without = await at(repo.path, { PATH: join(sandbox.root, 'empty') });
  expect(without.status).toBe(1);
  expect(
    document(without)
      .checks.filter(({ state }) => state === 'problem')
      .map(({ check }) => check),
  ).toEqual(['git']);
  await repo.git('init', '-q', '--bare', join(sandbox.root, 'bare'));
  const bare = await at(join(sandbox.root, 'bare'));
  expect(document(bare).checks).toContainEqual(
    expect.objectContaining({ check: 'repository', state: 'problem' }),
  );
});

test.skipIf(process.getuid?.() !== 0)(
  'a repository, a state directory and a spool of somebody else are named',
  async () => {
    await using staged = await stage();
    const { sandbox, repo } = staged;
    execFileSync('chown', ['-R', '4321', sandbox.state, repo.spool]);
    expect(await found(repo, 'state')).toEqual([expect.stringContaining('problem: The state directory')]);
    expect((await found(repo, 'spool'))[0]).toContain('belongs to somebody else');
    execFileSync('chown', ['-R', '4321', repo.path]);
    expect((await found(repo, 'repository'))[0]).toContain('problem');
  },
);

test('the token: missing, refused, not sendable; the exit code is 4', async () => {
  await using staged = await stage();
  const { sandbox, repo, directory } = staged;
  const asked = directory.requests.length;
  for (const [token, words] of [
    ['', 'No token'],
    ['wrong', 'refused the token (401)'],
    ['two words', "can't be sent"],
  ] as const) {
    sandbox.env['SCIM_HOOK_TOKEN'] = token;
    const ran = await repo.scimHook('doctor');
    expect(ran.status, words).toBe(4);
    expect(ran.stdout).toMatch(/^problem {2}token/m);
    expect(ran.stdout).toContain(words);
    expect(ran.stdout).not.toContain('wrong');
  }
  const sent = directory.requests.slice(asked).map(({ authorization }) => authorization);
  expect(new Set(sent)).toEqual(new Set([null, 'Bearer wrong']));
});

test('the endpoint: gone, hanging, not SCIM, redirecting; what else is to be said is said all the same', async () => {
  await using staged = await stage();
  const { repo, directory } = staged;
  await rm(join(repo.path, '.git/hooks/post-checkout'));
  const misbehaviours = [
    [{ how: 'reset' }, 'connection'],
    [{ how: 'hang' }, 'no whole answer within 2000 ms'],
    [{ how: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }, "isn't SCIM"],
    [
      { how: 'answer', status: 302, headers: { location: 'https://login.example.com/?s=1' } },
      'redirects to https://login.example.com/',
    ],
  ] as const;
  for (const [what, words] of misbehaviours) {
    directory.behave();
    directory.misbehave(what);
    const ran = await repo.scimHook('doctor', '--json');
    expect(ran.status).toBe(1);
    const { checks } = document(ran);
    expect(checks.find(({ check }) => check === 'endpoint')).toMatchObject({
      state: 'problem',
      says: expect.stringContaining(words),
    });
    expect(checks.find(({ check }) => check === 'hook')).toMatchObject({ state: 'problem' });
    expect(checks.find(({ check }) => check === 'log')).toMatchObject({ state: 'ok' });
  }
});

test('clock, subject and groups, as the directory has them', async () => {
  await using staged = await stage();
  const { repo, directory, alice } = staged;
  const late = { date: new Date(Date.now() - 3_600_000).toUTCString() };
  directory.misbehave({ how: 'answer', status: 404, headers: late }, { path: '/ServiceProviderConfig' });
  expect(await found(repo, 'clock')).toEqual([
    expect.stringMatching(/^warning: This machine's clock is (1 h|59 min).* ahead/),
  ]);
  directory.behave();
  const group = [...directory.scim.groups.values()][0];
  if (group !== undefined) group.externalId = '00g1';
  expect(await found(repo, 'rival')).toEqual([expect.stringMatching(/^ok: 1 of the groups/)]);
  if (group !== undefined) group.displayName = 'jit-renamed';
  expect(await found(repo, 'groups')).toEqual([
    expect.stringContaining('problem: The directory has no group "jit"'),
  ]);
  directory.addGroup({ displayName: 'jit' });
  directory.addGroup({ displayName: 'jit' });
  expect(await found(repo, 'groups')).toEqual([expect.stringContaining('problem: 2 groups')]);
  directory.user(alice).active = false;
  expect(await found(repo, 'subject')).toEqual([expect.stringContaining('is not active')]);
  directory.scim.users.delete(alice);
  expect(await found(repo, 'subject')).toEqual([expect.stringContaining('knows your account')]);
});

test('somebody who changes back what was confirmed is suspected from the second time on', async () => {
  await using staged = await stage();
  const { repo, directory, alice } = staged;
  const undo = async (): Promise<void> => {
    for (const group of directory.scim.groups.values())
      group.members = group.members.filter((id) => id !== alice);
    await repo.scimHook('sync');
  };
  await undo();
  expect(await found(repo, 'rival')).toEqual([expect.stringMatching(/^ok/)]);
  await undo();
  expect(await found(repo, 'rival')).toEqual([
    expect.stringMatching(/^warning: jit was changed back by somebody else 2 times .* may push it too/),
  ]);
});

test('hook, node and worker: what a switch would start', async () => {
  await using staged = await stage();
  const { sandbox, repo } = staged;
  const hook = join(repo.path, '.git/hooks/post-checkout');
  await chmod(hook, 0o644);
  expect(await found(repo, 'hook')).toEqual([expect.stringContaining('not executable')]);
  await chmod(hook, 0o755);
  const text = readFileSync(hook, 'utf8');
  await writeFile(hook, `${text}echo more\n`);
  expect(await found(repo, 'hook')).toEqual([expect.stringContaining('somebody changed it')]);
  await writeFile(hook, text);

  await writeFile(sandbox.workerBundle, '// scim-hook worker 99.0.0\n');
  expect(await found(repo, 'bundle')).toEqual([expect.stringContaining('warning: The worker is of 99.0.0')]);
  // A newer one stays where it is.
  await repo.scimHook('install', '--yes');
  expect(readFileSync(sandbox.workerBundle, 'utf8')).toContain('99.0.0');
  await writeFile(sandbox.workerBundle, '// scim-hook worker 0.0.1\n');
  expect(await found(repo, 'bundle')).toEqual([expect.stringContaining('warning: The worker is of 0.0.1')]);
  await rm(sandbox.workerBundle);
  expect(await found(repo, 'bundle')).toEqual([expect.stringContaining('is missing')]);

  const node = join(sandbox.root, 'old-node');
  await copyFile(process.execPath, node);
  await sandbox.run(node, [sandbox.bin, 'install', '--yes'], repo.path);
  expect(await found(repo, 'node')).toEqual([`ok: The hook starts ${node} (${process.version}).`]);
  await rm(node);
  expect(await found(repo, 'node')).toEqual([
    expect.stringContaining(`warning: The Node in the hook, ${node}, is gone`),
  ]);
  sandbox.env['SCIM_HOOK'] = '0';
  expect(await found(repo, 'environment')).toEqual([expect.stringContaining('problem: SCIM_HOOK=0')]);
});

test('pins, mode and rules: what keeps grants back', async () => {
  await using staged = await stage();
  const { sandbox, repo } = staged;
  await repo.write('included', '[scim-hook]\n\tmode = off\n');
  await repo.git('config', 'include.path', '../included');
  expect(await found(repo, 'pins')).toEqual([
    expect.stringContaining('warning: scim-hook.mode = off is ignored: an included file'),
  ]);
  await repo.git('config', '--unset', 'include.path');
  await repo.git('config', 'scim-hook.mode', 'audit');
  expect(await found(repo, 'mode')).toEqual([expect.stringContaining('warning: Mode audit (local config)')]);
  await repo.git('config', 'scim-hook.allow', 'other-*');
  expect(await found(repo, 'allow')).toEqual([
    expect.stringContaining('problem: scim-hook.allow lets nothing pass'),
  ]);
  await sandbox.run('git', ['config', '--global', 'user.email', 'carol@acme.example'], repo.path);
  expect(await found(repo, 'policy')).toEqual([
    expect.stringContaining("warning: git's user.email is carol@acme.example"),
  ]);
  await repo.git('checkout', '-q', 'main');
  await repo.write('.scimsyncrc', '{ "version": 1, "rulez": [] }');
  await repo.commit('Break it');
  expect((await found(repo, 'policy'))[0]).toMatch(/^problem: .*rulez/s);
  await repo.git('rm', '-q', '.scimsyncrc');
  await repo.commit('Take it out');
  expect((await found(repo, 'policy'))[0]).toContain('no config file');
  await repo.git('config', 'scim-hook.policy', 'refs/heads/gone');
  expect((await found(repo, 'policy'))[0]).toContain('refs/heads/gone is gone');
  await repo.git('config', '--unset', 'scim-hook.subjectId');
  expect(await found(repo, 'pins')).toEqual([
    expect.stringContaining('problem: scim-hook.subjectId is missing'),
  ]);
});

test('files of ours that are damaged, too new, open to others or in the way stay as they are', async () => {
  await using staged = await stage();
  const { sandbox, repo } = staged;
  const ledger = join(sandbox.state, 'ledger.json');
  await writeFile(ledger, 'garbage');
  await writeFile(join(repo.spool, 'progress.json'), 'garbage');
  expect(await found(repo, 'ledger')).toEqual([expect.stringContaining('is damaged')]);
  expect(await found(repo, 'spool')).toEqual([expect.stringContaining('is damaged')]);
  expect(readFileSync(ledger, 'utf8')).toBe('garbage');
  expect(readFileSync(join(repo.spool, 'progress.json'), 'utf8')).toBe('garbage');
  await writeFile(ledger, '{"version":99}');
  expect(await found(repo, 'ledger')).toEqual([expect.stringContaining('newer scim-hook (format 99)')]);
  await rm(ledger);
  await chmod(sandbox.state, 0o755);
  expect(await found(repo, 'state')).toEqual([expect.stringContaining('open to others')]);
  await mkdir(join(sandbox.state, 'lock'));
  await utimes(join(sandbox.state, 'lock'), 0, 0);
  expect(await found(repo, 'lock')).toEqual([expect.stringContaining('left behind')]);
  await rename(sandbox.state, `${sandbox.state}.away`);
  await writeFile(sandbox.state, '');
  expect(await found(repo, 'state')).toEqual([expect.stringContaining('is no directory')]);
});

test('log, spool and worker: what a person would otherwise find out last', async () => {
  await using staged = await stage();
  const { sandbox, repo } = staged;
  const log = join(sandbox.state, 'audit', 'audit.jsonl');
  const text = readFileSync(log, 'utf8');
  await appendFile(log, '{"torn');
  expect(await found(repo, 'log')).toEqual([expect.stringContaining('warning: The last line')]);
  await writeFile(log, text.replace('"outcome":"applied"', '"outcome":"refused"'));
  expect(await found(repo, 'log')).toEqual([expect.stringContaining('problem: The audit log was changed')]);
  await rm(log);
  await mkdir(log);
  expect(await found(repo, 'log')).toEqual([expect.stringContaining('is no file')]);
  // The log is a directory: what else there is to show is shown.
  expect(await repo.scimHook('status')).toMatchObject({ status: 0, stderr: '' });

  await writeFile(
    join(repo.spool, 'crash'),
    `${new Date().toISOString()} scim-hook 0.1.0\nError: boom \u001b[31m\n`,
  );
  expect(await found(repo, 'worker')).toEqual([
    expect.stringMatching(/^problem: The worker crashed .*: Error: boom \ufffd\[31m$/),
  ]);
  const oid = '0'.repeat(40);
  const spool = join(repo.spool, 'spool');
  await appendFile(spool, `1\t${oid}\t${oid}\t\tref: refs/heads/main\n`);
  await utimes(spool, 1, 1);
  expect(await found(repo, 'spool')).toEqual([
    expect.stringContaining('problem: A switch waits in the spool'),
  ]);
  await rm(spool);
  execFileSync('mkfifo', [spool]);
  expect(await found(repo, 'spool')).toEqual([expect.stringContaining('is no file')]);
  await rm(repo.spool, { recursive: true });
  expect(await found(repo, 'spool')).toEqual([expect.stringContaining('is gone')]);
});

test('what can not be given back is a problem until it is', async () => {
  await using staged = await stage();
  const { repo, directory } = staged;
  directory.misbehave({ how: 'answer', status: 500 }, { method: 'PATCH' });
  await repo.git('checkout', '-q', 'main');
  await repo.scimHook('sync');
  const ran = await repo.scimHook('doctor');
  expect(ran.status).toBe(1);
  expect(ran.stdout).toMatch(/^problem {2}owed +Still to be given back: jit/m);
  directory.behave();
  await repo.scimHook('sync');
  expect(await found(repo, 'owed')).toEqual(['ok: Nothing is owed back.']);
});

test('a hostile name in a rule does nothing to the terminal', async () => {
  await using staged = await stage();
  const { repo } = staged;
  await repo.git('checkout', '-q', 'main');
  await repo.write(
    '.scimsyncrc',
    JSON.stringify({ version: 1, rules: [rule('\u001b]0;x\u0007\u202eevil', 'a//b', '\u001b[31mjit')] }),
  );
  await repo.commit('Evil');
  await symlink('nowhere', join(repo.path, '.git', 'dangling'));
  for (const args of [['doctor'], ['doctor', '--verbose'], ['doctor', '--json']]) {
    const { stdout } = await repo.scimHook(...args);
    expect(stdout).toContain('evil');
    expect(stdout).not.toMatch(/(?!\n)\p{Cc}|\u202e|\\u001b/u);
  }
});
