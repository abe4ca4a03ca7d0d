// A real repository with the rendered hook in it, run by real git under one shell, its worker a stub.
import { type ChildProcess, type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';
import { type TestContext, vi } from 'vitest';
import { putBlock, renderBlock } from '../../src/core/hook-block.ts';
import { renderHook } from '../../src/core/hook-script.ts';

export const BLOCK_TEMPLATE = readFileSync(
  new URL('../../hooks/post-checkout-block', import.meta.url),
  'utf8',
);
export const TEMPLATE = readFileSync(new URL('../../hooks/post-checkout', import.meta.url), 'utf8');

/** The shells a person's /bin/sh may be, as the words after `#!`. */
export const SHELLS = ['dash', 'bash', 'bash --posix', 'busybox sh'];

export const NULL_OID = '0'.repeat(40);

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What git and the hook must look like from outside, whatever went wrong. */
export const SILENT: Run = { code: 0, stdout: '', stderr: '' };

/** What the stub worker says of itself when it starts. */
interface Start {
  readonly pid: number;
  readonly args: string[];
  readonly cwd: string;
  readonly nodeOptions: string | null;
}

type Env = Record<string, string | undefined>;

interface Options {
  readonly cwd?: string;
  readonly env?: Env;
}

/** Where a tool is. A test without its tool is skipped, saying so; where they are required, it fails. */
export function need(ctx: Pick<TestContext, 'skip'>, tool: string): string {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, tool);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this folder
    }
  }
  if (process.env['SCIM_HOOK_TEST_TOOLS'] === 'required') throw new Error(`${tool} is not installed`);
  return ctx.skip(`${tool} is not installed`);
}

export const until = (what: () => unknown): Promise<void> =>
  vi.waitFor(
    async () => {
      if (!(await what())) throw new Error(`never came true: ${what}`);
    },
    { timeout: 30_000, interval: 10 },
  );

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Gone, or dead and waiting for a parent to reap it. */
export function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return true;
  }
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && /\) [ZX] /.test(readFileSync(stat, 'utf8'));
}

/** Says it started, then stays until the file `linger` is gone: no test leaves one behind. */
const STUB_WORKER = `
const { appendFileSync, existsSync } = require('node:fs');
process.title = 'scim-hook';
const { pid, argv, env } = process;
const start = { pid, args: argv.slice(2), cwd: process.cwd(), nodeOptions: env.NODE_OPTIONS ?? null };
appendFileSync(BOX + '/starts', JSON.stringify(start) + '\\n');
setInterval(() => existsSync(BOX + '/linger') || process.exit(), 10);
`;

export class Box implements AsyncDisposable {
  readonly #children: ChildProcess[] = [];
  readonly #shell: string;
  readonly root: string;
  readonly repo: string;
  readonly home: string;
  readonly ours: string;
  readonly env: Env;

  private constructor(root: string, shell: string) {
    this.#shell = shell;
    this.root = root;
    this.repo = join(root, 'a repo');
    this.home = join(root, 'home');
    this.ours = join(this.repo, '.git', 'scim-hook');
    this.env = { PATH: process.env['PATH'], HOME: this.home, GIT_CONFIG_NOSYSTEM: '1', TMPDIR: root };
  }

  /** Two branches, `main` and `next`; the hook is in place, its worker is a program that does nothing. */
  static async open(ctx: Pick<TestContext, 'skip'>, shell: string): Promise<Box> {
    const [name = '', ...options] = shell.split(' ');
    const [found, stand] = [[need(ctx, name), ...options].join(' '), need(ctx, 'true')];
    const root = await realpath(await mkdtemp(join(tmpdir(), 'scim-hook-')));
    const box = new Box(root, found);
    await Promise.all([mkdir(box.home), mkdir(box.repo)]);
    await writeFile(
      join(box.home, '.gitconfig'),
      '[user]\nname = Alice\nemail = alice@acme.example\n[init]\ndefaultBranch = main\n[advice]\ndetachedHead = false\n',
    );
    await box.git('init', '-q');
    await writeFile(join(box.repo, 'file'), 'one\n');
    await box.git('add', 'file');
    await box.git('commit', '-q', '-m', 'one');
    await box.git('branch', 'next');
    await mkdir(box.ours, { mode: 0o700 });
    await box.install(stand);
    return box;
  }

  /** Renders the hook for a program in node's place, to be run by this box's shell. */
  async install(node: string, edit: (text: string) => string = (text) => text): Promise<string> {
    const path = join(this.repo, '.git', 'hooks', 'post-checkout');
    const text = renderHook(TEMPLATE, node, sha256).replace('/bin/sh', this.#shell);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, edit(text), { mode: 0o755 });
    return path;
  }

  /** Somebody's own hook, with our block in it as install puts it there. */
  async host(text: string, mode = 0o755, alone = false): Promise<string> {
    const path = join(this.repo, '.git', 'hooks', 'post-checkout');
    const block = renderBlock(BLOCK_TEMPLATE, sha256, alone);
    await writeFile(path, putBlock(text, block, sha256), { encoding: 'latin1', mode });
    await chmod(path, mode);
    await writeFile(join(this.ours, 'node'), `${process.execPath}\n`);
    return path;
  }

  /** Puts a worker into a data folder; it stays until `dismiss`. */
  async stub(data = join(this.home, '.local', 'share'), body = STUB_WORKER): Promise<void> {
    await mkdir(join(data, 'scim-hook'), { recursive: true });
    await writeFile(join(this.root, 'linger'), '');
    await writeFile(
      join(data, 'scim-hook', 'worker.cjs'),
      `const BOX = ${JSON.stringify(this.root)};\n${body}`,
    );
  }

  /** The repository with a hook that starts real node on the stub. */
  async withWorker(): Promise<void> {
    await this.install(process.execPath);
    await this.stub();
  }

  async dismiss(): Promise<void> {
    await rm(join(this.root, 'linger'), { force: true });
    await until(() => this.starts().every(({ pid }) => hasEnded(pid)));
  }

  starts(): Start[] {
    return linesOf(join(this.root, 'starts')).map((line): Start => JSON.parse(line));
  }

  spool(git = join(this.repo, '.git')): string[][] {
    return linesOf(join(git, 'scim-hook', 'spool')).map((line) => line.split('\t'));
  }

  pidFile(): Promise<string> {
    return readFile(join(this.ours, 'pid'), 'utf8');
  }

  async pid(): Promise<number> {
    return Number.parseInt(await this.pidFile(), 10);
  }

  writePid(text: string): Promise<void> {
    return writeFile(join(this.ours, 'pid'), text);
  }

  git(...args: string[]): Promise<Run> {
    return this.run('git', args);
  }

  gitIn(options: Options, ...args: string[]): Promise<Run> {
    return this.run('git', args, options);
  }

  /** The hook by hand, as git would call it for a switch. */
  hook(options: Options = {}, ...args: string[]): Promise<Run> {
    const given = args.length > 0 ? args : ['old', 'new', '1'];
    return this.run(join(this.repo, '.git', 'hooks', 'post-checkout'), given, options);
  }

  run(file: string, args: string[], { cwd = this.repo, env = {} }: Options = {}): Promise<Run> {
    return new Promise((resolve) => {
      const options = { cwd, env: defined({ ...this.env, ...env }) };
      execFile(file, args, options, (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
        resolve({ code, stdout, stderr });
      });
    });
  }

  async oid(rev: string): Promise<string> {
    return (await this.git('rev-parse', rev)).stdout.trim();
  }

  /** A process that lives as long as the box does; it runs under its own name once this resolves. */
  async start(file: string, args: string[]): Promise<ChildProcessByStdio<null, Readable, null>> {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'], env: defined(this.env) });
    this.#children.push(child);
    await once(child, 'spawn');
    return child;
  }

  /** A node process, once it has run the code. */
  async node(code: string): Promise<number> {
    const args = ['-e', `${code}; console.log('up'); setInterval(() => {}, 60_000)`];
    const child = await this.start(process.execPath, args);
    await once(child.stdout, 'data');
    return pidOf(child);
  }

  /** What the hook takes for a worker at work. */
  async liveWorker(): Promise<void> {
    await this.writePid(`${await this.node("process.title = 'scim-hook'")} r\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await this.dismiss();
    await rm(this.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

export function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('it never started');
  return child.pid;
}

const linesOf = (path: string): string[] =>
  existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];

/** An undefined value takes the variable out. */
const defined = (env: Env): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
