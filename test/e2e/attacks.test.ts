// The ways to send a token, a request or access elsewhere that need no more than a repository, a setting or a server.
// Beside these: hostile-branch (tags, `git -c`, includes, a global hooks path), hostile-config (scripts), hostile-settings.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';
import { atTerminal } from '../support/typed.ts';

interface Staged extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly directory: FakeDirectory;
  /** Somebody else's, which must never hear of us. */
  readonly evil: FakeDirectory;
  readonly mallory: string;
  isIn(group: string): boolean;
}

/** Installed, and on release/1, which gives `jit`. */
async function staged(config: object = {}): Promise<Staged> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const evil = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  const mallory = directory.addUser({ userName: 'mallory@acme.example' });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  for (const displayName of ['jit', 'admins']) {
    directory.addGroup({ displayName, members: [bob] });
    evil.addGroup({ displayName, members: [bob] });
  }
  evil.addUser({ userName: ALICE });
  const rules = [rule('one', 'release/*', 'jit'), rule('two', 'admin/*', 'admins')];
  const repo = await sandbox.repository('r', configFor(directory.url, rules, config), ['release/1', 'plain']);
  await repo.install();
  await repo.checkout('release/1');
  return {
    sandbox,
    repo,
    directory,
    evil,
    mallory,
    isIn: (group) => directory.members(group).includes(alice),
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
      await evil[Symbol.asyncDispose]();
    },
  };
}

test('a pushed tag named like the policy ref, also once that ref is gone', async () => {
  await using stage = await staged();
  const { repo, sandbox, directory, evil } = stage;
  // The remote: whoever may push there may push this tag.
  await repo.git('checkout', '-q', 'main');
  const origin = join(sandbox.root, 'origin.git');
  await sandbox.run('git', ['clone', '-q', '--bare', repo.path, origin], sandbox.root);
  await repo.git('remote', 'add', 'origin', origin);
  await repo.git('fetch', '-q', 'origin');
  await repo.install('--policy', 'refs/remotes/origin/main');
  await repo.git('checkout', '-q', '-b', 'evil');
  await repo.write(
    '.scimsyncrc',
    JSON.stringify(configFor(evil.url, [rule('all', '**', ['jit', 'admins'])])),
  );
  await repo.commit('Everything for everybody');
  await repo.git(
    'push',
    '-q',
    'origin',
    'evil:refs/tags/refs/remotes/origin/main',
    'evil:refs/tags/origin/main',
  );
  await repo.git('fetch', '-q', 'origin', '--tags');
  expect((await repo.git('tag')).stdout).toContain('refs/remotes/origin/main');
  await repo.checkout('release/1');
  expect([stage.isIn('jit'), stage.isIn('admins')]).toEqual([true, false]);
  await repo.git('update-ref', '-d', 'refs/remotes/origin/main');
  const sync = await repo.scimHook('sync', '--branch', 'release/2', '--json');
  expect(JSON.parse(sync.stdout)).toMatchObject({ outcome: 'refused', reason: 'untrusted' });
  await repo.checkout('plain');
  expect(stage.isIn('jit')).toBe(false);
  expect(directory.members('admins')).toHaveLength(1);
  expect(evil.requests).toEqual([]);
});

describe('who the person is', () => {
  test('is not asked again of git’s config: includeIf.onbranch changes nobody', async () => {
    await using stage = await staged();
    const { repo, sandbox, directory, mallory } = stage;
    const file = join(sandbox.home, 'mallory.config');
    await writeFile(file, '[user]\n\temail = mallory@acme.example\n');
    await repo.git('config', 'includeIf.onbranch:release/**.path', file);
    expect((await repo.git('config', 'user.email')).stdout).toBe('mallory@acme.example\n');
    await repo.checkout('-b', 'release/2', 'main');
    expect(stage.isIn('jit')).toBe(true);
    await repo.checkout('plain');
    await repo.checkout('release/2');
    for (const command of ['trust', 'install']) {
      const unseen = await repo.scimHook(command, '--yes');
      expect(unseen.stderr).toContain(`${ALICE} was accepted here, and now it would be mallory@acme.example`);
      expect(unseen.status).toBe(3);
    }
    expect((await atTerminal(repo, 'n\n', 'trust')).stdout).toContain(`${ALICE} -> mallory@acme.example`);
    await repo.checkout('plain');
    expect(stage.isIn('jit')).toBe(false);
    expect(directory.requests.filter(({ body }) => JSON.stringify(body)?.includes(mallory))).toEqual([]);
  });

  test('is never read from a file that a branch carries', async () => {
    await using stage = await staged();
    const { repo, evil } = stage;
    await repo.write('team.config', '[user]\n\temail = mallory@acme.example\n');
    await repo.git('config', 'include.path', '../team.config');
    for (const args of [['trust', '--yes'], ['install', '--yes'], ['trust']]) {
      const ran = await repo.scimHook(...args);
      expect(ran).toMatchObject({ status: 3, stdout: '' });
      expect(ran.stderr).toContain('which lies in a worktree');
    }
    const fresh = await stage.sandbox.repository('s', configFor(evil.url, [rule('x', '**', 'jit')]));
    await fresh.git('config', 'include.path', '../team.config');
    await fresh.write('team.config', '[user]\n\temail = mallory@acme.example\n');
    expect(await fresh.scimHook('install', '--yes')).toMatchObject({ status: 3, stdout: '' });
    expect(evil.requests).toEqual([]);
  });
});

describe('code in the place of data', () => {
  const CODE = 'require("node:fs").writeFileSync(process.env.HOME + "/ran", "");\n';
  const MODULE = 'import fs from "node:fs"; fs.writeFileSync(process.env.HOME + "/ran", "");\n';

  test.each<[string, Record<string, string>]>([
    [
      'scripts that other tools would load',
      {
        '.config/config.js': CODE,
        '.config/config.cjs': CODE,
        '.config/config.mjs': MODULE,
        '.scimsyncrc.js': CODE,
        '.scimsyncrc.cjs': CODE,
        '.scimsyncrc.mjs': MODULE,
        'scimsync.config.js': CODE,
      },
    ],
    [
      'a package.json that names scripts',
      { 'package.json': JSON.stringify({ scimsync: './run.js', cosmiconfig: { searchPlaces: ['run.js'] } }) },
    ],
    ['a function in YAML', { '.scimsyncrc': 'a: !!js/function "function () { return 1 }"\n' }],
    ['an import', { '.scimsyncrc': JSON.stringify({ version: 1, extends: './run.js', rules: [] }) }],
  ])('on a branch, is never run: %s', async (_, files) => {
    await using stage = await staged();
    const { repo, sandbox } = stage;
    await repo.git('-c', 'core.hooksPath=/dev/null', 'checkout', '-q', '-b', 'release/evil');
    if (files['.scimsyncrc'] === undefined) await repo.git('rm', '-q', '.scimsyncrc');
    for (const [file, text] of Object.entries({ 'run.js': CODE, ...files })) {
      await mkdir(join(repo.path, dirname(file)), { recursive: true });
      await repo.write(file, text);
    }
    await repo.commit('Look, a config');
    await repo.git('-c', 'core.hooksPath=/dev/null', 'checkout', '-q', 'main');
    await repo.stopWorker();
    await repo.checkout('release/evil');
    // Its rules are those of main: the branch only has its name.
    expect(stage.isIn('jit')).toBe(true);
    for (const command of ['sync', 'trust']) await repo.scimHook(command);
    await repo.checkout('plain');
    expect(stage.isIn('jit')).toBe(false);
    // And where it is the very branch that a stranger's clone has for its default.
    await repo.git('checkout', '-q', 'release/evil');
    const clone = join(sandbox.root, 'clone');
    await sandbox.run('git', ['clone', '-q', repo.path, clone], sandbox.root);
    for (const args of [['install', '--yes'], ['plan'], ['trust', '--yes']]) {
      await sandbox.run(process.execPath, [sandbox.bin, ...args], clone);
    }
    expect(existsSync(join(sandbox.home, 'ran'))).toBe(false);
  });
});

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])('with %i to another host: nothing is sent there', async (status) => {
    await using stage = await staged();
    const { sandbox, repo, directory, evil } = stage;
    directory.misbehave({ how: 'answer', status, headers: { location: `${evil.url}/Groups` } });
    const sync = await repo.scimHook('sync', '--branch', 'admin/1', '--json');
    expect(sync.status).toBe(1);
    expect(JSON.parse(sync.stdout)).toMatchObject({ changes: [{ name: 'admins', outcome: 'failed' }] });
    await repo.git('checkout', '-q', 'plain');
    await repo.scimHook('sync');
    expect(evil.connections).toBe(0);
    // What was held is owed as long as the directory behaves like that, and then given back.
    expect((await sandbox.ledger()).holdings).toMatchObject([{ item: { name: 'jit' }, state: 'owed' }]);
    directory.behave();
    await repo.scimHook('sync');
    expect([stage.isIn('jit'), stage.isIn('admins')]).toEqual([false, false]);
    expect(evil.connections).toBe(0);
  });

  test.each([301, 302, 307, 308])(
    'with %i on the same host changes nothing that was not asked for',
    async (status) => {
      await using stage = await staged();
      const { repo, directory } = stage;
      await repo.checkout('plain');
      const location = `${directory.url}/Groups/elsewhere`;
      directory.misbehave({ how: 'answer', status, headers: { location } }, { method: 'PATCH' });
      expect((await repo.scimHook('sync', '--branch', 'release/2')).status).toBeGreaterThan(0);
      expect(directory.requests.filter(({ path }) => path.includes('elsewhere'))).toEqual([]);
      expect(stage.isIn('jit')).toBe(false);
    },
  );
});

describe('a changed endpoint', () => {
  test('in global config: said in words; what was held is given back where it was given', async () => {
    await using stage = await staged();
    const { sandbox, repo, directory, evil } = stage;
    await sandbox.run('git', ['config', '--global', 'scim-hook.endpoint', evil.url], sandbox.root);
    const credential = `[credential "${directory.origin}"]\n\thelper = "!f() { echo username=x; echo password=${TOKEN}; }; f"\n`;
    const config = join(sandbox.home, '.gitconfig');
    await sandbox.run('sh', ['-c', `printf '%s' "$1" >>"$2"`, 'sh', credential, config], sandbox.root);
    const sync = await repo.scimHook('sync', '--branch', 'release/2');
    expect(sync.status).toBe(3);
    expect(sync.stderr).toContain(
      `This clone accepted the endpoint ${directory.url}, but global git config sets scim-hook.endpoint to ${evil.url}`,
    );
    expect(stage.isIn('jit')).toBe(false);
    expect((await sandbox.ledger()).holdings).toEqual([]);
    // The machine's owner says so; but the rules still propose the old one, so nothing is granted there.
    expect(evil.count('PATCH')).toBe(0);
  });

  test('in local config: the token of the environment is for that one, and no longer for the old one', async () => {
    await using stage = await staged();
    const { sandbox, repo, directory, evil } = stage;
    await repo.stopWorker();
    const before = directory.requests.length;
    await repo.git('config', 'scim-hook.endpoint', evil.url);
    const sync = await repo.scimHook('sync');
    expect(sync.status).not.toBe(0);
    expect(directory.requests.length).toBe(before);
    expect(evil.count('PATCH')).toBe(0);
    expect((await sandbox.ledger()).holdings).toMatchObject([{ endpoint: directory.url, state: 'owed' }]);
    await repo.git('config', 'scim-hook.endpoint', directory.url);
    await repo.scimHook('sync', '--branch', 'plain');
    expect(stage.isIn('jit')).toBe(false);
  });

  test('that is none is said, and nothing is sent', async () => {
    await using stage = await staged();
    const { repo, directory } = stage;
    await repo.git('config', 'scim-hook.endpoint', 'http://idp.example.com/scim');
    const before = directory.requests.length;
    const sync = await repo.scimHook('sync');
    expect(sync).toMatchObject({ status: 2, stdout: '' });
    expect(sync.stderr).toContain('must use https');
    await repo.git('checkout', '-q', 'main');
    await repo.quiet();
    expect(stage.isIn('jit')).toBe(true);
    expect(directory.requests.length).toBe(before);
  });
});
