// What `git checkout` costs with our hook, against an empty `#!/bin/sh` one: the least that any hook costs.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { putBlock, renderBlock } from '../src/core/hook-block.ts';
import { renderHook } from '../src/core/hook-script.ts';
import { type Figure, median } from './figure.ts';

const ROUNDS = 400;
const WARM_UP = 10;
const STORMS = 3;
const STORM_LENGTH = 500;
/** Checkouts of one arm before it is the other's turn, so that what else the machine does meets both alike. */
const TURN = 20;
/** Milliseconds: a storm's worker lives until it is ended. */
const LINGER = '600000';

/** Starts, says so, and goes at once, or lives on in a storm. */
const STUB = `
process.title = 'scim-hook';
require('node:fs').appendFileSync(__dirname + '/starts', process.pid + '\\n');
setTimeout(() => {}, Number(process.env.SCIM_HOOK_BENCH_LINGER ?? 0));
`;

/** `beside…`: our block in somebody's empty shell hook. */
const ARMS = ['none', 'empty', 'alive', 'spawning', 'beside', 'besideSpawning'] as const;
type Arm = (typeof ARMS)[number];

export async function benchHook(): Promise<Figure[]> {
  const bench = new Bench();
  try {
    await bench.prepare();
    return [...(await switches(bench)), ...(await storms(bench))];
  } finally {
    await bench.close();
  }
}

async function switches(bench: Bench): Promise<Figure[]> {
  const times: Record<Arm, number[]> = {
    none: [],
    empty: [],
    alive: [],
    spawning: [],
    beside: [],
    besideSpawning: [],
  };
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    for (const arm of shuffled(ARMS)) {
      const spawns = arm === 'spawning' || arm === 'besideSpawning';
      if (spawns) rmSync(bench.pidFile(arm), { force: true });
      bench.warmUp();
      const ms = bench.checkout(arm);
      // The node it left behind would slow down whoever is measured next.
      if (spawns) await bench.workerGone(arm);
      if (round >= 0) times[arm].push(ms);
    }
  }
  if (bench.starts() !== 2 * (ROUNDS + WARM_UP))
    throw new Error('the arms did not do what they are named for');
  const empty = median(times.empty);
  const figure = (arm: Arm, name: string, target: number | null): Figure => ({
    name,
    value: rounded(median(times[arm]) / empty),
    target,
    unit: '×',
    note: `median of ${ROUNDS}: ${median(times[arm]).toFixed(2)} ms, empty hook ${empty.toFixed(2)} ms`,
  });
  return [
    figure('none', 'checkout without a hook', null),
    figure('alive', 'checkout while a worker is alive', 1.05),
    figure('spawning', 'checkout that starts a worker', 1.15),
    figure('beside', "in somebody's shell hook: checkout while a worker is alive", 1.05),
    figure('besideSpawning', "in somebody's shell hook: checkout that starts a worker", 1.15),
  ];
}

async function storms(bench: Bench): Promise<Figure[]> {
  const totals = { empty: [] as number[], spawning: [] as number[] };
  let workers = 0;
  for (let storm = 0; storm < STORMS; storm += 1) {
    rmSync(bench.pidFile('spawning'), { force: true });
    const before = bench.starts();
    const total = { empty: 0, spawning: 0 };
    for (let done = 0; done < STORM_LENGTH; done += TURN) {
      for (const arm of shuffled(['empty', 'spawning'] as const))
        for (let i = 0; i < TURN; i += 1) total[arm] += bench.checkout(arm, LINGER);
    }
    totals.empty.push(total.empty);
    totals.spawning.push(total.spawning);
    await bench.endWorker('spawning');
    workers = Math.max(workers, bench.starts() - before);
  }
  const [empty, spawning] = [median(totals.empty), median(totals.spawning)];
  const name = `storm of ${STORM_LENGTH} checkouts`;
  const note = `median of ${STORMS}: ${spawning.toFixed(0)} ms, empty hook ${empty.toFixed(0)} ms`;
  return [
    { name, value: rounded(spawning / empty), target: 1.15, unit: '×', note },
    {
      name: `workers started by a ${name}`,
      value: workers,
      target: 1,
      unit: 'workers',
      note: 'the most in any',
    },
  ];
}

/** One repository per arm, all alike, so that no arm profits from what another left in a cache. */
class Bench {
  readonly #root = mkdtempSync(join(tmpdir(), 'scim-hook-bench-'));
  readonly #data = join(this.#root, 'home', '.local', 'share', 'scim-hook');
  readonly #on = Object.fromEntries(ARMS.map((arm) => [arm, 'main'])) as Record<Arm, string>;
  #worker: ChildProcess | null = null;

  async prepare(): Promise<void> {
    mkdirSync(this.#data, { recursive: true });
    writeFileSync(join(this.#data, 'worker.cjs'), STUB);
    this.#seed();
    for (const arm of ARMS) {
      if (arm !== 'none') cpSync(this.#repo('none'), this.#repo(arm), { recursive: true });
      mkdirSync(join(this.#repo(arm), '.git', 'scim-hook'), { recursive: true, mode: 0o700 });
    }
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
    const ours = renderHook(readFileSync('hooks/post-checkout', 'utf8'), process.execPath, sha256);
    const block = renderBlock(readFileSync('hooks/post-checkout-block', 'utf8'), sha256);
    const beside = putBlock('#!/bin/sh\n', block, sha256);
    this.#install('empty', '#!/bin/sh\n');
    this.#install('alive', ours);
    this.#install('spawning', ours);
    this.#install('beside', beside);
    this.#install('besideSpawning', beside);
    const code = "process.title = 'scim-hook'; console.log(); setInterval(() => {}, 60_000)";
    const worker = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#worker = worker;
    await once(worker.stdout, 'data');
    for (const arm of ['alive', 'beside'] as const) writeFileSync(this.pidFile(arm), `${worker.pid} r\n`);
  }

  /** Milliseconds of one `git checkout` to the other branch. */
  checkout(arm: Arm, linger = '0'): number {
    this.#on[arm] = this.#on[arm] === 'main' ? 'next' : 'main';
    const start = process.hrtime.bigint();
    this.#git(arm, linger, 'checkout', '-q', this.#on[arm]);
    return Number(process.hrtime.bigint() - start) / 1e6;
  }

  /** A machine that just waited is slower for a while: each arm is measured right after the same work. */
  warmUp(): void {
    this.#git('none', '0', 'status', '--porcelain');
    this.#git('none', '0', 'status', '--porcelain');
  }

  pidFile(arm: Arm): string {
    return join(this.#repo(arm), '.git', 'scim-hook', 'pid');
  }

  starts(): number {
    const file = join(this.#data, 'starts');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
  }

  async workerGone(arm: Arm): Promise<void> {
    const pid = await this.#workerOf(arm);
    while (isAlive(pid)) await pause(5);
  }

  async endWorker(arm: Arm): Promise<void> {
    const pid = await this.#workerOf(arm);
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    await this.workerGone(arm);
  }

  async #workerOf(arm: Arm): Promise<number> {
    // In somebody's hook the pid is written a moment after git went on.
    const read = (): string => (existsSync(this.pidFile(arm)) ? readFileSync(this.pidFile(arm), 'utf8') : '');
    while (!read().endsWith('\n')) await pause(1);
    return Number.parseInt(read(), 10);
  }

  async close(): Promise<void> {
    this.#worker?.kill('SIGKILL');
    rmSync(this.#root, { recursive: true, force: true });
  }

  #seed(): void {
    mkdirSync(this.#repo('none'));
    const config = '[user]\nname = Alice\nemail = alice@acme.example\n[init]\ndefaultBranch = main\n';
    writeFileSync(join(this.#root, 'home', '.gitconfig'), config);
    const git = (...args: string[]): void => this.#git('none', '0', ...args);
    const write = (count: number, text: string): void => {
      for (let i = 0; i < count; i += 1) writeFileSync(join(this.#repo('none'), `file-${i}`), text);
      git('add', '.');
      git('commit', '-q', '-m', text);
    };
    git('init', '-q');
    write(20, 'one\n');
    git('branch', 'next');
    write(4, 'two\n');
  }

  #install(arm: Arm, text: string): void {
    const hooks = join(this.#repo(arm), '.git', 'hooks');
    mkdirSync(hooks, { recursive: true });
    writeFileSync(join(hooks, 'post-checkout'), text, { mode: 0o755 });
    writeFileSync(join(this.#repo(arm), '.git', 'scim-hook', 'node'), `${process.execPath}\n`);
  }

  #repo(arm: Arm): string {
    return join(this.#root, arm);
  }

  #git(arm: Arm, linger: string, ...args: string[]): void {
    const env = {
      PATH: process.env['PATH'],
      HOME: join(this.#root, 'home'),
      GIT_CONFIG_NOSYSTEM: '1',
      SCIM_HOOK_BENCH_LINGER: linger,
    };
    execFileSync('git', args, { cwd: this.#repo(arm), env, stdio: 'ignore' });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !(existsSync(`/proc/${pid}/comm`) && !existsSync(`/proc/${pid}/exe`));
  } catch {
    return false;
  }
}

const rounded = (ratio: number): number => Math.round(ratio * 1000) / 1000;

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
