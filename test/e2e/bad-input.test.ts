// Bad input: one clear sentence with its remedy, the right exit code, nothing written and nothing sent.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';

interface Stage {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly directory: FakeDirectory;
}

interface Case {
  readonly name: string;
  readonly config?: (url: string) => object | string;
  readonly before?: (stage: Stage) => Promise<unknown>;
  readonly args: string[];
  readonly exit: number;
  readonly says: RegExp;
  /** Looking somebody up is a request that can't be spared. */
  readonly asks?: true;
}

const good = (url: string): object => configFor(url, [rule('one', 'release/*', 'jit')]);
const install = ['install', '--yes'];

const cases: Case[] = [
  {
    name: 'faults in the config, all at once',
    config: (url) => ({
      ...good(url),
      rulez: 1,
      managed: { group: [] },
      rules: [{ name: 'x', branches: ['a[b'], grant: { groups: ['{x}'] }, for: 'long' }],
    }),
    args: install,
    exit: 2,
    says: /5 faults:(?=[\s\S]*rulez.*did you mean "rules")(?=[\s\S]*managed\.group: .*did you mean "groups")(?=[\s\S]*rules\[0\]\.for: must be a time span)(?=[\s\S]*rules\[0\]\.branches\[0\])(?=[\s\S]*rules\[0\]\.grant)/,
  },
  {
    name: 'a config that is no JSON',
    config: () => '{ "version": 1,, }',
    args: install,
    exit: 2,
    says: /JSON/,
  },
  {
    name: 'a config that is no YAML',
    config: () => 'version: 1\n  rules: [',
    args: install,
    exit: 2,
    says: /\.scimsyncrc/,
  },
  {
    name: 'a token in the config',
    config: (url) => ({ ...good(url), scim: { endpoint: url, token: 'abc' } }),
    args: install,
    exit: 2,
    says: /scim\.token: looks like a token/,
  },
  {
    name: 'no config',
    before: async ({ repo }) => {
      await repo.git('rm', '-q', '.scimsyncrc');
      await repo.commit('none');
    },
    args: install,
    exit: 2,
    says: /No \.scimsyncrc was found/,
  },
  {
    name: 'an endpoint that is not https',
    config: () => good('http://idp.example.com/scim'),
    args: install,
    exit: 2,
    says: /scim\.endpoint: must use https/,
  },
  {
    name: 'another endpoint than the config has',
    args: [...install, '--endpoint', 'https://other.example.com/scim'],
    exit: 2,
    says: /You named https:\/\/other/,
  },
  {
    name: '--yes for an endpoint nobody named',
    config: () => good('https://idp.example.com/scim/v2'),
    args: install,
    exit: 3,
    says: /name it: `scim-hook install --endpoint https:\/\/idp/,
  },
  { name: 'nobody to ask', args: ['install'], exit: 3, says: /add --yes/ },
  {
    name: 'no token',
    before: async ({ sandbox }) => {
      delete sandbox.env['SCIM_HOOK_TOKEN'];
    },
    args: install,
    exit: 4,
    says: /There is no token/,
  },
  {
    name: 'nobody of that name',
    before: ({ repo }) => repo.git('config', 'user.email', 'eve@acme.example'),
    args: install,
    exit: 3,
    says: /knows nobody/,
    asks: true,
  },
  {
    name: 'a person who is not active',
    before: async ({ repo, directory }) => {
      directory.addUser({ userName: 'old@acme.example', active: false });
      await repo.git('config', 'user.email', 'old@acme.example');
    },
    args: install,
    exit: 3,
    says: /is not active/,
    asks: true,
  },
  {
    name: 'a policy ref by its short name',
    args: [...install, '--policy', 'main'],
    exit: 2,
    says: /not the full name/,
  },
  {
    name: 'a policy ref that is not there',
    args: [...install, '--policy', 'refs/heads/none'],
    exit: 2,
    says: /does not exist/,
  },
  {
    name: 'a mode that is none',
    args: [...install, '--mode', 'sometimes'],
    exit: 2,
    says: /--mode is sometimes/,
  },
  {
    name: 'hooks that live elsewhere',
    before: ({ repo }) => repo.git('config', '--global', 'core.hooksPath', '~/hooks'),
    args: install,
    exit: 3,
    says: /core\.hooksPath[\s\S]*\[ ! -x "\$h" \]/,
  },
  {
    name: 'SCIM_HOOK=0',
    before: async ({ sandbox }) => {
      sandbox.env['SCIM_HOOK'] = '0';
    },
    args: install,
    exit: 0,
    says: /SCIM_HOOK=0 is set/,
  },
  { name: 'sync before install', args: ['sync'], exit: 3, says: /not installed in this clone/ },
  { name: 'plan before install', args: ['plan'], exit: 3, says: /not installed in this clone/ },
  { name: 'an unknown command', args: ['synk'], exit: 2, says: /unknown command.*\n?.*sync/ },
  { name: 'an unknown flag', args: ['sync', '--brnch', 'x'], exit: 2, says: /unknown option.*\n?.*--branch/ },
  { name: 'a flag without its value', args: ['sync', '--branch'], exit: 2, says: /argument missing/ },
  { name: 'a lease that is none', args: ['revoke', '--lease', 'x'], exit: 2, says: /There is no lease x/ },
  { name: 'a number that is none', args: ['log', '-n', 'many'], exit: 2, says: /-n takes a number/ },
  {
    name: 'a port that is none',
    args: ['directory', '--port', '99999'],
    exit: 2,
    says: /--port takes a number/,
  },
];

/** Everything below a directory, but for what reading alone makes. */
function fingerprint(...roots: string[]): string {
  const hash = createHash('sha256');
  for (const root of roots) {
    for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
      const path = join(root, name);
      if (statSync(path).isFile()) hash.update(`${name}\n`).update(readFileSync(path));
    }
  }
  return hash.digest('hex');
}

async function stage(config: Case['config']): Promise<Stage & AsyncDisposable> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  directory.addUser({ userName: ALICE });
  const repo = await sandbox.repository('r', (config ?? good)(directory.url));
  const end = async (): Promise<void> => {
    await sandbox[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  };
  return { sandbox, repo, directory, [Symbol.asyncDispose]: end };
}

test.each(cases)('$name', async ({ config, before, args, exit, says, asks }) => {
  await using staged = await stage(config);
  const { sandbox, repo, directory } = staged;
  await before?.(staged);
  const was = fingerprint(join(repo.path, '.git'), sandbox.home);
  const ran = await repo.scimHook(...args);
  expect(ran.stderr).toMatch(says);
  expect(ran).toMatchObject({ status: exit, stdout: '' });
  expect(ran.stderr).not.toMatch(/this is a bug|\n\s+at /);
  expect(fingerprint(join(repo.path, '.git'), sandbox.home)).toBe(was);
  if (asks !== true) expect(directory.requests).toEqual([]);

  if (args[0] === 'directory') return;
  const [command = '', ...flags] = args;
  const json = await repo.scimHook(command, '--json', ...flags);
  const { error } = JSON.parse(json.stdout) as { error: { code: string; message: string; remedy: string } };
  expect(json).toMatchObject({ status: exit, stderr: '' });
  expect([error.code, error.message, error.remedy].every((text) => text.length > 3)).toBe(true);
});

test.each(['', '-x', 'a..b', 'a b', 'a~b', '@{-1}', '\u001b[2J', 'x.lock'])(
  'the branch %j is refused',
  async (branch) => {
    await using staged = await stage(good);
    await staged.repo.install();
    const sent = staged.directory.requests.length;
    const ran = await staged.repo.scimHook('sync', `--branch=${branch}`);
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).not.toContain('\u001b');
    expect(staged.directory.requests.length).toBe(sent);
  },
);

test.each([
  ['nowhere', 'is not in a git repository'],
  ['bare', 'has no working tree'],
])('%s', async (name, says) => {
  await using sandbox = await Sandbox.create();
  const path = join(sandbox.root, name);
  await mkdir(path);
  if (name === 'bare') await sandbox.run('git', ['init', '-q', '--bare'], path);
  const ran = await sandbox.run(process.execPath, [sandbox.bin, 'status'], path);
  expect(ran.stderr).toContain(says);
  expect(ran).toMatchObject({ status: 2, stdout: '' });
});

test('no git', async () => {
  await using staged = await stage(good);
  staged.sandbox.env['PATH'] = '/nowhere';
  const ran = await staged.repo.scimHook('status');
  expect(ran).toMatchObject({ status: 1, stdout: '' });
  expect(ran.stderr).toContain('git was not found');
});
