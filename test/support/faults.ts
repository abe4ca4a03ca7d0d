// What can be wrong on a person's machine, each with its making and its mending, and a clone that has a twin without us.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  cp,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { renderHook } from '../../src/core/hook-script.ts';
import { FakeDirectory } from './fake-directory.ts';
import { configFor, rule } from './rules.ts';
import { ALICE, type Ran, type Repo, Sandbox, TOKEN, until } from './sandbox.ts';

/** Root may read and write whatever its mode says; so git and the worker run as somebody who may not. */
const NOBODY = process.getuid?.() === 0 ? 65_534 : undefined;

const NOW = '2026-11-23T18:16:06Z';

export interface Fault {
  readonly name: string;
  make(scene: Scene): Promise<void>;
  mend(scene: Scene): Promise<void>;
  /** What git is called with while it lasts. */
  env?(scene: Scene): Record<string, string>;
  readonly withoutHome?: true;
  /** Switches get into the spool all the same, so none of them may be missing in the log. */
  readonly reachesSpool?: true;
  /** A worker lives while the fault comes. */
  readonly withWorker?: true;
}

export class Scene implements AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly directory: FakeDirectory;
  readonly repo: Repo;
  readonly alice: string;
  readonly bob: string;

  private constructor(sandbox: Sandbox, directory: FakeDirectory, repo: Repo, alice: string, bob: string) {
    this.sandbox = sandbox;
    this.directory = directory;
    this.repo = repo;
    this.alice = alice;
    this.bob = bob;
  }

  /** On `main`, installed and settled; `twin/r` is the same clone as it was before. */
  static async open({ home }: { home?: (sandbox: Sandbox) => Promise<void> } = {}): Promise<Scene> {
    const sandbox = await Sandbox.create();
    await home?.(sandbox);
    const directory = await FakeDirectory.start({ token: TOKEN });
    const alice = directory.addUser({ userName: ALICE });
    const bob = directory.addUser({ userName: 'bob@acme.example' });
    directory.addGroup({ displayName: 'jit', members: [bob] });
    const config = configFor(directory.url, [rule('one', 'release/*', 'jit')]);
    const repo = await sandbox.repository('r', config, ['release/1', 'plain']);
    // Where there is no home, there is no global config.
    await repo.git('config', 'user.email', ALICE);
    await repo.git('config', 'user.name', 'Alice');
    const scene = new Scene(sandbox, directory, repo, alice, bob);
    await mkdir(dirname(scene.twin));
    await cp(repo.path, scene.twin, { recursive: true, preserveTimestamps: true });
    await repo.install();
    await repo.stopWorker();
    if (NOBODY !== undefined) await give(sandbox.root, NOBODY);
    return scene;
  }

  get twin(): string {
    return join(this.sandbox.root, 'twin', 'r');
  }

  get members(): readonly string[] {
    return this.directory.members('jit');
  }

  git(where: string, args: readonly string[], fault?: Fault): Promise<Ran> {
    const options = {
      // A stash is a commit; its id must not depend on which clone was first.
      env: { GIT_AUTHOR_DATE: NOW, GIT_COMMITTER_DATE: NOW, ...fault?.env?.(this) },
      ...(NOBODY === undefined ? {} : { uid: NOBODY }),
    };
    return fault?.withoutHome === true
      ? this.sandbox.run('env', ['-u', 'HOME', 'git', ...args], where, options)
      : this.sandbox.run('git', args, where, options);
  }

  /** Waits until what the last hook started has become a worker, or has failed to: it counts as a worker till then. */
  async startsAreOver(): Promise<void> {
    await until('what the hook started to run, or to end', async () => {
      const found = await stat(pid(this)).catch(() => null);
      const text = found?.isFile() === true ? await readFile(pid(this), 'utf8').catch(() => '') : '';
      return !/^[1-9]\d{0,8}\n?$/.test(text) || !existsSync(`/proc/${text.trim()}/exe`);
    });
  }

  /** Nobody holds the state directory's lock. */
  isFree(): boolean {
    return !existsSync(join(this.sandbox.state, 'lock'));
  }

  /** A switch after all is well again, waited for. */
  async checkout(branch: string): Promise<void> {
    await this.git(this.repo.path, ['checkout', '-q', branch]);
    await this.repo.quiet();
  }

  /** The hook as install writes it, for a Node that may be elsewhere. */
  async putHook(node: string): Promise<void> {
    const template = await readFile(new URL('../../hooks/post-checkout', import.meta.url), 'utf8');
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
    await writeFile(
      join(this.repo.path, '.git', 'hooks', 'post-checkout'),
      renderHook(template, node, sha256),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sandbox[Symbol.asyncDispose]();
    await this.directory[Symbol.asyncDispose]();
  }
}

async function give(path: string, uid: number): Promise<void> {
  await chown(path, uid, uid);
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  await Promise.all(
    entries
      .filter((entry) => !entry.isSymbolicLink())
      .map((entry) => chown(join(entry.parentPath, entry.name), uid, uid)),
  );
}

const spool = ({ repo }: Scene): string => join(repo.spool, 'spool');
const aside = (path: string): string => `${path}.aside`;
const nowhere = (scene: Scene): string => join(scene.sandbox.root, 'nowhere');

/** Something else lies where this was; mending puts it back. */
function replaced(
  name: string,
  what: (scene: Scene) => string,
  by: (path: string, scene: Scene) => Promise<unknown>,
  more: Partial<Fault> = {},
): Fault {
  return {
    name,
    make: async (scene) => {
      await rename(what(scene), aside(what(scene)));
      await by(what(scene), scene);
    },
    mend: async (scene) => {
      await rm(what(scene), { recursive: true, force: true });
      await rename(aside(what(scene)), what(scene));
    },
    ...more,
  };
}

const forbidden = (
  name: string,
  what: (scene: Scene) => string,
  mode: number,
  more: Partial<Fault> = {},
): Fault => ({
  name,
  make: (scene) => chmod(what(scene), mode),
  mend: (scene) => chmod(what(scene), 0o700),
  ...more,
});

const fifo = async (path: string): Promise<void> => {
  execFileSync('mkfifo', ['-m', '666', path]);
};
const nothing = async (): Promise<void> => {};
const bundle = ({ sandbox }: Scene): string => sandbox.workerBundle;
const pid = ({ repo }: Scene): string => join(repo.spool, 'pid');

const garbledPid = (text: string): Fault => ({
  name: `the pid file says ${JSON.stringify(text)}`,
  make: (scene) => writeFile(pid(scene), text, { mode: 0o666 }),
  mend: (scene) => rm(pid(scene), { force: true }),
  reachesSpool: true,
});

/** A PATH with git and nothing else. */
const onlyGit = (scene: Scene): string => join(scene.sandbox.root, 'only-git');

export const FAULTS: readonly Fault[] = [
  {
    name: 'node is gone: neither where install found it nor on PATH',
    make: async (scene) => {
      await scene.putHook(join(nowhere(scene), 'node'));
      await mkdir(onlyGit(scene));
      const git = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
      await symlink(git, join(onlyGit(scene), 'git'));
    },
    mend: (scene) => scene.putHook(process.execPath),
    env: (scene) => ({ PATH: onlyGit(scene) }),
    reachesSpool: true,
  },
  {
    name: 'what install found as node is a program that fails',
    make: (scene) => scene.putHook('/bin/false'),
    mend: (scene) => scene.putHook(process.execPath),
    reachesSpool: true,
  },
  replaced('the worker is gone', bundle, nothing, { reachesSpool: true }),
  replaced('the worker is garbage', bundle, (path) => writeFile(path, 'not; a {program'), {
    reachesSpool: true,
  }),
  replaced('the worker is empty', bundle, (path) => writeFile(path, ''), { reachesSpool: true }),
  replaced('a directory lies where the worker was', bundle, (path) => mkdir(path), { reachesSpool: true }),
  replaced('the spool is a directory', spool, (path) => mkdir(path)),
  replaced('the spool is a FIFO', spool, fifo),
  replaced('the spool is a FIFO, while a worker lives', spool, fifo, { withWorker: true }),
  replaced('the spool is a symlink to where nothing can be made', spool, (path, scene) =>
    symlink(join(nowhere(scene), 'spool'), path),
  ),
  replaced('the spool is a symlink to a file that is not there yet', spool, (path, scene) =>
    symlink(join(scene.sandbox.root, 'elsewhere'), path),
  ),
  replaced('the disk of the spool is full', spool, (path) => symlink('/dev/full', path)),
  replaced(
    'the disk of the spool is full, while a worker lives',
    spool,
    (path) => symlink('/dev/full', path),
    {
      withWorker: true,
    },
  ),
  replaced('the spool is a loop of symlinks', spool, (path) => symlink(path, path)),
  forbidden('the spool may not be written', spool, 0o400),
  replaced('the directory of the spool is gone', ({ repo }) => repo.spool, nothing),
  replaced(
    'a file lies where the directory of the spool was',
    ({ repo }) => repo.spool,
    (path) => writeFile(path, ''),
  ),
  forbidden('the directory of the spool may not be entered', ({ repo }) => repo.spool, 0o000),
  forbidden('the directory of the spool may not be written', ({ repo }) => repo.spool, 0o500, {
    reachesSpool: true,
  }),
  ...[
    '',
    'garbage\n',
    '0\n',
    '-1 r\n',
    '1 r\n',
    '1\n',
    '99999999999999999999 r\n',
    '\0\0\0\0',
    `${'7'.repeat(5000)}`,
  ].map(garbledPid),
  replaced('the pid file is a directory', pid, (path) => mkdir(path), { reachesSpool: true }),
  replaced('the pid file is a FIFO', pid, fifo, { reachesSpool: true }),
  forbidden('the state directory may not be written', ({ sandbox }) => sandbox.state, 0o500, {
    reachesSpool: true,
  }),
  forbidden('the state directory may not be entered', ({ sandbox }) => sandbox.state, 0o000, {
    reachesSpool: true,
  }),
  {
    name: 'the state directory is gone, for good',
    make: ({ sandbox }) => rm(sandbox.state, { recursive: true }),
    mend: nothing,
    reachesSpool: true,
  },
  replaced(
    'a file lies where the parent of the state directory was',
    ({ sandbox }) => dirname(sandbox.state),
    (path) => writeFile(path, ''),
    { reachesSpool: true },
  ),
  {
    name: 'HOME is not set',
    make: nothing,
    mend: nothing,
    withoutHome: true,
    reachesSpool: true,
  },
  { name: 'HOME is empty', make: nothing, mend: nothing, env: () => ({ HOME: '' }), reachesSpool: true },
  { name: 'HOME is relative', make: nothing, mend: nothing, env: () => ({ HOME: '.' }), reachesSpool: true },
];
