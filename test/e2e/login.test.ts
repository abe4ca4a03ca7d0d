// `login` and `logout` over git's own credential helpers: the token is kept where git keeps secrets, and seen nowhere else.
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Ran, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';

const STRANGER = 'https://idp.example.com:8443/scim/v2';

interface Machine extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly directory: FakeDirectory;
}

async function machine({ helper = 'store', installed = true } = {}): Promise<Machine> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit' });
  const config = configFor(directory.url, [rule('one', 'release/*', 'jit')]);
  const repo = await sandbox.repository('r', config, ['release/1']);
  if (helper !== '') await git(sandbox, 'config', '--global', 'credential.helper', helper);
  if (installed) {
    await repo.install();
    await repo.stopWorker();
  }
  delete sandbox.env['SCIM_HOOK_TOKEN'];
  const end = async (): Promise<void> => {
    if (helper.startsWith('cache')) await git(sandbox, 'credential-cache', 'exit');
    await sandbox[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  };
  return { sandbox, repo, directory, [Symbol.asyncDispose]: end };
}

const git = (sandbox: Sandbox, ...args: string[]): Promise<Ran> => sandbox.run('git', args, sandbox.root);

const scimHook = (repo: Repo, input: string, ...args: string[]): Promise<Ran> =>
  repo.sandbox.run(process.execPath, [repo.sandbox.bin, ...args], repo.path, { input });

/** The password that git itself gives for an endpoint; empty where it has none. */
async function kept(sandbox: Sandbox, endpoint: string, more = ''): Promise<string> {
  const asked = { env: { GIT_TERMINAL_PROMPT: '0' }, input: `url=${endpoint}\n${more}\n` };
  const filled = await sandbox.run('git', ['credential', 'fill'], sandbox.root, asked);
  return /^password=(.*)$/m.exec(filled.stdout)?.[1] ?? '';
}

test.each(['store', 'cache --timeout 600'])(
  'with `credential.helper = %s`: kept and checked, used by a sync, forgotten again',
  async (helper) => {
    await using here = await machine({ helper });
    const { repo, sandbox, directory } = here;
    const login = await scimHook(repo, `${TOKEN}\r\n`, 'login');
    expect(login).toMatchObject({ status: 0, stderr: '' });
    expect(login.stdout).toContain(directory.url);
    expect(login.stdout).toContain('the directory accepts it');
    expect(await kept(sandbox, directory.url)).toBe(TOKEN);
    expect(await repo.scimHook('sync', '--branch', 'release/1')).toMatchObject({ status: 0 });

    const logout = await repo.scimHook('logout', '--json');
    expect(logout).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(logout.stdout)).toEqual({
      endpoint: directory.url,
      username: 'scim',
      removed: true,
      environment: false,
    });
    expect(await kept(sandbox, directory.url)).toBe('');
    expect(await repo.scimHook('sync')).toMatchObject({ status: 4 });
    const again = await repo.scimHook('logout');
    expect(again).toMatchObject({ status: 0 });
    expect(again.stdout).toContain('nothing to forget');
    expect(login.stdout + logout.stdout + again.stdout).not.toContain(TOKEN);
  },
);

test('a refused token is not kept, and one that worked stays', async () => {
  await using here = await machine();
  const { repo, sandbox, directory } = here;
  await scimHook(repo, TOKEN, 'login');
  const refused = await scimHook(repo, 'wrong-token', 'login');
  expect(refused).toMatchObject({ status: 4, stdout: '' });
  expect(refused.stderr).toContain('refused this token (401)');
  expect(refused.stderr).not.toContain('wrong-token');
  expect(await kept(sandbox, directory.url)).toBe(TOKEN);
  const document = await scimHook(repo, 'wrong-token', 'login', '--json');
  expect(document).toMatchObject({ status: 4, stderr: '' });
  expect(JSON.parse(document.stdout)).toMatchObject({ error: { code: 'token-refused' } });
});

test('it is the typed token that is checked, not the one of the environment', async () => {
  await using here = await machine();
  const { repo, sandbox } = here;
  sandbox.env['SCIM_HOOK_TOKEN'] = TOKEN;
  expect(await scimHook(repo, 'wrong-token', 'login')).toMatchObject({ status: 4 });
  const login = await scimHook(repo, TOKEN, 'login');
  expect(login.status).toBe(0);
  expect(login.stderr).toContain('SCIM_HOOK_TOKEN is set');
  const logout = await repo.scimHook('logout');
  expect(logout.stderr).toContain('unset SCIM_HOOK_TOKEN');
});

test('a directory that is away keeps nobody from logging in, and it is said', async () => {
  await using here = await machine();
  const { repo, sandbox, directory } = here;
  directory.misbehave({ how: 'reset' });
  const login = await scimHook(repo, TOKEN, 'login', '--json');
  expect(login.status).toBe(0);
  expect(JSON.parse(login.stdout)).toMatchObject({ kept: true, checked: 'failed' });
  expect(await kept(sandbox, directory.url)).toBe(TOKEN);
});

test.each([
  ['', 'is empty'],
  [' \n \n', 'is empty'],
  ['first\nsecond\n', 'more than one line'],
  ['half half', 'blank'],
  ['Bearer abc', 'Bearer'],
  ['schlüssel', 'visible ASCII'],
  ['esc\u001b[31m', 'visible ASCII'],
])('what can be no token is refused in words, and not sent: %j', async (input, words) => {
  await using here = await machine();
  const { repo, sandbox, directory } = here;
  const before = directory.requests.length;
  const ran = await scimHook(repo, input, 'login');
  expect(ran).toMatchObject({ status: 2, stdout: '' });
  expect(ran.stderr).toContain(words);
  expect(await kept(sandbox, directory.url)).toBe('');
  expect(directory.requests.length).toBe(before);
});

test('without a credential helper it says that nobody keeps the token, and how to have one', async () => {
  await using here = await machine({ helper: '' });
  const ran = await scimHook(here.repo, TOKEN, 'login');
  expect(ran).toMatchObject({ status: 1, stdout: '' });
  expect(ran.stderr).toContain('no credential helper');
  expect(ran.stderr).toContain('git config --global credential.helper');
  await git(here.sandbox, 'config', '--global', 'credential.helper', '!cat >/dev/null; :');
  const silent = await scimHook(here.repo, TOKEN, 'login');
  expect(silent.status).toBe(1);
  expect(silent.stderr).toContain('did not keep the token');
});

test('what a repository proposes chooses nothing: the endpoint must be named, and is not asked anything', async () => {
  await using here = await machine({ installed: false });
  const { repo, sandbox, directory } = here;
  const ran = await scimHook(repo, TOKEN, 'login');
  expect(ran).toMatchObject({ status: 2, stdout: '' });
  expect(ran.stderr).toContain(`scim-hook login --endpoint ${directory.url}`);
  expect(await kept(sandbox, directory.url)).toBe('');
  const named = await scimHook(repo, TOKEN, 'login', '--endpoint', `${directory.url}/`);
  expect(named.status).toBe(0);
  expect(named.stdout).toContain('not checked');
  expect(await kept(sandbox, directory.url)).toBe(TOKEN);
  expect(directory.requests).toEqual([]);
});

test('outside a repository: the endpoint of the machine’s config is checked, any other only kept', async () => {
  await using here = await machine();
  const { sandbox, directory } = here;
  const outside = (input: string, ...args: string[]): Promise<Ran> =>
    sandbox.run(process.execPath, [sandbox.bin, ...args], sandbox.root, { input });
  expect(await outside(TOKEN, 'login')).toMatchObject({ status: 2 });
  await git(sandbox, 'config', '--global', 'scim-hook.endpoint', directory.url);
  expect(await outside('wrong', 'login')).toMatchObject({ status: 4 });
  expect((await outside(TOKEN, 'login')).stdout).toContain('accepts it');
  expect(await outside('other-token', 'login', '--endpoint', STRANGER)).toMatchObject({ status: 0 });
  expect(await kept(sandbox, STRANGER)).toBe('other-token');
  expect(await kept(sandbox, 'https://idp.example.com/scim/v2')).toBe('');
  expect(await outside('', 'logout', '--endpoint', STRANGER)).toMatchObject({ status: 0 });
  expect(await kept(sandbox, STRANGER)).toBe('');
  expect(await kept(sandbox, directory.url)).toBe(TOKEN);
});

test('two endpoints on one host each keep their own where credential.useHttpPath is set', async () => {
  await using here = await machine();
  const { repo, sandbox } = here;
  await git(sandbox, 'config', '--global', 'credential.useHttpPath', 'true');
  const [one, two] = ['https://idp.example.com/one/v2', 'https://idp.example.com/two/v2'];
  await scimHook(repo, 'token-one', 'login', '--endpoint', one);
  await scimHook(repo, 'token-two', 'login', '--endpoint', two);
  expect([await kept(sandbox, one), await kept(sandbox, two)]).toEqual(['token-one', 'token-two']);
  await repo.scimHook('logout', '--endpoint', one);
  expect([await kept(sandbox, one), await kept(sandbox, two)]).toEqual(['', 'token-two']);
});

test('the name that git asks for is used where it is named, and no other is kept where git would not ask for it', async () => {
  await using here = await machine();
  const { repo, sandbox, directory } = here;
  await git(sandbox, 'config', '--global', `credential.${directory.url}.username`, 'robot');
  const unasked = await scimHook(repo, TOKEN, 'login');
  expect(unasked).toMatchObject({ status: 1, stdout: '' });
  expect(unasked.stderr).toContain('"robot"');
  expect(await scimHook(repo, TOKEN, 'login', '--username', 'robot')).toMatchObject({ status: 0 });
  expect(await kept(sandbox, directory.url, 'username=robot\n')).toBe(TOKEN);
  const other = await scimHook(repo, TOKEN, 'login', '--username', 'somebody');
  expect(other).toMatchObject({ status: 1, stdout: '' });
  const injected = await scimHook(repo, TOKEN, 'login', '--username', 'a\nhost=evil.example');
  expect(injected.status).toBe(2);
  expect(await readFile(join(sandbox.home, '.git-credentials'), 'utf8')).not.toMatch(/somebody|evil/);
});

test('with `credential.username`, the password of that name stays through login and logout', async () => {
  await using here = await machine();
  const { repo, sandbox, directory } = here;
  const { origin } = new URL(directory.url);
  const mine = `url=${origin}\nusername=alice\npassword=of-git\n\n`;
  await sandbox.run('git', ['credential', 'approve'], sandbox.root, { input: mine });
  await git(sandbox, 'config', '--global', 'credential.username', 'alice');
  const shadowed = await scimHook(repo, TOKEN, 'login');
  expect(shadowed).toMatchObject({ status: 1, stdout: '' });
  const remedy = /`(git config --global \S+ \S+)`/.exec(shadowed.stderr)?.[1] ?? '';
  await sandbox.run('sh', ['-c', remedy], sandbox.root);
  expect(await scimHook(repo, TOKEN, 'login')).toMatchObject({ status: 0, stderr: '' });
  expect(await kept(sandbox, directory.url)).toBe(TOKEN);
  expect(await kept(sandbox, origin)).toBe('of-git');
  expect(await repo.scimHook('logout')).toMatchObject({ status: 0, stderr: '' });
  expect(await kept(sandbox, directory.url)).toBe('');
  expect(await kept(sandbox, origin)).toBe('of-git');
});

test('what was kept under the name is there again where the new token could not be had back', async () => {
  await using here = await machine({ helper: 'cache --timeout 600' });
  const { repo, sandbox, directory } = here;
  for (const [name, password] of [
    ['bob', 'of-bob'],
    ['alice', 'of-alice'],
  ]) {
    const input = `url=${directory.url}\nusername=${name}\npassword=${password}\n\n`;
    await sandbox.run('git', ['credential', 'approve'], sandbox.root, { input });
  }
  await git(sandbox, 'config', '--global', 'credential.username', 'alice');
  expect(await scimHook(repo, TOKEN, 'login', '--username', 'bob')).toMatchObject({ status: 1, stdout: '' });
  expect(await kept(sandbox, directory.url, 'username=bob\n')).toBe('of-bob');
  expect(await kept(sandbox, directory.url)).toBe('of-alice');
});

test('a password that git keeps for that host is neither used as the token nor forgotten', async () => {
  await using here = await machine({ helper: 'cache --timeout 600' });
  const { repo, sandbox, directory } = here;
  const mine = `url=${directory.url}\nusername=alice\npassword=of-git\n\n`;
  await sandbox.run('git', ['credential', 'approve'], sandbox.root, { input: mine });
  const shadowed = await scimHook(repo, TOKEN, 'login');
  expect(shadowed).toMatchObject({ status: 1, stdout: '' });
  expect(shadowed.stderr).toContain('"alice"');
  const remedy = /`(git config --global \S+ \S+)`/.exec(shadowed.stderr)?.[1] ?? '';
  await sandbox.run('sh', ['-c', remedy], sandbox.root);
  expect(await scimHook(repo, TOKEN, 'login')).toMatchObject({ status: 0 });
  await git(sandbox, 'config', '--global', '--unset', `credential.${directory.url}.username`);
  const remains = await repo.scimHook('logout');
  expect(remains.status).toBe(1);
  expect(remains.stderr).toContain('--username alice');
  expect(await kept(sandbox, directory.url)).toBe('of-git');
  expect(await repo.scimHook('logout', '--username', 'alice')).toMatchObject({ status: 0 });
  expect(await kept(sandbox, directory.url)).toBe('');
});

test('the token is in nobody’s arguments or environment, and in no file but the helper’s', async () => {
  await using here = await machine({ helper: '' });
  const { repo, sandbox, directory } = here;
  const spy = join(sandbox.home, 'spy');
  const store = `git credential-store --file ${sandbox.home}/kept`;
  await writeFile(
    spy,
    `#!/bin/sh\n{ env; cat /proc/[0-9]*/cmdline | tr '\\0' ' '; } >>${sandbox.home}/seen 2>/dev/null\nexec ${store} "$1"\n`,
    { mode: 0o755 },
  );
  await git(sandbox, 'config', '--global', 'credential.helper', spy);
  const secret = 'unmistakable-secret-7351';
  directory.tokens.add(secret);
  expect(await scimHook(repo, secret, 'login')).toMatchObject({ status: 0 });
  expect(await kept(sandbox, directory.url)).toBe(secret);
  const seen = await readFile(join(sandbox.home, 'seen'), 'utf8');
  expect(seen).toContain('HOME=');
  expect(seen).not.toContain(secret);
  const names = await readdir(sandbox.root, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const telling = [];
  for (const file of files) {
    if (existsSync(file) && (await readFile(file, 'latin1')).includes(secret)) telling.push(file);
  }
  expect(telling).toEqual([join(sandbox.home, 'kept')]);
});

/** A terminal of its own around the command: what it shows, and how the terminal is left. */
async function inTerminal(repo: Repo, keys: string): Promise<string> {
  const command = `stty -a >before; "${process.execPath}" "${repo.sandbox.bin}" login; echo "status $?"; stty -a >after; cmp before after && echo same`;
  // It types only once the question is there: what comes before is shown by the terminal itself.
  const wait = (words: string) =>
    `i=0; while ! grep -q '${words}' screen 2>/dev/null && [ $i -lt 400 ]; do i=$((i + 1)); sleep 0.05; done`;
  const typist = `${wait('not shown')}; printf '${keys}'; ${wait('status')}`;
  await writeFile(join(repo.path, 'command'), command);
  const script = `(${typist}) | script -q -e -c 'sh command' -f screen >/dev/null`;
  await repo.sandbox.run('sh', ['-c', script], repo.path, { env: { TERM: 'xterm' } });
  return readFile(join(repo.path, 'screen'), 'utf8');
}

test('in a terminal the token is typed without being shown, and the terminal is left as it was', async () => {
  await using here = await machine();
  const { repo, sandbox, directory } = here;
  const screen = await inTerminal(repo, `${TOKEN}x\\177\\r`);
  expect(screen).toContain(`Token for ${directory.url}`);
  expect(screen).toContain('status 0');
  expect(screen).toContain('same');
  expect(screen).not.toContain(TOKEN.slice(0, 5));
  expect(await kept(sandbox, directory.url)).toBe(TOKEN);
});

test.each([
  ['Ctrl-C', 'half\\003', 3, 'No token was given'],
  ['Ctrl-D', '\\004', 3, 'No token was given'],
  ['a paste of several lines', 'one\\rtouch pasted\\r', 2, 'more than one line'],
])('in a terminal, %s keeps nothing and leaves the terminal as it was', async (_, keys, status, words) => {
  await using here = await machine();
  const { repo, sandbox, directory } = here;
  const screen = await inTerminal(repo, keys);
  expect(screen).toContain(`status ${status}`);
  expect(screen).toContain(words);
  expect(screen).toContain('same');
  expect(await kept(sandbox, directory.url)).toBe('');
});
