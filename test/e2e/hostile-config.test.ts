// A repository from strangers: whatever lies in it, looking at it runs nothing, sends nothing and paints nothing.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, Sandbox, TOKEN } from '../support/sandbox.ts';

const good = configFor('http://127.0.0.1:9/scim', [rule('one', 'release/*', 'jit')]);

test.each([
  '.config/config.js',
  '.config/config.cjs',
  '.config/config.mjs',
  '.scimsyncrc.js',
  '.scimsyncrc.cjs',
  'scimsync.config.js',
])('no command runs the script %s', async (file) => {
  await using sandbox = await Sandbox.create();
  const repo = await sandbox.repository('r', null);
  const mark = join(sandbox.root, 'ran');
  await mkdir(dirname(join(repo.path, file)), { recursive: true });
  const script = file.endsWith('.mjs')
    ? `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(mark)}, '');`
    : `require('node:fs').writeFileSync(${JSON.stringify(mark)}, '');`;
  await repo.write(file, script);
  for (const args of [['install', '--yes'], ['install'], ['plan'], ['sync'], ['status'], ['log']]) {
    await repo.scimHook(...args);
    expect([args.join(' '), existsSync(mark)]).toEqual([args.join(' '), false]);
  }
});

test.each([
  [
    'the name of a rule',
    configFor('', [rule('\u001b[31mx', 'a', 'b'), rule('\u001b[31mx', 'a', 'b')], { scim: {} }),
  ],
  ['a pattern', configFor('', [rule('x', 'a\u009b31m[', 'b')], { scim: {} })],
  ['a group', configFor('', [rule('x', 'a', '{\u001b]0;owned\u0007}')], { scim: {} })],
  ['a key', { ...good, '\u001b[2J\u202ex': 1 }],
  ['a value', { ...good, version: '\u009b2J\u202e' }],
  ['YAML that can’t be read', 'version: 1\nx: [\u001b[31m, "\u202e\n'],
])('escape sequences in %s don’t reach the terminal', async (_, config) => {
  await using sandbox = await Sandbox.create();
  const repo = await sandbox.repository('r', config);
  const ran = await repo.scimHook('install', '--yes');
  expect(ran).toMatchObject({ status: 2, stdout: '' });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
  expect(ran.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
});

test.each([
  ['a branch', ['sync', '--branch', '\u001b[31mx y']],
  ['a command', ['\u001b[31mx']],
  ['a flag', ['sync', '--\u001b[31mx']],
  ['a mode', ['install', '--mode', '\u001b[31m']],
  ['an endpoint', ['install', '--endpoint', '\u001b[31mx']],
  ['a policy ref', ['install', '--policy', '\u001b[31mx']],
  ['a lease', ['revoke', '--lease', '\u001b[31mx']],
  ['a number', ['log', '-n', '\u001b[31mx']],
])('nor do those of %s somebody pasted', async (_, args) => {
  await using sandbox = await Sandbox.create();
  const repo = await sandbox.repository('r', good);
  await repo.git('config', 'scim-hook.endpoint', 'http://127.0.0.1:9/scim');
  for (const key of ['subject', 'subjectId']) await repo.git('config', `scim-hook.${key}`, 'x');
  await repo.git('config', 'scim-hook.policy', 'refs/heads/main');
  const ran = await repo.scimHook(...args);
  expect(ran.status).toBeGreaterThan(0);
  expect(ran.stdout + ran.stderr).not.toContain('\u001b');
});

test.each(['why', 'plan', 'sync', 'doctor'])('no key in the rules starts a line of `%s`', async (command) => {
  await using sandbox = await Sandbox.create();
  const repo = await sandbox.repository('r', { ...good, 'x\nscim-hook: all is well': 1 });
  await repo.git('config', 'scim-hook.endpoint', 'http://127.0.0.1:9/scim');
  for (const key of ['subject', 'subjectId']) await repo.git('config', `scim-hook.${key}`, 'x');
  await repo.git('config', 'scim-hook.policy', 'refs/heads/main');
  const { stdout, stderr } = await repo.scimHook(command);
  expect(stdout + stderr).toContain('all is well');
  expect(stdout + stderr).not.toMatch(/^[\s>-]*scim-hook: all is well/m);
});

test('YAML that holds itself is a fault in words', async () => {
  await using sandbox = await Sandbox.create();
  const repo = await sandbox.repository('r', 'version: 1\nrules: &a [*a]\n');
  const ran = await repo.scimHook('install', '--yes');
  expect(ran.stderr).not.toMatch(/this is a bug|\n\s+at /);
  expect(ran).toMatchObject({ status: 2, stdout: '' });
});

test('the token goes nowhere until somebody said yes', async () => {
  await using sandbox = await Sandbox.create();
  await using directory = await FakeDirectory.start({ token: TOKEN });
  directory.addUser({ userName: ALICE });
  const repo = await sandbox.repository('r', configFor(directory.url, [rule('one', 'release/*', 'jit')]));
  expect(await repo.scimHook('install')).toMatchObject({ status: 3 });
  for (const command of ['plan', 'sync', 'status', 'log', 'revoke']) await repo.scimHook(command);
  expect(directory.connections).toBe(0);
});

test('a command that only looks leaves nothing behind in a clone that nobody installed', async () => {
  await using sandbox = await Sandbox.create();
  const repo = await sandbox.repository('r', good);
  for (const command of ['status', 'log', 'plan', 'sync']) await repo.scimHook(command);
  expect(existsSync(repo.spool)).toBe(false);
  expect(existsSync(sandbox.state)).toBe(false);
});

test.each([
  ['two people of one name', 3, /2 people in the directory/],
  ['nobody set who they are', 2, /user\.email is not set/],
  ['an endpoint over http', 2, /must use https/],
] as const)('%s', async (what, exit, says) => {
  await using sandbox = await Sandbox.create();
  await using directory = await FakeDirectory.start({ token: TOKEN });
  for (const _ of [1, 2]) directory.addUser({ userName: ALICE });
  const repo = await sandbox.repository('r', configFor(directory.url, [rule('one', 'release/*', 'jit')]));
  const named = what.startsWith('an endpoint') ? ['--endpoint', 'http://idp.example.com/scim'] : [];
  if (what.startsWith('nobody')) await repo.git('config', '--global', '--unset', 'user.email');
  const config = () => repo.git('config', '--local', '--list');
  const before = await config();
  const ran = await repo.scimHook('install', '--yes', ...named);
  expect(ran).toMatchObject({ status: exit, stdout: '' });
  expect(ran.stderr).toMatch(says);
  expect(await config()).toEqual(before);
  expect(existsSync(repo.spool)).toBe(false);
  expect(existsSync(sandbox.workerBundle)).toBe(false);
  if (!what.startsWith('two')) expect(directory.connections).toBe(0);
});
