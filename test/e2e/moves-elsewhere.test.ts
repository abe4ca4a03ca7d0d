// HEAD moves in repositories that aren't laid out as most are: what is granted, and told, is the same.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { faultsOfLog } from '../support/audit-check.ts';
import { Repo } from '../support/sandbox.ts';
import { type TwinOptions, Twins } from '../support/twins.ts';

test.each<[name: string, options: TwinOptions]>([
  ['with SHA-256', { init: ['--object-format=sha256'] }],
  ['with its git dir elsewhere', { init: ['--separate-git-dir', '../@.git'], gitDir: 'ours.git' }],
  ['without reflogs', { config: [['core.logAllRefUpdates', 'false']] }],
  ['with symbolic links for symbolic refs', { config: [['core.preferSymlinkRefs', 'true']] }],
])('a repository %s', async (_, options) => {
  await using twins = await Twins.create(options);
  await twins.install();
  const step = async (command: string, log: string[], held: string[]): Promise<void> => {
    await twins.run('.', 'git', command.split(' '));
    await twins.wake();
    expect([command, await twins.told(), twins.held()]).toEqual([command, log, held]);
  };
  await step('checkout release/1', ['switch main→release/1'], ['jit']);
  await step('checkout -b hotfix/x', ['switch release/1→hotfix/x'], ['fix']);
  await step('checkout release/1', ['switch hotfix/x→release/1'], ['jit']);
  await twins.write('README', 'two\n');
  await step('commit -q -a -m two', [], ['jit']);
  await step('rebase --force-rebase main', [], ['jit']);
  await step('rebase --apply --force-rebase main', [], ['jit']);
  await step('-c core.hooksPath=/dev/null checkout hotfix/1', ['gap release/1→hotfix/1'], ['fix']);
  await step('checkout --detach', ['switch hotfix/1→null'], []);
  await step('worktree add ../@-side release/2', ['switch null→release/2'], ['jit']);
  await twins.run('../@-side', 'git', ['checkout', 'hotfix/1']);
  await step('worktree remove ../@-side', ['switch release/2→hotfix/1', 'gap hotfix/1→null'], []);
  await step('checkout --orphan release/orphan', ['switch null→release/orphan'], ['jit']);
  await step('commit -q -m first', [], ['jit']);
  await step('checkout main', ['switch release/orphan→main'], []);
  expect(await faultsOfLog(twins.sandbox)).toEqual([]);
});

describe('a submodule', () => {
  test('is a clone of its own: its hooks are its own, and what moves its HEAD is told', async () => {
    await using twins = await Twins.create();
    const { sandbox, ours } = twins;
    const allow = ['-c', 'protocol.file.allow=always'];
    const outer = await sandbox.repository('outer', null);
    await outer.git(...allow, 'submodule', '--quiet', 'add', ours.path, 'inner');
    await outer.commit('With a submodule');
    const inner = new Repo(sandbox, join(outer.path, 'inner'), join(outer.path, '.git', 'modules', 'inner'));
    for (const branch of ['release/1', 'hotfix/1']) await inner.git('branch', branch, `origin/${branch}`);
    expect(await inner.install()).toMatchObject({ status: 0 });
    await twins.told();
    await inner.checkout('release/1');
    expect([await twins.told(), twins.held()]).toEqual([['switch main→release/1'], ['jit']]);
    await inner.write('README', 'more\n');
    await inner.commit('More');
    expect(await outer.git(...allow, 'submodule', 'update')).toMatchObject({ status: 0, stderr: '' });
    await inner.quiet();
    expect([await twins.told(), twins.held()]).toEqual([['switch release/1→null'], []]);
    // What is outside is no clone of ours.
    await outer.git('checkout', '-q', '-b', 'release/9');
    expect([await twins.told(), twins.held()]).toEqual([[], []]);
  });
});

test('a clone under a global hooks path is asked nothing before it is trusted, and is a clone like any other then', async () => {
  await using twins = await Twins.create();
  const { sandbox, directory, ours, twin } = twins;
  await ours.install();
  await twins.told();
  const hooks = join(sandbox.root, 'hooks');
  await mkdir(hooks);
  const hook = await readFile(resolve(import.meta.dirname, '../../hooks/post-checkout'), 'utf8');
  await writeFile(join(hooks, 'post-checkout'), hook.replace('@NODE@', process.execPath));
  await chmod(join(hooks, 'post-checkout'), 0o755);
  const plain = await sandbox.run('git', ['clone', twin.path, 'clone'], sandbox.home);
  await sandbox.run('git', ['config', '--global', 'core.hooksPath', hooks], sandbox.root);
  const requests = directory.requests.length;
  const cloned = await sandbox.run('git', ['clone', ours.path, 'clone'], sandbox.root);
  expect(cloned).toEqual(plain);
  const clone = new Repo(sandbox, join(sandbox.root, 'clone'));
  expect(await clone.git('checkout', '-q', 'release/1')).toEqual({ status: 0, stdout: '', stderr: '' });
  expect([directory.requests.length - requests, twins.held()]).toEqual([0, []]);
  await sandbox.run('git', ['config', '--global', '--unset', 'core.hooksPath'], sandbox.root);
  expect(await clone.install()).toMatchObject({ status: 0 });
  await clone.checkout('main');
  await clone.checkout('release/2');
  expect(twins.held()).toEqual(['jit']);
  expect(await faultsOfLog(sandbox)).toEqual([]);
});
