// Whatever is broken around us, git says and returns what it would without us; once it is mended, the next switch converges.
import { chmod, chown, mkdir, readdir, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Ran, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';

/** Root may write anywhere, so what is read-only must be met as somebody else. */
const NOBODY = 65_534;

interface Fault {
  readonly name: string;
  /** Breaks something; returns how to mend it. */
  readonly make: (sandbox: Sandbox, repo: Repo) => Promise<() => Promise<void>>;
}

const moved = async (path: string): Promise<() => Promise<void>> => {
  await rename(path, `${path}.away`);
  return () => rename(`${path}.away`, path);
};

const instead = async (path: string, put: () => Promise<unknown>): Promise<() => Promise<void>> => {
  const back = await moved(path);
  await put();
  return async () => {
    await rm(path, { recursive: true, force: true });
    await back();
  };
};

const faults: Fault[] = [
  {
    name: 'node is gone',
    make: async (sandbox, repo) => {
      const hook = join(repo.path, '.git/hooks/post-checkout');
      const path = sandbox.env['PATH'] ?? '';
      const tools = join(sandbox.root, 'tools');
      await mkdir(tools);
      await sandbox.run(
        'sh',
        ['-c', `for t in git sh; do ln -s "$(command -v $t)" ${tools}/$t; done`],
        sandbox.root,
      );
      await sandbox.run('sed', ['-i', 's|^node=.*|node=/nowhere/node|', hook], sandbox.root);
      sandbox.env['PATH'] = tools;
      return async () => {
        sandbox.env['PATH'] = path;
      };
    },
  },
  { name: 'the worker is gone', make: (sandbox) => moved(sandbox.workerBundle) },
  {
    name: 'the worker is garbage',
    make: (sandbox) => instead(sandbox.workerBundle, () => writeFile(sandbox.workerBundle, 'nonsense(')),
  },
  {
    name: 'the spool is a directory',
    make: (_, repo) => instead(join(repo.spool, 'spool'), () => mkdir(join(repo.spool, 'spool'))),
  },
  {
    name: 'the spool is a FIFO',
    make: (sandbox, repo) =>
      instead(join(repo.spool, 'spool'), () =>
        sandbox.run('mkfifo', [join(repo.spool, 'spool')], sandbox.root),
      ),
  },
  {
    name: 'the disk is full',
    make: (_, repo) =>
      instead(join(repo.spool, 'spool'), () => symlink('/dev/full', join(repo.spool, 'spool'))),
  },
  {
    name: 'the spool is a dangling link',
    make: (_, repo) =>
      instead(join(repo.spool, 'spool'), () => symlink('/nowhere/spool', join(repo.spool, 'spool'))),
  },
  { name: 'the spool directory is gone', make: (_, repo) => moved(repo.spool) },
  {
    name: 'the pid file is garbage',
    make: async (_, repo) => {
      await writeFile(join(repo.spool, 'pid'), 'x -1 /\n');
      return () => rm(join(repo.spool, 'pid'), { force: true });
    },
  },
  {
    name: 'the state directory is a file',
    make: (sandbox) => instead(sandbox.state, () => writeFile(sandbox.state, '')),
  },
  {
    name: 'the state directory is read-only',
    make: async (sandbox) => {
      await chmod(sandbox.state, 0o500);
      return () => chmod(sandbox.state, 0o700);
    },
  },
  {
    name: 'HOME is unset',
    make: async (sandbox) => {
      const home = sandbox.home;
      // Git itself needs to know who commits, as in the twin.
      delete sandbox.env['HOME'];
      return async () => {
        sandbox.env['HOME'] = home;
      };
    },
  },
];

const WALK: string[][] = [
  ['checkout', 'release/1'],
  ['checkout', '-'],
  ['switch', 'plain'],
  ['checkout', '--', 'README'],
  ['checkout', 'release/1'],
  ['checkout', 'nowhere'],
];

test.each(faults)('$name', async ({ make }) => {
  await using sandbox = await Sandbox.create();
  await using directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit', members: [directory.addUser({ userName: 'bob@acme.example' })] });
  const config = configFor(directory.url, [rule('one', 'release/*', 'jit')]);
  const repo = await sandbox.repository('r', config, ['release/1', 'plain']);
  const twin = await sandbox.repository('twin', config, ['release/1', 'plain']);
  expect(await repo.install()).toMatchObject({ status: 0 });
  await repo.stopWorker();
  const as = process.getuid?.() === 0 ? { uid: NOBODY } : {};
  if ('uid' in as) await giveAway(sandbox.root);
  const git = (where: Repo, args: string[]): Promise<Ran> => sandbox.run('git', args, where.path, as);

  const mend = await make(sandbox, repo);
  for (const args of WALK) expect(await git(repo, args), args.join(' ')).toEqual(await git(twin, args));
  await mend();
  await repo.stopWorker();
  // Two lines, the first perhaps the only one to reach the spool.
  await git(repo, ['checkout', '-q', 'plain']);
  await git(repo, ['checkout', '-q', 'release/1']);
  const node = await sandbox.run(process.execPath, [sandbox.bin, 'sync'], repo.path, as);
  expect(node).toMatchObject({ status: 0, stderr: '' });
  expect(directory.members('jit')).toContain(alice);
  expect((await sandbox.events()).filter(({ outcome }) => outcome === undefined)).toEqual([]);
});

/** Everything in the sandbox belongs to somebody who is not root. */
async function giveAway(root: string): Promise<void> {
  await chown(root, NOBODY, NOBODY);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chown(join(entry.parentPath, entry.name), NOBODY, NOBODY);
  }
}

test('a full disk under the state directory: nothing is granted, nothing is lost', async (context) => {
  await using sandbox = await Sandbox.create();
  await using directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit', members: [directory.addUser({ userName: 'bob@acme.example' })] });
  await mkdir(sandbox.state, { recursive: true });
  const mounted = await sandbox.run(
    'mount',
    ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', sandbox.state],
    sandbox.root,
  );
  if (mounted.status !== 0) context.skip(`no small disk can be mounted here: ${mounted.stderr}`);
  try {
    const repo = await sandbox.repository('r', configFor(directory.url, [rule('one', 'release/*', 'jit')]), [
      'release/1',
    ]);
    await repo.install();
    await repo.stopWorker();
    await sandbox.run(
      'sh',
      ['-c', `dd if=/dev/zero of=${sandbox.state}/ballast bs=1k 2>&1 || true`],
      sandbox.root,
    );
    expect(await repo.git('checkout', '-q', 'release/1')).toEqual({ status: 0, stdout: '', stderr: '' });
    const sync = await repo.scimHook('sync');
    expect(sync.status).not.toBe(0);
    expect(sync.stderr).not.toContain('bug');
    expect(directory.members('jit')).not.toContain(alice);
    await repo.stopWorker();
    await unlink(join(sandbox.state, 'ballast'));
    expect(await repo.scimHook('sync')).toMatchObject({ status: 0 });
    expect(directory.members('jit')).toContain(alice);
  } finally {
    await sandbox.run('umount', ['-l', sandbox.state], sandbox.root);
  }
});
