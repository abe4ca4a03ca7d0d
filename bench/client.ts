// What the SCIM client costs: the delay before its first byte against a bare undici, and the requests that changes take.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { FakeDirectory } from '../test/support/fake-directory.ts';
import { endWorker, quiet } from './clone.ts';
import { type Figure, median } from './figure.ts';

const ROUNDS = 30;
const TOKEN = 'bench';
const ALICE = 'alice@acme.example';

/** The same request by both: one GET of a user, with the token. */
const BARE = `
import { Client } from 'undici';
const url = new URL(process.argv[2]);
const client = new Client(url.origin);
const { body } = await client.request({ method: 'GET', path: url.pathname, headers: { authorization: 'Bearer ${TOKEN}' } });
await body.text();
await client.close();
`;
const OURS = `
import { createConnector } from './src/adapters/scim/connector.ts';
const at = process.argv[2].lastIndexOf('/Users/');
const connector = createConnector({
  token: { token: () => Promise.resolve('${TOKEN}') },
  userAgent: 'bench', newRequestId: () => 'r', now: Date.now, way: () => ({ proxy: null, caFile: null }),
});
const directory = connector.connect(process.argv[2].slice(0, at), { pinned: true, timeout: 3000 });
await directory.subject(process.argv[2].slice(at + 7));
await connector.close();
`;

export async function benchClient(): Promise<Figure[]> {
  const root = mkdtempSync(join(tmpdir(), 'scim-hook-bench-'));
  const directory = await FakeDirectory.start({ token: TOKEN });
  try {
    return [...(await firstByte(root, directory)), ...(await requests(root, directory))];
  } finally {
    await directory[Symbol.asyncDispose]();
    rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

async function firstByte(root: string, directory: FakeDirectory): Promise<Figure[]> {
  const url = `${directory.url}/Users/${directory.addUser({ userName: 'first-byte' })}`;
  const [bare, ours] = [await bundled(root, 'bare', BARE), await bundled(root, 'ours', OURS)];
  const times: Record<'bare' | 'ours', number[]> = { bare: [], ours: [] };
  for (let round = -2; round < ROUNDS; round += 1) {
    for (const [name, file] of [
      ['bare', bare],
      ['ours', ours],
    ] as const) {
      const ms = await arrival(directory, file, url);
      if (round >= 0) times[name].push(ms);
    }
  }
  const [base, own] = [median(times.bare), median(times.ours)];
  return [
    {
      name: 'process started → first request arrived: our client ÷ a bare bundled undici',
      value: own / base,
      target: 1.3,
      unit: '×',
      note: `median of ${ROUNDS}: ${own.toFixed(0)} ms ÷ ${base.toFixed(0)} ms`,
    },
  ];
}

/** Only for the plain name, as build/build.mjs has it. */
const SLIM: Plugin = {
  name: 'slim-undici',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^undici$/ }, () => ({ path: resolve('build/undici-client.js') }));
  },
};

/** As the package is built: the same undici, in one file. */
async function bundled(root: string, name: string, contents: string): Promise<string> {
  const outfile = join(root, `${name}.mjs`);
  await build({
    stdin: { contents, resolveDir: resolve('.'), loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.18',
    format: 'esm',
    minify: true,
    plugins: [SLIM],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  return outfile;
}

async function arrival(directory: FakeDirectory, file: string, url: string): Promise<number> {
  const next = directory.next().then(() => performance.now());
  const started = performance.now();
  const child = spawn(process.execPath, [file, url], { stdio: 'ignore' });
  const took = (await next) - started;
  await new Promise((done) => child.once('exit', done));
  return took;
}

/** Of whole `scim-hook sync` calls, by what the directory was asked. */
async function requests(root: string, directory: FakeDirectory): Promise<Figure[]> {
  const one = await Person.install(root, directory, 1);
  const cold = await one.sync('release/1');
  await one.sync('main');
  const known = await one.sync('release/1');
  const many = await Person.install(root, directory, 20);
  const manyCold = await many.sync('release/1');
  await many.sync('main');
  const manyKnown = await many.sync('release/1');
  const figure = (name: string, value: number, target: number): Figure => ({
    name,
    value,
    target,
    unit: 'requests',
  });
  return [
    figure('one group added, nothing known', cold, 6),
    figure('one group added, ids known', known, 4),
    figure('20 groups added, nothing known', manyCold, 62),
    figure('20 groups added, ids known', manyKnown, 62),
  ];
}

class Person {
  private readonly repo: string;
  private readonly env: Record<string, string>;
  private readonly directory: FakeDirectory;

  private constructor(root: string, directory: FakeDirectory, groups: number) {
    this.directory = directory;
    this.repo = join(root, `repo-${groups}`);
    this.env = {
      PATH: process.env['PATH'] ?? '',
      HOME: join(root, `home-${groups}`),
      GIT_CONFIG_NOSYSTEM: '1',
      SCIM_HOOK_TOKEN: TOKEN,
    };
    mkdirSync(this.repo);
    mkdirSync(this.env['HOME'] ?? '');
  }

  static async install(root: string, directory: FakeDirectory, count: number): Promise<Person> {
    const person = new Person(root, directory, count);
    const user = `${count}-${ALICE}`;
    directory.addUser({ userName: user });
    const others = ['bob', 'carol'].map((name) => directory.addUser({ userName: `${name}-${count}` }));
    const groups = Array.from({ length: count }, (_, index) => `jit-${count}-${index}`);
    for (const displayName of groups) directory.addGroup({ displayName, members: others });
    const rules = [{ name: 'release', branches: ['release/*'], grant: { groups } }];
    writeFileSync(
      join(person.repo, '.scimsyncrc'),
      JSON.stringify({ version: 1, scim: { endpoint: directory.url, deadline: '1m' }, rules }),
    );
    person.git('init', '-q', '-b', 'main');
    person.git('config', 'user.email', user);
    person.git('config', 'user.name', 'Alice');
    person.git('add', '-A');
    person.git('commit', '-q', '-m', 'Begin');
    person.git('branch', 'release/1');
    await person.scimHook('install', '--yes');
    await quiet(person.repo);
    await endWorker(person.repo);
    return person;
  }

  /** How many requests it took. The hook is off, so that no worker is first. */
  async sync(branch: string): Promise<number> {
    this.git('-c', 'core.hooksPath=/dev/null', 'checkout', '-q', branch);
    const before = this.directory.requests.length;
    await this.scimHook('sync');
    return this.directory.requests.length - before;
  }

  private git(...args: string[]): void {
    execFileSync('git', args, { cwd: this.repo, env: this.env, stdio: 'ignore' });
  }

  private async scimHook(...args: string[]): Promise<void> {
    await promisify(execFile)(process.execPath, [resolve('bin/scim-hook.js'), ...args], {
      cwd: this.repo,
      env: this.env,
    });
  }
}
