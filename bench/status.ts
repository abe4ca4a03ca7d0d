// What `scim-hook status` takes in a repository with many branches and worktrees, against `git status` there.
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { FakeDirectory } from '../test/support/fake-directory.ts';
import { endWorker, quiet } from './clone.ts';
import { type Figure, median } from './figure.ts';

const ROUNDS = 20;
const BRANCHES = 1_000;
const WORKTREES = 50;
const TOKEN = 'bench';
const ALICE = 'alice@acme.example';

type Command = readonly [file: string, ...args: string[]];

/** `node`: a program that does nothing, which is the least that any command of ours takes. */
const ARMS = {
  git: ['git', 'status'],
  node: [process.execPath, '-e', ''],
  ours: [process.execPath, resolve('bin/scim-hook.js'), 'status'],
} as const satisfies Record<string, Command>;

export async function benchStatus(): Promise<Figure[]> {
  const root = mkdtempSync(join(tmpdir(), 'scim-hook-bench-'));
  const directory = await FakeDirectory.start({ token: TOKEN });
  try {
    const clone = await prepared(root, directory);
    const times = { git: [] as number[], node: [] as number[], ours: [] as number[] };
    for (let round = -2; round < ROUNDS; round += 1) {
      for (const arm of ['git', 'node', 'ours'] as const) {
        const ms = await clone.time(ARMS[arm]);
        if (round >= 0) times[arm].push(ms);
      }
    }
    const [git, node, ours] = [median(times.git), median(times.node), median(times.ours)];
    const inIt = `${BRANCHES} branches and ${WORKTREES} worktrees`;
    const note = (mine: number): string =>
      `median of ${ROUNDS}: ${mine.toFixed(1)} ms ÷ ${git.toFixed(1)} ms`;
    return [
      {
        name: `status with ${inIt} ÷ git status`,
        value: ours / git,
        target: 3,
        unit: '×',
        note: note(ours),
      },
      {
        name: 'an empty Node process ÷ git status',
        value: node / git,
        target: null,
        unit: '×',
        note: note(node),
      },
      { name: `status with ${inIt} ÷ an empty Node process`, value: ours / node, target: null, unit: '×' },
    ];
  } finally {
    await directory[Symbol.asyncDispose]();
    rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** Installed and settled, on a branch that grants; no worker is left to compete. */
async function prepared(
  root: string,
  directory: FakeDirectory,
): Promise<{ time(command: Command): Promise<number> }> {
  const repo = join(root, 'repo');
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: join(root, 'home'),
    GIT_CONFIG_NOSYSTEM: '1',
    SCIM_HOOK_TOKEN: TOKEN,
  };
  const git = (...args: string[]): void => {
    execFileSync('git', args, { cwd: repo, env, stdio: 'ignore' });
  };
  mkdirSync(repo);
  mkdirSync(env.HOME);
  directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit', members: [directory.addUser({ userName: 'bob' })] });
  const rules = [{ name: 'release', branches: ['release/*'], grant: { groups: ['jit'] } }];
  const config = { version: 1, scim: { endpoint: directory.url }, rules };
  writeFileSync(join(repo, '.scimsyncrc'), JSON.stringify(config));
  git('init', '-q', '-b', 'main');
  git('config', 'user.email', ALICE);
  git('config', 'user.name', 'Alice');
  git('add', '-A');
  git('commit', '-q', '-m', 'Begin');
  const branches = Array.from({ length: BRANCHES }, (_, at) => `release/${at}`);
  const input = branches.map((name) => `create refs/heads/${name} HEAD\n`).join('');
  execFileSync('git', ['update-ref', '--stdin'], { cwd: repo, env, input });
  for (const name of branches.slice(0, WORKTREES)) git('worktree', 'add', '-q', `../w/${name}`, name);
  await promisify(execFile)(process.execPath, [resolve('bin/scim-hook.js'), 'install', '--yes'], {
    cwd: repo,
    env,
  });
  await quiet(repo);
  git('checkout', '-q', `release/${BRANCHES - 1}`);
  await quiet(repo);
  await endWorker(repo);
  return {
    time: async ([file, ...args]) => {
      const started = performance.now();
      await promisify(execFile)(file, args, { cwd: repo, env });
      return performance.now() - started;
    },
  };
}
