// The checked-out tree is data from strangers: whatever a branch carries, it changes neither rules nor endpoint.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, Repo, Sandbox, TOKEN } from '../support/sandbox.ts';
import { atTerminal } from '../support/typed.ts';

interface Staged extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly directory: FakeDirectory;
  /** Somebody else's, which must never hear of us. */
  readonly evil: FakeDirectory;
  readonly alice: string;
}

async function staged(): Promise<Staged> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const evil = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  directory.addGroup({ displayName: 'jit', members: [bob] });
  directory.addGroup({ displayName: 'admins', members: [bob] });
  const repo = await sandbox.repository('r', configFor(directory.url, [rule('one', 'release/*', 'jit')]), [
    'release/1',
  ]);
  await repo.install();
  return {
    sandbox,
    repo,
    directory,
    evil,
    alice,
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
      await evil[Symbol.asyncDispose]();
    },
  };
}

/** Commits another config on a branch, away from the hook's sight. */
async function plant(repo: Repo, branch: string, config: object): Promise<void> {
  const off = ['-c', 'core.hooksPath=/dev/null'];
  await repo.git(...off, 'checkout', '-q', '-B', branch);
  await repo.write('.scimsyncrc', JSON.stringify(config));
  await repo.commit('Change the rules');
  await repo.git(...off, 'checkout', '-q', 'main');
}

test('another branch that proposes another endpoint or other rules is not listened to', async () => {
  await using stage = await staged();
  const { repo, directory, evil, alice } = stage;
  await plant(repo, 'release/evil', configFor(evil.url, [rule('all', '**', ['jit', 'admins'])]));
  await repo.checkout('release/evil');
  expect(directory.members('jit')).toContain(alice);
  expect(directory.members('admins')).not.toContain(alice);
  await repo.checkout('main');
  expect(directory.members('jit')).not.toContain(alice);
  expect(evil.requests).toEqual([]);
});

test('another endpoint on the pinned branch itself stops additions, and what was held is given back', async () => {
  await using stage = await staged();
  const { sandbox, repo, directory, evil, alice } = stage;
  await repo.checkout('release/1');
  expect(directory.members('jit')).toContain(alice);
  await plant(repo, 'main', configFor(evil.url, [rule('all', '**', ['jit', 'admins'])]));
  // `plant` left main checked out, unseen by the hook.
  await repo.checkout('release/1');
  await repo.checkout('-b', 'elsewhere');
  expect(directory.members('jit')).not.toContain(alice);
  const sync = await repo.scimHook('sync', '--branch', 'release/2', '--json');
  expect(sync.status).toBe(3);
  expect(JSON.parse(sync.stdout)).toMatchObject({ outcome: 'refused', reason: 'untrusted' });
  expect(directory.members('jit')).not.toContain(alice);
  expect(evil.requests).toEqual([]);
  expect((await sandbox.ledger()).holdings).toEqual([]);
});

test('a tag with the name of the pinned ref, git -c and an included file change nothing', async () => {
  await using stage = await staged();
  const { repo, directory, evil, alice } = stage;
  await plant(repo, 'evil', configFor(evil.url, [rule('all', '**', 'admins')]));
  for (const tag of ['main', 'heads/main', 'refs/heads/main']) await repo.git('tag', tag, 'evil');
  await repo.write('evil.config', `[scim-hook]\n\tendpoint = ${evil.url}\n\tpolicy = refs/heads/evil\n`);
  await repo.git('config', 'include.path', '../evil.config');
  await repo.git('-c', `scim-hook.endpoint=${evil.url}`, 'checkout', '-q', 'release/1');
  await repo.quiet();
  expect(directory.members('jit')).toContain(alice);
  expect(directory.members('admins')).not.toContain(alice);
  await repo.stopWorker();
  expect(await repo.scimHook('sync', '--branch', 'x')).toMatchObject({ status: 0 });
  expect(evil.requests).toEqual([]);
});

test('a clone that nobody installed sends nothing, though a global hooks path runs our hook in it', async () => {
  await using stage = await staged();
  const { sandbox, repo, evil } = stage;
  const hooks = join(sandbox.root, 'hooks');
  await sandbox.run('cp', ['-r', join(repo.path, '.git', 'hooks'), hooks], sandbox.root);
  const stranger = await sandbox.repository('stranger', configFor(evil.url, [rule('all', '**', 'admins')]), [
    'release/1',
  ]);
  await sandbox.run('git', ['config', '--global', 'core.hooksPath', hooks], sandbox.root);
  await sandbox.run('git', ['config', '--global', 'scim-hook.endpoint', evil.url], sandbox.root);
  expect(await stranger.git('checkout', '-q', 'release/1')).toEqual({ status: 0, stdout: '', stderr: '' });
  // Even with a spool that somebody put there.
  await mkdir(stranger.spool);
  await writeFile(join(stranger.spool, 'spool'), '');
  await stranger.git('checkout', '-q', 'main');
  await stranger.quiet();
  expect(await stranger.scimHook('sync')).toMatchObject({ status: 3 });
  expect(evil.requests).toEqual([]);
});

test('faults in the pinned rules stop additions only; rules that are gone end what they gave', async () => {
  await using stage = await staged();
  const { repo, directory, alice } = stage;
  await repo.checkout('release/1');
  await plant(repo, 'main', { version: 1, rules: [{ nme: 'x' }] });
  await repo.checkout('release/1');
  expect(directory.members('jit')).toContain(alice);
  const sync = await repo.scimHook('sync', '--branch', 'release/2');
  expect(sync.status).toBe(3);
  expect(sync.stderr).toContain('did you mean "name"?');
  await repo.git('checkout', '-q', 'main');
  await repo.quiet();
  expect(directory.members('jit')).not.toContain(alice);

  await plant(repo, 'main', configFor(directory.url, [rule('one', 'release/*', 'jit')]));
  await repo.checkout('release/1');
  expect(directory.members('jit')).toContain(alice);
  await repo.git('branch', 'bare', 'main');
  await repo.git('-c', 'core.hooksPath=/dev/null', 'checkout', '-q', 'main');
  await repo.git('rm', '-q', '.scimsyncrc');
  await repo.commit('No rules any more');
  await repo.checkout('release/1');
  expect(directory.members('jit')).not.toContain(alice);
});

test('rules that are in no commit are pinned by their content: an edit is refused until it is accepted', async () => {
  await using sandbox = await Sandbox.create();
  await using directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  directory.addGroup({ displayName: 'jit', members: [bob] });
  directory.addGroup({ displayName: 'admins', members: [bob] });
  const repo = await sandbox.repository('r', null, ['release/1']);
  await repo.write(
    '.scimsyncrc',
    JSON.stringify(configFor(directory.url, [rule('one', 'release/*', 'jit')])),
  );
  expect(await repo.install()).toMatchObject({ status: 0 });
  await repo.checkout('release/1');
  expect(directory.members('jit')).toContain(alice);
  await repo.write(
    '.scimsyncrc',
    JSON.stringify(configFor(directory.url, [rule('one', 'release/*', ['jit', 'admins'])])),
  );
  const sync = await repo.scimHook('sync');
  expect(sync.status).toBe(3);
  expect(sync.stderr).toContain('was changed since it was accepted');
  expect(directory.members('admins')).not.toContain(alice);
  // Nobody looks at what --yes would accept.
  expect(await repo.install()).toMatchObject({ status: 3, stdout: '' });
  expect(await atTerminal(repo, 'y\n', 'install')).toMatchObject({ status: 0 });
  await repo.checkout('release/1');
  expect(directory.members('admins')).toContain(alice);
});

const pinned = async (repo: Repo): Promise<string> =>
  (await repo.git('config', '--local', '--get', 'scim-hook.policy')).stdout.trim();

interface Cloned extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly origin: Repo;
  readonly repo: Repo;
  readonly directory: FakeDirectory;
}

/** A clone whose origin has `evil` too, with rules of a stranger. `rules`: main holds some. */
async function cloned({ rules }: { rules: boolean }): Promise<Cloned> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  directory.addUser({ userName: ALICE });
  const origin = await sandbox.repository(
    'origin',
    rules ? configFor(directory.url, [rule('one', 'release/**', 'jit')]) : null,
  );
  await origin.git('checkout', '-q', '-b', 'evil');
  await origin.write('.scimsyncrc', JSON.stringify(configFor(directory.url, [rule('all', '**', 'admins')])));
  await origin.commit('Everybody is admin');
  await origin.git('branch', 'master');
  await origin.git('checkout', '-q', 'main');
  await sandbox.run('git', ['clone', '-q', origin.path, 'clone'], sandbox.root);
  await sandbox.run('git', ['config', '--global', 'scim-hook.endpoint', directory.url], sandbox.root);
  const repo = new Repo(sandbox, join(sandbox.root, 'clone'));
  const end = async (): Promise<void> => {
    await sandbox[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  };
  return { sandbox, origin, repo, directory, [Symbol.asyncDispose]: end };
}

describe('--yes alone pins nothing that a stranger pushed', () => {
  test('as `master`, beside a default branch that is known or not', async () => {
    await using stage = await cloned({ rules: false });
    const { repo, directory } = stage;
    // Nobody would propose it, and as a file it would count no more than the branch does.
    const known = await repo.scimHook('install', '--yes');
    expect(known).toMatchObject({ status: 3, stdout: '' });
    await repo.git('symbolic-ref', '--delete', 'refs/remotes/origin/HEAD');
    const guessed = await repo.scimHook('install', '--yes');
    expect(guessed).toMatchObject({ status: 3, stdout: '' });
    expect(guessed.stderr).toContain('--policy refs/remotes/origin/master');
    expect(guessed.stderr).toContain('git remote set-head origin -a');
    await repo.git('update-ref', '-d', 'refs/remotes/origin/master');
    await repo.git('update-ref', 'refs/remotes/aaa/evil', 'refs/remotes/origin/evil');
    await repo.git('symbolic-ref', 'refs/remotes/aaa/HEAD', 'refs/remotes/aaa/evil');
    expect(await repo.scimHook('install', '--yes')).toMatchObject({ status: 3, stdout: '' });
    expect(await pinned(repo)).toBe('');
    expect(directory.connections).toBe(0);
  });

  test('checked out without a branch, also in the place of a pin whose rules were deleted', async () => {
    await using stage = await cloned({ rules: true });
    const { origin, repo } = stage;
    expect(await repo.install()).toMatchObject({ status: 0 });
    await origin.git('rm', '-q', '.scimsyncrc');
    await origin.commit('No rules any more');
    await repo.git('fetch', '-q');
    await repo.git('reset', '-q', '--hard', 'origin/main');
    await repo.git('checkout', '-q', '--detach', 'origin/evil');
    const ran = await repo.scimHook('install', '--yes');
    expect(ran).toMatchObject({ status: 3, stdout: '' });
    expect(await pinned(repo)).toBe('refs/remotes/origin/main');
    // Gone from every ref, but checked out.
    for (const name of ['evil', 'master']) await repo.git('update-ref', '-d', `refs/remotes/origin/${name}`);
    const detached = await repo.scimHook('install', '--yes');
    expect(detached.stderr).toContain('git switch -c NAME');
    expect(detached.status).toBe(3);
    // Lying there in no commit at all.
    await repo.git('checkout', '-q', 'main');
    await repo.write(
      '.scimsyncrc',
      JSON.stringify(configFor(stage.directory.url, [rule('all', '**', 'admins')])),
    );
    const lying = await repo.scimHook('install', '--yes');
    expect(lying.stderr).toContain('without --yes');
    expect(lying.status).toBe(3);
    expect(await pinned(repo)).toBe('refs/remotes/origin/main');
  });
});

test('--yes keeps the ref that a person named', async () => {
  await using stage = await cloned({ rules: true });
  const { repo } = stage;
  await repo.git('update-ref', 'refs/remotes/origin/rules', 'refs/remotes/origin/main');
  expect(await repo.install('--policy', 'refs/remotes/origin/rules')).toMatchObject({ status: 0 });
  expect(await repo.install()).toMatchObject({ status: 0 });
  expect(await pinned(repo)).toBe('refs/remotes/origin/rules');
});
