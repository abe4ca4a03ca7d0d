// A person's machine for one test: a home, git without anybody's config, the packed command line, real repositories.
// `await using sandbox = await Sandbox.create()`; at its end it kills what it started and deletes everything.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { inject } from 'vitest';
import type { AuditLine } from '../../src/core/audit-record.ts';
import type { Ledger } from '../../src/core/ledger.ts';
import { linesOfLog } from './stored-log.ts';

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const TOKEN = 'test-token-1234';
export const ALICE = 'alice@acme.example';

/** Waits for something that will happen; a test that waits in vain fails with what it waited for. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  within = 20_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + within;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== null && seen !== false) return seen as NonNullable<T>;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await pause(10);
  }
}

export class Sandbox {
  readonly root: string;
  /** Change it to change what later commands see. */
  readonly env: Record<string, string>;
  readonly repositories: Repo[] = [];

  private constructor(root: string) {
    this.root = root;
    this.env = {
      PATH: process.env['PATH'] ?? '',
      HOME: join(root, 'home'),
      TMPDIR: join(root, 'tmp'),
      GIT_CONFIG_NOSYSTEM: '1',
      LC_ALL: 'C.UTF-8',
      SCIM_HOOK_TOKEN: TOKEN,
    };
  }

  static async create(): Promise<Sandbox> {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'scim-hook-e2e-')));
    await mkdir(join(root, 'home'));
    await mkdir(join(root, 'tmp'));
    const sandbox = new Sandbox(root);
    await sandbox.run('git', ['config', '--global', 'user.email', ALICE], root);
    await sandbox.run('git', ['config', '--global', 'user.name', 'Alice'], root);
    await sandbox.run('git', ['config', '--global', 'init.defaultBranch', 'main'], root);
    return sandbox;
  }

  get home(): string {
    return join(this.root, 'home');
  }

  /** The state directory. */
  get state(): string {
    return join(this.home, '.local', 'state', 'scim-hook');
  }

  get workerBundle(): string {
    return join(this.home, '.local', 'share', 'scim-hook', 'worker.cjs');
  }

  /** The command line's entry, from the installed tarball. */
  get bin(): string {
    return join(inject('packageDirectory'), 'bin', 'scim-hook.js');
  }

  run(
    file: string,
    args: readonly string[],
    cwd: string,
    options: { env?: Record<string, string>; input?: string; uid?: number } = {},
  ): Promise<Ran> {
    return new Promise((resolve) => {
      const env = { ...this.env, ...options.env };
      const identity = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid };
      const child = execFile(
        file,
        [...args],
        { cwd, env, maxBuffer: 64 * 1024 * 1024, ...identity },
        (error, stdout, stderr) => {
          const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
          resolve({
            status,
            stdout,
            stderr: error !== null && typeof error.code === 'string' ? error.message : stderr,
          });
        },
      );
      // A program that reads nothing may be gone before this arrives.
      child.stdin?.on('error', () => {});
      child.stdin?.end(options.input ?? '');
    });
  }

  /** A repository with one commit on main that holds the config, and these branches. */
  async repository(
    name: string,
    config: object | string | null,
    branches: readonly string[] = [],
  ): Promise<Repo> {
    const path = join(this.root, name);
    await mkdir(path);
    const repo = new Repo(this, path);
    this.repositories.push(repo);
    await repo.git('init', '-q');
    if (config !== null)
      await repo.write(
        '.scimsyncrc',
        typeof config === 'string' ? config : `${JSON.stringify(config, null, 2)}\n`,
      );
    await repo.write('README', `${name}\n`);
    await repo.commit('Begin');
    for (const branch of branches) await repo.git('branch', branch);
    return repo;
  }

  /** All lines of the audit log that parse, oldest first. */
  async audit(): Promise<AuditLine[]> {
    return (await linesOfLog(join(this.state, 'audit'))) as unknown as AuditLine[];
  }

  async ledger(): Promise<Ledger> {
    return JSON.parse(await readFile(join(this.state, 'ledger.json'), 'utf8')) as Ledger;
  }

  /** The events of the log: what they were, and how each was closed (undefined: it is still open). */
  async events(): Promise<
    { kind: string; from: unknown; branch: unknown; outcome: unknown; reason: unknown }[]
  > {
    const lines = await this.audit();
    const steps = new Set(['intent', 'change', 'sync', 'log-start', 'install', 'uninstall', 'trust']);
    return lines
      .filter((line) => !steps.has(line.kind))
      .map((line) => {
        const closing = lines.find(
          (other) => other.kind === 'sync' && other.event === line.event && other.outcome !== 'pending',
        );
        return {
          kind: line.kind,
          from: line.from,
          branch: line.branch,
          outcome: closing?.outcome,
          reason: closing?.reason,
        };
      });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of this.workers()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It was gone already.
      }
    }
    await until('the workers to end', () => this.workers().length === 0);
    await rm(this.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }

  /** Workers of this sandbox that live, found by what they were started with. */
  workers(): number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => {
        try {
          const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
          const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
          return (
            environment.includes(`HOME=${this.home}\0`) &&
            (name === 'scim-hook' || name === 'node' || name === 'MainThread') &&
            pid !== process.pid
          );
        } catch {
          return false;
        }
      });
  }
}

export class Repo {
  readonly sandbox: Sandbox;
  readonly path: string;
  private readonly gitDir: string;

  /** `gitDir`: where it isn't `.git` (a submodule, --separate-git-dir). */
  constructor(sandbox: Sandbox, path: string, gitDir = join(path, '.git')) {
    this.sandbox = sandbox;
    this.path = path;
    this.gitDir = gitDir;
  }

  git(...args: string[]): Promise<Ran> {
    return this.sandbox.run('git', args, this.path);
  }

  scimHook(...args: string[]): Promise<Ran> {
    return this.sandbox.run(process.execPath, [this.sandbox.bin, ...args], this.path);
  }

  async write(file: string, text: string): Promise<void> {
    await writeFile(join(this.path, file), text);
  }

  async commit(message: string): Promise<void> {
    await this.git('add', '-A');
    await this.git('commit', '-q', '-m', message);
  }

  get spool(): string {
    return join(this.gitDir, 'scim-hook');
  }

  /** Installs and waits for the first sync, which install's own proof brings about. */
  async install(...args: string[]): Promise<Ran> {
    const ran = await this.scimHook('install', '--yes', ...args);
    if (ran.status === 0) await this.quiet();
    return ran;
  }

  /** Switches, and waits until everything that the hook noted is closed in the log. */
  async checkout(...args: string[]): Promise<Ran> {
    const ran = await this.git('checkout', '-q', ...args);
    await this.quiet();
    return ran;
  }

  /** Waits until the spool is read to its end and no event is open. */
  async quiet(): Promise<void> {
    await until(`${this.path} to be settled`, () => this.isQuiet());
  }

  async isQuiet(): Promise<boolean> {
    const progress = await this.progress();
    const spool = join(this.spool, 'spool');
    const size = existsSync(spool) ? readFileSync(spool).length : 0;
    // The lock is let go of last: a worker that is killed before that leaves it behind for seconds.
    const busy = existsSync(join(this.sandbox.state, 'lock'));
    return (
      !busy && progress !== null && progress.open.length === 0 && (progress.cursor?.offset ?? 0) === size
    );
  }

  async progress(): Promise<{ open: { id: string }[]; cursor: { offset: number } | null } | null> {
    const text = await readFile(join(this.spool, 'progress.json'), 'utf8').catch(() => null);
    return text === null
      ? null
      : (JSON.parse(text) as { open: { id: string }[]; cursor: { offset: number } | null });
  }

  /**
   * Ends the lingering worker, so that the next switch starts a new one; and others of this clone, if two hooks started
   * one each, or one is on its way out: it would go on with the clock and the environment that it has.
   */
  async stopWorker(): Promise<void> {
    const marked = Number.parseInt(await readFile(join(this.spool, 'pid'), 'utf8').catch(() => ''), 10);
    const pids = new Set([...(marked > 0 ? [marked] : []), ...this.#workers()]);
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        pids.delete(pid);
      }
    }
    await until('the workers to end', () => [...pids].every((pid) => !existsSync(`/proc/${pid}/exe`)));
  }

  #workers(): number[] {
    return this.sandbox.workers().filter((pid) => {
      try {
        return [this.gitDir, this.spool].includes(readlinkSync(`/proc/${pid}/cwd`));
      } catch {
        return false;
      }
    });
  }
}
