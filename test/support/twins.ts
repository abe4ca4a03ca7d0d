// Two repositories that are the same to the byte, of which one has scim-hook: every git command is run in both, and must
// give the same status and output. After each, whatever the hook noted is settled.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { FakeDirectory } from './fake-directory.ts';
import { configFor, rule } from './rules.ts';
import { ALICE, type Ran, Repo, Sandbox, TOKEN } from './sandbox.ts';

/** Branches that grant, and what. */
export const GRANTS = [rule('release', 'release/*', 'jit'), rule('hotfix', 'hotfix/*', 'fix')];

/** What a branch gives, worked out a second time. */
export function groupsOf(branch: string | null): string[] {
  if (branch?.startsWith('release/')) return ['jit'];
  return branch?.startsWith('hotfix/') ? ['fix'] : [];
}

export interface TwinOptions {
  /** For `git init`. */
  readonly init?: readonly string[];
  /** Settings of both repositories. */
  readonly config?: readonly (readonly [string, string])[];
  readonly rules?: readonly object[];
  /** Where ours isn't `.git`. */
  readonly gitDir?: string;
}

export class Twins implements AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly directory: FakeDirectory;
  readonly alice: string;
  readonly ours: Repo;
  readonly twin: Repo;
  #told = 0;
  #isInstalled = false;

  private constructor(sandbox: Sandbox, directory: FakeDirectory, alice: string, gitDir = 'ours/.git') {
    this.sandbox = sandbox;
    this.directory = directory;
    this.alice = alice;
    this.ours = new Repo(sandbox, join(sandbox.root, 'ours'), join(sandbox.root, gitDir));
    this.twin = new Repo(sandbox, join(sandbox.root, 'twin'));
  }

  /** Both on main, with the branches release/1, release/2, hotfix/1 and plain at its first commit. */
  static async create({ init = [], config = [], rules = GRANTS, gitDir }: TwinOptions = {}): Promise<Twins> {
    const sandbox = await Sandbox.create();
    for (const who of ['AUTHOR', 'COMMITTER']) sandbox.env[`GIT_${who}_DATE`] = '2026-01-02T03:04:05Z';
    const directory = await FakeDirectory.start({ token: TOKEN });
    const alice = directory.addUser({ userName: ALICE });
    const bob = directory.addUser({ userName: 'bob@acme.example' });
    for (const displayName of ['jit', 'fix']) directory.addGroup({ displayName, members: [bob] });
    const twins = new Twins(sandbox, directory, alice, gitDir);
    for (const { path } of [twins.ours, twins.twin]) await mkdir(path);
    await twins.git('init', '-q', ...init);
    for (const [key, value] of config) await twins.git('config', key, value);
    await twins.write('.scimsyncrc', JSON.stringify(configFor(directory.url, rules)));
    await twins.write('README', 'one\n');
    await twins.git('add', '-A');
    await twins.git('commit', '-q', '-m', 'Begin');
    for (const branch of ['release/1', 'release/2', 'hotfix/1', 'plain']) await twins.git('branch', branch);
    return twins;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sandbox[Symbol.asyncDispose]();
    await this.directory[Symbol.asyncDispose]();
  }

  /** Puts scim-hook into one of them, and a worktree beside it whose only use is to wake the worker. */
  async install(): Promise<this> {
    this.#isInstalled = true;
    expect(await this.ours.install()).toMatchObject({ status: 0 });
    await this.ours.git('worktree', 'add', '-q', '--detach', join(this.sandbox.root, 'waker'));
    await this.ours.quiet();
    await this.told();
    return this;
  }

  /** As another checkout of the clone does, somewhere else. */
  async wake(): Promise<void> {
    const waker = join(this.sandbox.root, 'waker');
    expect(await this.sandbox.run('git', ['checkout', '-q', '--detach'], waker)).toMatchObject({ status: 0 });
    await this.ours.quiet();
  }

  async write(file: string, text: string): Promise<void> {
    for (const { path } of [this.ours, this.twin]) await new Repo(this.sandbox, path).write(file, text);
  }

  /** `@` in an argument is each one's own name. */
  git(...args: string[]): Promise<Ran> {
    return this.run('.', 'git', args);
  }

  /** In a folder relative to each: `../@-side`. */
  async run(folder: string, file: string, args: readonly string[]): Promise<Ran> {
    const named = (name: string): string[] => args.map((each) => each.replaceAll('@', name));
    const at = (repo: Repo, name: string): string => join(repo.path, folder.replaceAll('@', name));
    const expected = await this.sandbox.run(file, named('twin'), at(this.twin, 'twin'));
    const ran = await this.sandbox.run(file, named('ours'), at(this.ours, 'ours'));
    const same = (text: string): string =>
      text.replaceAll(`${this.sandbox.root}/twin`, `${this.sandbox.root}/ours`);
    const what = `${file} ${args.join(' ')}`;
    expect({ what, ...ran }).toEqual({
      what,
      status: expected.status,
      stdout: same(expected.stdout).replaceAll('twin-', 'ours-'),
      stderr: same(expected.stderr).replaceAll('twin-', 'ours-'),
    });
    if (this.#isInstalled) await this.ours.quiet();
    return ran;
  }

  /** The groups that the person is in, as the directory has it. */
  held(): string[] {
    return ['jit', 'fix'].filter((name) => this.directory.members(name).includes(this.alice));
  }

  async head(folder = '.'): Promise<string | null> {
    const at = join(this.ours.path, folder);
    const { status, stdout } = await this.sandbox.run('git', ['symbolic-ref', '-q', '--short', 'HEAD'], at);
    return status === 0 ? stdout.trim() : null;
  }

  /** The events since the last time somebody asked, and that each is closed. */
  async told(): Promise<string[]> {
    const events = await this.sandbox.events();
    const fresh = events.slice(this.#told);
    this.#told = events.length;
    for (const event of fresh) expect(event).not.toMatchObject({ outcome: undefined });
    return fresh.map(({ kind, from, branch }) => `${kind} ${from ?? null}→${branch}`);
  }
}
