// A clone with a person in it, and its twin without us: where faults are made, and what git says compared.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { renderHook } from '../../src/core/hook-script.ts';
import { FakeDirectory } from './fake-directory.ts';
import { configFor, rule } from './rules.ts';
import { ALICE, type Ran, type Repo, Sandbox, TOKEN, until } from './sandbox.ts';

/** Root may read and write whatever its mode says; so git and the worker run as somebody who may not. */
export const NOBODY = process.getuid?.() === 0 ? 65_534 : undefined;

/** Of the system's own PATH: a fault may take the PATH away. */
const GIT = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();

const NOW = '2026-11-23T18:16:06Z';

export interface Fault {
  readonly name: string;
  make(scene: Scene): Promise<void>;
  mend(scene: Scene): Promise<void>;
  /** What git is called with while it lasts. */
  env?(scene: Scene): Record<string, string>;
  /** Switches get into the spool all the same, so none of them may be missing in the log. */
  readonly reachesSpool?: true;
  /** A worker lives while the fault comes. */
  readonly withWorker?: true;
  /** What git is run through, as `env -u HOME`; ends where git's own words begin. */
  readonly through?: readonly string[];
  /** Git runs as root, as under sudo. */
  readonly asRoot?: true;
  /** Where it can't be made on this machine, why. */
  readonly isMissing?: () => string | null;
  /** What must hold once git has run, while the fault still lasts. */
  expect?(scene: Scene): Promise<void>;
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

  git(
    where: string,
    args: readonly string[],
    fault?: Pick<Fault, 'env' | 'asRoot' | 'through'>,
  ): Promise<Ran> {
    const options = {
      // A stash is a commit; its id must not depend on which clone was first.
      env: { GIT_AUTHOR_DATE: NOW, GIT_COMMITTER_DATE: NOW, ...fault?.env?.(this) },
      ...(NOBODY === undefined || fault?.asRoot === true ? {} : { uid: NOBODY }),
    };
    const [program = GIT, ...rest] = [...(fault?.through ?? []), GIT, ...args];
    return this.sandbox.run(program, rest, where, options);
  }

  /** Waits until what the last hook started has become a worker, or has failed to: it counts as a worker till then. */
  async startsAreOver(): Promise<void> {
    const pid = join(this.repo.spool, 'pid');
    await until('what the hook started to run, or to end', async () => {
      const found = await stat(pid).catch(() => null);
      const text = found?.isFile() === true ? await readFile(pid, 'utf8').catch(() => '') : '';
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

export async function give(path: string, uid: number): Promise<void> {
  await chown(path, uid, uid);
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  await Promise.all(
    entries
      .filter((entry) => !entry.isSymbolicLink())
      .map((entry) => chown(join(entry.parentPath, entry.name), uid, uid)),
  );
}
