// The stage of `try`: a home, a repository and a directory of its own, so that nothing of the person's is touched.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Failure } from '../core/failure.ts';
import { ok, type Result } from '../core/result.ts';
import type { ServedDirectory } from '../directory/serve.ts';

interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Took {
  /** Milliseconds `git checkout` took. */
  readonly git: number;
  /** Milliseconds from its return to the last change in the directory; null where nothing was to change. */
  readonly change: number | null;
}

/** How long a switch may take until it is settled, in milliseconds. */
const PATIENCE = 15_000;

export class Stage {
  static readonly SUBJECT = 'alice@acme.example';
  static readonly WALK = ['release/2.1', 'hotfix/login', 'main'];
  static readonly RULES = [
    '{ "name": "release", "branches": ["release/*"], "grant": { "groups": ["jit-release"] }, "for": "8h" }',
    '{ "name": "hotfix", "branches": ["hotfix/**"], "grant": { "groups": ["jit-release", "jit-oncall"] }, "for": "2h" }',
  ].join('\n');

  readonly directory: ServedDirectory;
  private readonly root: string;
  private readonly env: Record<string, string>;
  /** When each write reached the directory, in milliseconds of `performance.now()`. */
  private readonly writes: number[];

  private constructor(
    root: string,
    env: Record<string, string>,
    directory: ServedDirectory,
    writes: number[],
  ) {
    this.root = root;
    this.env = env;
    this.directory = directory;
    this.writes = writes;
  }

  static async open(
    root: string,
    env: Readonly<Record<string, string | undefined>>,
  ): Promise<Result<Stage, Failure>> {
    const { serveDirectory } = await import('../directory/serve.ts');
    const token = randomBytes(18).toString('base64url');
    const writes: number[] = [];
    const served = await serveDirectory({
      port: 0,
      file: null,
      token,
      seed: {
        users: [{ userName: Stage.SUBJECT }, { userName: 'bob@acme.example' }],
        groups: ['jit-release', 'jit-oncall'].map((displayName) => ({
          displayName,
          members: ['bob@acme.example'],
        })),
      },
      onRequest: ({ method }) => {
        if (method === 'PATCH') writes.push(performance.now());
      },
    });
    if (!served.ok) return served;
    const stage = new Stage(root, ownEnvironment(root, env, token), served.value, writes);
    const made = await stage.makeRepository();
    if (made.ok) return ok(stage);
    await served.value.close();
    return made;
  }

  private async makeRepository(): Promise<Result<void, Failure>> {
    await mkdir(join(this.root, 'home'));
    await mkdir(this.repository);
    const config = {
      version: 1,
      scim: { endpoint: this.directory.url },
      managed: { groups: ['jit-*'] },
      rules: Stage.RULES.split('\n').map((line): unknown => JSON.parse(line)),
    };
    await writeFile(join(this.repository, '.scimsyncrc'), `${JSON.stringify(config, null, 2)}\n`);
    const steps = [
      ['init', '-q', '-b', 'main'],
      ['config', 'user.email', Stage.SUBJECT],
      ['config', 'user.name', 'Alice'],
      ['add', '.'],
      ['commit', '-q', '-m', 'Say who may do what on which branch'],
      ...Stage.WALK.filter((branch) => branch !== 'main').map((branch) => ['branch', branch]),
    ];
    for (const args of steps) {
      const ran = await this.run('git', args);
      if (ran.status !== 0) {
        const missing = /ENOENT/.test(ran.stderr);
        return {
          ok: false,
          failure: missing
            ? { code: 'git-missing' }
            : { code: 'git-failed', command: `git ${args.join(' ')}`, detail: ran.stderr },
        };
      }
    }
    return ok(undefined);
  }

  private get repository(): string {
    return join(this.root, 'repo');
  }

  /** This very program, as somebody would call it. */
  scimHook(...args: readonly string[]): Promise<Ran> {
    return this.run(process.execPath, [process.argv[1] ?? '', ...args]);
  }

  /** Null when the switch wasn't settled in time. */
  async checkout(branch: string): Promise<Took | null> {
    this.writes.length = 0;
    const started = performance.now();
    const ran = await this.run('git', ['checkout', '-q', branch]);
    const returned = performance.now();
    if (ran.status !== 0 || !(await this.settled(branch))) return null;
    const last = this.writes.at(-1);
    return { git: returned - started, change: last === undefined ? null : last - returned };
  }

  /** Waits for the closing line of the last switch, as the log has it. */
  async settled(branch = 'main'): Promise<boolean> {
    const log = join(this.root, 'home', '.local', 'state', 'scim-hook', 'audit', 'audit.jsonl');
    const deadline = performance.now() + PATIENCE;
    while (performance.now() < deadline) {
      const last = (await readFile(log, 'utf8').catch(() => '')).trimEnd().split('\n').at(-1) ?? '';
      if (last.includes('"kind":"sync"') && last.includes(`"branch":${JSON.stringify(branch)}`)) return true;
      await pause(5);
    }
    return false;
  }

  private run(file: string, args: readonly string[]): Promise<Ran> {
    return new Promise((resolve) => {
      execFile(file, [...args], { cwd: this.repository, env: this.env }, (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ status, stdout, stderr: error !== null && stderr === '' ? error.message : stderr });
      });
    });
  }

  /** Ends the worker too: it lingers, and would write into what is being removed. */
  async close(): Promise<void> {
    const pid = Number.parseInt(
      await readFile(join(this.repository, '.git', 'scim-hook', 'pid'), 'utf8').catch(() => ''),
      10,
    );
    if (pid > 0) {
      try {
        process.kill(pid);
      } catch {
        // It was on its way out already.
      }
    }
    await this.directory.close();
  }
}

/** Nothing of the person's git, home or settings reaches the stage, and nothing of the stage reaches them. */
function ownEnvironment(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
  token: string,
): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) => !/^(?:GIT_|SCIM_HOOK|XDG_)/.test(name));
  const own: Record<string, string> = {};
  for (const [name, value] of kept) if (value !== undefined) own[name] = value;
  return {
    ...own,
    HOME: join(root, 'home'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: join(root, 'home', '.gitconfig'),
    SCIM_HOOK_TOKEN: token,
  };
}
