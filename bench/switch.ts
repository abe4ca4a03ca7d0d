// From the moment `git checkout` returns to the moment the PATCH reaches a loopback directory, cold and warm.
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { FakeDirectory, type LoggedRequest } from '../test/support/fake-directory.ts';
import { endWorker, quiet } from './clone.ts';
import { type Figure, median } from './figure.ts';

const ROUNDS = 25;
const TOKEN = 'bench';
const ALICE = 'alice@acme.example';

export async function benchSwitch(): Promise<Figure[]> {
  const root = mkdtempSync(join(tmpdir(), 'scim-hook-bench-'));
  const directory = await FakeDirectory.start({ token: TOKEN });
  try {
    const stage = new Stage(root, directory);
    await stage.install();
    const bare: number[] = [];
    const cold: number[] = [];
    const warm: number[] = [];
    const requests: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(await stage.bareFetch());
      await stage.endWorker();
      cold.push(await stage.switchTo('release/1'));
      warm.push(await stage.switchTo('main'));
      await stage.endWorker();
      bare.push(await stage.bareFetch());
      cold.push(await stage.switchTo('release/1'));
      const before = directory.requests.length;
      warm.push(await stage.switchTo('main'));
      requests.push(directory.requests.length - before);
    }
    const idle = await stage.requestsOfNoChange();
    return [
      { name: 'cold: checkout returned → PATCH arrived', value: median(cold), target: null, unit: 'ms' },
      {
        name: 'bare `node -e "fetch(…PATCH…)"`: started → PATCH arrived',
        value: median(bare),
        target: null,
        unit: 'ms',
      },
      { name: 'cold ÷ bare fetch', value: median(cold) / median(bare), target: 1.8, unit: '×' },
      {
        name: 'lingering worker: checkout returned → PATCH arrived',
        value: median(warm),
        target: 60,
        unit: 'ms',
      },
      {
        name: 'requests for a switch that changes one group, ids known',
        value: Math.max(...requests),
        target: 4,
        unit: 'requests',
      },
      { name: 'requests for a switch that changes nothing', value: idle, target: 0, unit: 'requests' },
    ];
  } finally {
    await directory[Symbol.asyncDispose]();
    rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

class Stage {
  private readonly repo: string;
  private readonly env: Record<string, string>;
  private readonly directory: FakeDirectory;

  constructor(root: string, directory: FakeDirectory) {
    this.directory = directory;
    this.repo = join(root, 'repo');
    const home = join(root, 'home');
    mkdirSync(this.repo);
    mkdirSync(home);
    this.env = {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      GIT_CONFIG_NOSYSTEM: '1',
      SCIM_HOOK_TOKEN: TOKEN,
    };
    directory.addUser({ userName: ALICE });
    const bob = directory.addUser({ userName: 'bob@acme.example' });
    directory.addGroup({ displayName: 'jit-release', members: [bob] });
  }

  async install(): Promise<void> {
    const rules = [{ name: 'release', branches: ['release/*'], grant: { groups: ['jit-release'] } }];
    this.git('init', '-q', '-b', 'main');
    this.git('config', 'user.email', ALICE);
    this.git('config', 'user.name', 'Alice');
    for (let file = 0; file < 20; file++) writeFileSync(join(this.repo, `file-${file}`), `${file}\n`);
    writeFileSync(
      join(this.repo, '.scimsyncrc'),
      JSON.stringify({ version: 1, scim: { endpoint: this.directory.url }, rules }),
    );
    this.git('add', '-A');
    this.git('commit', '-q', '-m', 'Begin');
    for (const branch of ['release/1', 'plain/1', 'plain/2']) this.git('branch', branch);
    // Not the synchronous one: the directory answers from this very process.
    await promisify(execFile)(process.execPath, [resolve('bin/scim-hook.js'), 'install', '--yes'], {
      cwd: this.repo,
      env: this.env,
    });
    await this.quiet();
    // The ids are known, and the group was seen to list its members.
    await this.switchTo('release/1');
    await this.switchTo('main');
  }

  private git(...args: string[]): void {
    execFileSync('git', args, { cwd: this.repo, env: this.env, stdio: 'ignore' });
  }

  /** Milliseconds from the return of the checkout to the arrival of the PATCH. */
  async switchTo(branch: string): Promise<number> {
    const arrived = this.arrival();
    this.git('checkout', '-q', branch);
    const returned = performance.now();
    const took = (await arrived) - returned;
    await this.quiet();
    return took;
  }

  private async arrival(): Promise<number> {
    for (;;) {
      const request: LoggedRequest = await this.directory.next();
      if (request.method === 'PATCH') return performance.now();
    }
  }

  async requestsOfNoChange(): Promise<number> {
    const before = this.directory.requests.length;
    for (const branch of ['plain/1', 'plain/2', 'main']) {
      this.git('checkout', '-q', branch);
      await this.quiet();
    }
    return this.directory.requests.length - before;
  }

  async bareFetch(): Promise<number> {
    const arrived = this.arrival();
    const code = `fetch(${JSON.stringify(`${this.directory.url}/Users`)}, { method: 'PATCH', body: '{}' })`;
    const started = performance.now();
    const child: ChildProcess = spawn(process.execPath, ['-e', code], { stdio: 'ignore' });
    const took = (await arrived) - started;
    await new Promise((done) => child.once('exit', done));
    return took;
  }

  endWorker(): Promise<void> {
    return endWorker(this.repo);
  }

  private quiet(): Promise<void> {
    return quiet(this.repo);
  }
}
