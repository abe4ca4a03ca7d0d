// `init`, as somebody runs it in a repository of theirs: a file that install takes, and nothing overwritten.
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv, type AnySchemaObject } from 'ajv';
import { describe, expect, inject, test } from 'vitest';
import type { InitDocument } from '../../src/cli/place-documents.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { ALICE, type Ran, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';

const ENDPOINT = 'https://idp.acme.example/scim/v2';
const written = (repo: Repo): string => readFileSync(join(repo.path, '.scimsyncrc'), 'utf8');
const document = ({ stdout }: Ran): InitDocument => {
  const file = join(inject('packageDirectory'), 'schemas', 'init.schema.json');
  const value = JSON.parse(stdout) as InitDocument;
  const validate = new Ajv().compile(JSON.parse(readFileSync(file, 'utf8')) as AnySchemaObject);
  expect(validate(value) ? null : validate.errors).toBeNull();
  return value;
};

test('writes rules for the branches that are there, which install then takes and a checkout follows', async () => {
  await using sandbox = await Sandbox.create();
  await using directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  for (const displayName of ['jit-release', 'jit-hotfix'])
    directory.addGroup({ displayName, members: [bob] });
  const repo = await sandbox.repository('r', null, ['release/1', 'hotfix/a/b']);
  const ran = await repo.scimHook('init', '--endpoint', directory.url);
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  expect(ran.stdout).toContain('hotfix: hotfix/** gives jit-hotfix  (hotfix/a/b)');
  expect(ran.stdout).toContain('The rules count from main;');
  expect(ran.stdout.trimEnd().split('\n').slice(-4)).toEqual([
    'Next:',
    `  1. scim-hook login --endpoint ${directory.url}`,
    '  2. commit .scimsyncrc to main',
    '  3. scim-hook install',
  ]);
  await repo.commit('Rules');
  expect(await repo.install()).toMatchObject({ status: 0 });
  await repo.checkout('release/1');
  expect(directory.members('jit-release')).toContain(alice);
});

test('--json is one document; remote branches count, and the default branch is found', async () => {
  await using sandbox = await Sandbox.create();
  await sandbox.repository('upstream', null, ['release/9']);
  await sandbox.run('git', ['clone', '-q', 'upstream', 'r'], sandbox.root);
  const run = (...args: string[]): Promise<Ran> =>
    sandbox.run(process.execPath, [sandbox.bin, 'init', '--json', ...args], join(sandbox.root, 'r'));
  await sandbox.run('git', ['checkout', '-q', '-b', 'work'], join(sandbox.root, 'r'));
  const ran = await run('--endpoint', `${ENDPOINT}/`);
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  expect(document(ran)).toEqual({
    file: '.scimsyncrc',
    endpoint: ENDPOINT,
    rules: [{ name: 'release', branches: ['release/*'], groups: ['jit-release'], matches: ['release/9'] }],
    defaultBranch: 'main',
    branch: 'work',
    next: 'scim-hook install',
  });
  const again = await run();
  expect(again).toMatchObject({ status: 3, stderr: '' });
  expect(JSON.parse(again.stdout)).toMatchObject({ error: { code: 'config-exists' } });
});

describe('where nobody can be asked', () => {
  test('the endpoint is left to be filled in, and install says so', async () => {
    await using sandbox = await Sandbox.create();
    const repo = await sandbox.repository('r', null);
    expect(await repo.scimHook('init')).toMatchObject({ status: 0, stderr: '' });
    expect(written(repo)).toContain('#   endpoint: https://idp.example.com/scim/v2');
    const ran = await repo.scimHook('install', '--yes');
    expect(ran).toMatchObject({ status: 2, stderr: expect.stringContaining('names no endpoint') });
  });

  test.each(['http://idp.acme.example', 'not a url', 'https://me:secret@idp.acme.example', ''])(
    'an endpoint like %j is refused, and nothing is written',
    async (endpoint) => {
      await using sandbox = await Sandbox.create();
      const repo = await sandbox.repository('r', null);
      expect(await repo.scimHook('init', '--endpoint', endpoint)).toMatchObject({ status: 2, stdout: '' });
      expect(existsSync(join(repo.path, '.scimsyncrc'))).toBe(false);
    },
  );
});

describe('what is there already', () => {
  test.each([
    ['.scimsyncrc', 'anything'],
    ['.scimsyncrc.json', '{}'],
    ['.scimsyncrc.yaml', ''],
    ['.scimsyncrc.yml', ''],
    ['package.json', '{ "scimsync": {} }'],
  ])('%s is named and left alone', async (file, text) => {
    await using sandbox = await Sandbox.create();
    const repo = await sandbox.repository('r', null);
    await repo.write(file, text);
    expect(await repo.scimHook('init')).toMatchObject({ status: 3, stderr: expect.stringContaining(file) });
    expect(readFileSync(join(repo.path, file), 'utf8')).toBe(text);
  });

  test('on the default branch counts too, and a symlink to nowhere is no free place', async () => {
    await using sandbox = await Sandbox.create();
    const repo = await sandbox.repository('r', null, ['old']);
    await repo.write('.scimsyncrc', 'version: 1\nrules: []\n');
    await repo.commit('Rules');
    await repo.git('checkout', '-q', 'old');
    expect(await repo.scimHook('init')).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('.scimsyncrc at main'),
    });
    const other = await sandbox.repository('other', null);
    await symlink('/nowhere/at/all', join(other.path, '.scimsyncrc'));
    expect(await other.scimHook('init')).toMatchObject({ status: 3 });
    expect(lstatSync(join(other.path, '.scimsyncrc')).isSymbolicLink()).toBe(true);
  });

  test('in a linked worktree, or below the top, it is the top of that worktree that counts', async () => {
    await using sandbox = await Sandbox.create();
    const repo = await sandbox.repository('r', null, ['release/1']);
    const side = join(sandbox.root, 'side');
    await repo.git('worktree', 'add', '-q', side, 'release/1');
    await mkdir(join(side, 'deep'));
    const ran = await sandbox.run(process.execPath, [sandbox.bin, 'init'], join(side, 'deep'));
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(join(side, '.scimsyncrc'))).toBe(true);
    expect(existsSync(join(repo.path, '.scimsyncrc'))).toBe(false);
  });

  test('a package.json without rules only says where the schema will be', async () => {
    await using sandbox = await Sandbox.create();
    const repo = await sandbox.repository('r', null);
    await repo.write('package.json', '{ "name": "x" }');
    expect(await repo.scimHook('init')).toMatchObject({ status: 0 });
    const [first] = written(repo).split('\n');
    expect(first).toBe('# yaml-language-server: $schema=./node_modules/scim-hook/scimsyncrc.schema.json');
  });
});

test('an empty repository, and none at all', async () => {
  await using sandbox = await Sandbox.create();
  await sandbox.run('git', ['init', '-q', 'empty'], sandbox.root);
  const at = (where: string): Promise<Ran> =>
    sandbox.run(process.execPath, [sandbox.bin, 'init', '--json'], join(sandbox.root, where));
  const ran = await at('empty');
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  expect(document(ran)).toMatchObject({ defaultBranch: 'main', branch: 'main', rules: [{ matches: [] }] });
  expect(await at('home')).toMatchObject({ status: 2, stderr: '' });
});
