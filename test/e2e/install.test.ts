// `install` and `uninstall`: the same bytes twice, and no trace in the clone afterwards.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';

async function staged(sandbox: Sandbox): Promise<{ repo: Repo; directory: FakeDirectory; alice: string }> {
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit', members: [directory.addUser({ userName: 'bob@acme.example' })] });
  const repo = await sandbox.repository('r', configFor(directory.url, [rule('one', 'release/*', 'jit')]), [
    'release/1',
  ]);
  return { repo, directory, alice };
}

/** Every file below a directory with its mode and bytes; git's own index and logs change with each checkout. */
function tree(root: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter(
        (name) => !/^(?:index|logs|ORIG_HEAD|objects)/.test(name) && statSync(join(root, name)).isFile(),
      )
      .map((name) => [
        name,
        `${statSync(join(root, name)).mode.toString(8)} ${readFileSync(join(root, name), 'base64')}`,
      ]),
  );
}

test('twice gives the same bytes; nothing in them points into a node_modules', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory } = await staged(sandbox);
  await using _ = directory;
  const installed = await repo.install();
  expect(installed).toMatchObject({ status: 0, stderr: '' });
  expect(installed.stdout).toContain('git ran the hook just now');
  const bytes = () =>
    [
      readFileSync(join(repo.path, '.git/hooks/post-checkout')),
      readFileSync(join(repo.path, '.git/config')),
      readFileSync(sandbox.workerBundle),
    ].map(String);
  const once = bytes();
  await repo.install();
  expect(bytes()).toEqual(once);
  expect(once.slice(0, 2).join('')).not.toContain('node_modules');
});

test('uninstall gives back, and leaves the clone as it was; also twice', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory, alice } = await staged(sandbox);
  await using _ = directory;
  const before = tree(join(repo.path, '.git'));
  await repo.install();
  await repo.checkout('release/1');
  expect(directory.members('jit')).toContain(alice);
  expect(await repo.scimHook('uninstall')).toMatchObject({ status: 0, stderr: '' });
  expect(directory.members('jit')).not.toContain(alice);
  await repo.git('checkout', '-q', 'main');
  expect(tree(join(repo.path, '.git'))).toEqual(before);
  expect(await repo.scimHook('uninstall')).toMatchObject({ status: 0 });
  expect(tree(join(repo.path, '.git'))).toEqual(before);
});

test('uninstall stays where it can not give back, unless told to', async () => {
  await using sandbox = await Sandbox.create();
  const { repo, directory } = await staged(sandbox);
  await using _ = directory;
  await repo.install();
  await repo.checkout('release/1');
  directory.misbehave({ how: 'reset' });
  const refused = await repo.scimHook('uninstall');
  expect(refused.status).toBe(5);
  expect(refused.stderr).toContain('jit could not be given back yet');
  expect(await repo.scimHook('uninstall', '--keep-leases')).toMatchObject({ status: 0 });
});
