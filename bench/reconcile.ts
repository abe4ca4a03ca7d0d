// `reconcile --json` as a real process over a ledger with a thousand and two thousand entries: time, memory, requests.
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { FakeDirectory } from '../test/support/fake-directory.ts';
import { type Figure, median } from './figure.ts';

const ROUNDS = 5;
const FEW = 1_000;
const MANY = 2_000;
const TOKEN = 'bench';
const ALICE = 'alice@acme.example';

interface Measured {
  readonly ms: number;
  /** Peak resident set. */
  readonly mebibytes: number;
  readonly requests: number;
}

export async function benchReconcile(): Promise<Figure[]> {
  const [few, many] = [await Stage.of(FEW), await Stage.of(MANY)];
  try {
    const took: { readonly few: Measured; readonly many: Measured }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      took.push({ few: await few.reconcile(), many: await many.reconcile() });
    }
    // At once it answers one after the other: only a directory that takes its time shows how many wait for it.
    few.directory.misbehave({ how: 'slow-first-byte', ms: 5 });
    await few.reconcile();
    const ratio = median(took.map((each) => each.many.ms / each.few.ms));
    return [
      {
        name: `reconcile of ${MANY} entries ÷ of ${FEW}: time`,
        value: ratio,
        target: 2.2,
        unit: '×',
        note: `${Math.round(median(took.map((each) => each.many.ms)))} ms and ${Math.round(median(took.map((each) => each.few.ms)))} ms`,
      },
      {
        name: `reconcile of ${MANY} entries: peak memory`,
        value: Math.max(...took.map(({ many: { mebibytes } }) => mebibytes)),
        target: 150,
        unit: 'MiB',
      },
      {
        name: `reconcile of ${FEW} entries, each answer after 5 ms: requests in flight at once`,
        value: few.directory.mostInFlight,
        target: 4,
        unit: 'requests',
      },
      {
        name: `reconcile of ${MANY} entries: requests for each`,
        value: Math.max(...took.map(({ many: { requests } }) => requests)) / MANY,
        target: null,
        unit: '×',
      },
    ];
  } finally {
    for (const stage of [few, many]) await stage.end();
  }
}

class Stage {
  readonly directory: FakeDirectory;
  private readonly root: string;
  private readonly repo: string;
  private readonly env: Record<string, string>;
  private readonly entries: number;

  private constructor(directory: FakeDirectory, entries: number) {
    this.directory = directory;
    this.entries = entries;
    this.root = mkdtempSync(join(tmpdir(), 'scim-hook-bench-'));
    this.repo = join(this.root, 'repo');
    this.env = {
      PATH: process.env['PATH'] ?? '',
      HOME: join(this.root, 'home'),
      GIT_CONFIG_NOSYSTEM: '1',
      SCIM_HOOK_TOKEN: TOKEN,
    };
    for (const directory of [this.repo, join(this.root, 'home')]) mkdirSync(directory);
  }

  /** A clone on a branch whose rule gives so many groups, all of them given and in the ledger. */
  static async of(entries: number): Promise<Stage> {
    const stage = new Stage(await FakeDirectory.start({ token: TOKEN }), entries);
    await stage.install();
    return stage;
  }

  private async install(): Promise<void> {
    const alice = this.directory.addUser({ userName: ALICE });
    const bob = this.directory.addUser({ userName: 'bob@acme.example' });
    const names = Array.from({ length: this.entries }, (_, index) => `jit-${index}`);
    const ids = names.map((displayName) => this.directory.addGroup({ displayName, members: [bob, alice] }));
    const rules = [{ name: 'all', branches: ['release/*'], grant: { groups: names } }];
    const config = { version: 1, scim: { endpoint: this.directory.url }, rules };
    this.git('init', '-q', '-b', 'main');
    this.git('config', 'user.email', ALICE);
    this.git('config', 'user.name', 'Alice');
    writeFileSync(join(this.repo, '.scimsyncrc'), JSON.stringify(config));
    this.git('add', '-A');
    this.git('commit', '-q', '-m', 'Begin');
    // Not the synchronous one: the directory answers from this very process.
    await this.scimHook('install', '--yes');
    this.git('-c', 'core.hooksPath=/dev/null', 'checkout', '-q', '-b', 'release/1');
    this.fillLedger(alice, ids, names);
    // What the switch itself left to do is done, and the ids are known.
    await this.scimHook('sync');
  }

  /** As it would be after a switch that gave all of it, without the two thousand changes. */
  private fillLedger(subjectId: string, ids: readonly string[], names: readonly string[]): void {
    const state = join(this.env['HOME'] ?? '', '.local', 'state', 'scim-hook');
    const since = Date.now() - 3_600_000;
    const holder = { endpoint: this.directory.url, subjectId, subject: ALICE };
    const holdings = ids.map((id, index) => ({
      ...holder,
      item: { kind: 'group', name: names[index], id },
      before: 'absent',
      managed: false,
      state: 'held',
      event: 'bench',
      lease: null,
      rules: ['all'],
      repo: 'bench',
      branch: 'release/1',
      since,
    }));
    mkdirSync(state, { recursive: true, mode: 0o700 });
    const ledger = { version: 1, leases: [], holdings, groups: [] };
    writeFileSync(join(state, 'ledger.json'), JSON.stringify(ledger), { mode: 0o600 });
  }

  private git(...args: string[]): void {
    execFileSync('git', args, { cwd: this.repo, env: this.env, stdio: 'ignore' });
  }

  private async scimHook(...args: string[]): Promise<void> {
    const bin = resolve('bin/scim-hook.js');
    await promisify(execFile)(process.execPath, [bin, ...args], {
      cwd: this.repo,
      env: this.env,
      maxBuffer: 1 << 26,
    });
  }

  async reconcile(): Promise<Measured> {
    const before = this.directory.requests.length;
    this.directory.mostInFlight = 0;
    const started = performance.now();
    const child: ChildProcess = spawn(
      process.execPath,
      [resolve('bin/scim-hook.js'), 'reconcile', '--json'],
      { cwd: this.repo, env: this.env, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, highWater(child.pid));
    }, 5);
    let answer = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    const status = await new Promise((done) => child.once('close', done));
    const ms = performance.now() - started;
    clearInterval(watch);
    const { summary } = JSON.parse(answer) as { summary: { looked: number } };
    if (status !== 0 || summary.looked !== this.entries)
      throw new Error(
        `reconcile ended with ${status} after ${summary.looked} entries: ${answer.slice(0, 2_000)}`,
      );
    return { ms, mebibytes: peak, requests: this.directory.requests.length - before };
  }

  async end(): Promise<void> {
    await this.directory[Symbol.asyncDispose]();
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** The most memory that a process had resident so far, in MiB; 0 where it is gone, or nobody says. */
function highWater(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
