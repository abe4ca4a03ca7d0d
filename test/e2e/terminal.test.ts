// Terminal manners on a real pseudo-terminal: narrow and wide, Ctrl-C, no colour, hostile names, readers that go away.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, type TestContext, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';
import { Terminal } from '../support/terminal.ts';

interface Stage extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly directory: FakeDirectory;
  readonly alice: string;
}

async function stage(group = 'jit', branch = 'release/1'): Promise<Stage> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: group, members: [directory.addUser({ userName: 'bob@acme.example' })] });
  const rules = [rule('one', ['release/**'], group)];
  const repo = await sandbox.repository('r', configFor(directory.url, rules), [branch]);
  const end = async (): Promise<void> => {
    await sandbox[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  };
  return { sandbox, repo, directory, alice, [Symbol.asyncDispose]: end };
}

type On = { columns?: number; env?: Record<string, string> };

const open = (ctx: TestContext, { sandbox, repo }: Stage, args: readonly string[], on: On = {}): Terminal =>
  Terminal.open(ctx, [process.execPath, sandbox.bin, ...args], {
    cwd: repo.path,
    env: { ...sandbox.env, ...on.env },
    columns: on.columns ?? 80,
  });

test.for([40, 80])(
  'on %s columns no word is broken that fits, and what is said stays the same',
  async (columns, ctx) => {
    await using staged = await stage();
    await staged.repo.install();
    await staged.repo.checkout('release/1');
    for (const args of [['--help'], ['sync', '--help'], ['status'], ['plan'], ['sync', '--brnch']]) {
      await using terminal = open(ctx, staged, args, { columns });
      await terminal.end();
      // A spinner turns only where the work takes its time, and takes itself away again.
      const text = stripVTControlCharacters(terminal.shown)
        .replace(/[\u2800-\u28ff] (?:Looking|Syncing)/gu, '')
        .replaceAll('\r\n', '\n');
      const long = text.split('\n').filter((line) => line.length > columns);
      // What may be wider is one word or one command: the terminal breaks those, so that they can still be copied.
      expect(
        long.filter((line) => !/^(?:\s*|\S+ {2,})(?:\S+|`[^`]+`\S*|\$ .*)$/.test(line)),
        args.join(' '),
      ).toEqual([]);
      const { stdout, stderr } = await staged.repo.scimHook(...args);
      const words = (said: string): string => said.replace(/\s+/g, '').replace(/\d+(?:ms|min|h|s)/g, '');
      expect(words(text), args.join(' ')).toBe(words(stdout + stderr));
    }
  },
);

test('colours come and go as asked', async (ctx) => {
  await using staged = await stage();
  await staged.repo.install();
  const colored = async (args: string[], env: Record<string, string>): Promise<boolean> => {
    await using terminal = open(ctx, staged, args, { env });
    expect(await terminal.end()).toBe(0);
    return terminal.shown.includes('\u001b[');
  };
  expect(await colored(['status'], {})).toBe(true);
  expect(await colored(['status', '--no-color'], {})).toBe(false);
  expect(await colored(['status'], { NO_COLOR: '1' })).toBe(false);
  expect(await colored(['status'], { NO_COLOR: '1', FORCE_COLOR: '1' })).toBe(false);
  expect(await colored(['status'], { TERM: 'dumb' })).toBe(false);
  expect(await colored(['status'], { FORCE_COLOR: '0' })).toBe(false);
  const piped = (env: Record<string, string>) =>
    staged.sandbox.run(process.execPath, [staged.sandbox.bin, 'status'], staged.repo.path, { env });
  expect((await piped({ FORCE_COLOR: '1' })).stdout).toContain('\u001b[');
  expect((await piped({})).stdout).not.toContain('\u001b[');
});

test('a stream that is no terminal gets no colours because the other one is', async (ctx) => {
  await using staged = await stage();
  const { sandbox, repo } = staged;
  await using terminal = Terminal.open(
    ctx,
    ['sh', '-c', '"$0" "$1" sync --branch a..b 2>err', process.execPath, sandbox.bin],
    { cwd: repo.path, env: sandbox.env },
  );
  expect(await terminal.end()).toBe(3);
  const said = readFileSync(join(repo.path, 'err'), 'utf8');
  expect(said).toContain('scim-hook:');
  expect(said).not.toContain('\u001b');
});

test('where nothing may move, progress is said once in a line', async (ctx) => {
  await using staged = await stage();
  await staged.repo.install();
  staged.directory.misbehave({ how: 'hang' }, { times: 1 });
  await using terminal = open(ctx, staged, ['sync', '--branch', 'release/2'], { env: { TERM: 'dumb' } });
  await terminal.end();
  expect(terminal.shown.match(/Syncing …\r\n/g)).toHaveLength(1);
  expect(terminal.shown).not.toContain('\u001b');
});

test.for([
  ['Ctrl-C', '\u0003', 130],
  ['Ctrl-D', '\u0004', 3],
  ['no', 'n\r', 3],
] as const)('%s at the question leaves everything as it was', async ([, keys, status], ctx) => {
  await using staged = await stage();
  const { repo, sandbox, directory } = staged;
  const config = readFileSync(join(repo.path, '.git', 'config'), 'utf8');
  await using terminal = open(ctx, staged, ['install']);
  await terminal.shows('[y/N]');
  terminal.type(keys);
  expect(await terminal.end()).toBe(status);
  expect(terminal.shown).toContain('nothing was changed');
  expect(terminal.shown).not.toMatch(/\n\s+at |bug/);
  expect(readFileSync(join(repo.path, '.git', 'config'), 'utf8')).toBe(config);
  expect(existsSync(join(repo.path, '.git', 'hooks', 'post-checkout'))).toBe(false);
  expect(existsSync(sandbox.workerBundle)).toBe(false);
  expect(directory.count('PATCH')).toBe(0);
});

test('Ctrl-C while a sync runs: it comes to its end, the lock is free, and the next one settles the rest', async (ctx) => {
  await using staged = await stage();
  const { repo, sandbox, directory, alice } = staged;
  await repo.install();
  await repo.stopWorker();
  directory.misbehave({ how: 'hang' }, { method: 'PATCH', times: 1 });
  const arrived = nextPatch(directory);
  await using terminal = open(ctx, staged, ['sync', '--branch', 'release/2', '--wait']);
  await arrived;
  terminal.type('\u0003');
  await terminal.shows('what has begun is finished first');
  expect(await terminal.end()).toBe(130);
  expect(terminal.shown).not.toMatch(/\n\s+at /);
  // The cursor is there again.
  expect(terminal.shown.lastIndexOf('\u001b[?25h')).toBeGreaterThanOrEqual(
    terminal.shown.lastIndexOf('\u001b[?25l'),
  );
  expect(existsSync(join(sandbox.state, 'lock'))).toBe(false);
  expect(await repo.scimHook('sync', '--branch', 'release/2')).toMatchObject({ status: 0 });
  expect(directory.members('jit')).toContain(alice);
  expect((await sandbox.ledger()).holdings).toMatchObject([{ state: 'held' }]);
});

test('a second Ctrl-C ends at once, and nothing is lost by that', async (ctx) => {
  await using staged = await stage();
  const { repo, sandbox, directory, alice } = staged;
  await repo.install();
  await repo.stopWorker();
  directory.misbehave({ how: 'hang' }, { method: 'PATCH', times: 1 });
  const arrived = nextPatch(directory);
  await using terminal = open(ctx, staged, ['sync', '--branch', 'release/2', '--wait']);
  await arrived;
  terminal.type('\u0003');
  await terminal.shows('what has begun is finished first');
  terminal.type('\u0003');
  expect(await terminal.end()).toBe(130);
  expect(terminal.shown.lastIndexOf('\u001b[?25h')).toBeGreaterThanOrEqual(
    terminal.shown.lastIndexOf('\u001b[?25l'),
  );
  expect(existsSync(join(sandbox.state, 'lock'))).toBe(false);
  expect((await sandbox.ledger()).holdings).toMatchObject([{ state: 'adding' }]);
  expect(await repo.scimHook('sync', '--branch', 'release/2')).toMatchObject({ status: 0 });
  expect(directory.members('jit')).toContain(alice);
  expect((await sandbox.ledger()).holdings).toMatchObject([{ state: 'held' }]);
});

async function nextPatch(directory: FakeDirectory): Promise<void> {
  while ((await directory.next()).method !== 'PATCH');
}

test('whoever stops reading stdout or stderr, or has no room, makes no stack', async () => {
  await using staged = await stage();
  const { sandbox, repo } = staged;
  const sh = (script: string) => sandbox.run('sh', ['-c', script, process.execPath, sandbox.bin], repo.path);
  const status = (ran: { stdout: string }): string => ran.stdout.trim();
  expect(
    status(await sh('{ "$0" "$1" sync 2>&1 >/dev/null; echo $? >status; } | :; sleep 0; cat status')),
  ).toBe('3');
  expect(status(await sh('"$0" "$1" sync 2>&-; echo $?'))).toBe('3');
  expect(status(await sh('"$0" "$1" status >&-; echo $?'))).toMatch(/^[01]$/);
  const full = await sh('"$0" "$1" status >/dev/full; echo $?');
  expect(status(full)).toBe('1');
  expect(full.stderr).toMatch(/^scim-hook: the answer could not be written \(ENOSPC\)\.\n$/);
});

/** Each acts on a terminal, or hides what it says. */
const HOSTILE = [
  '\u001b[2J\u001b[31m',
  '\u001b]0;title\u0007',
  '\u001b]8;;http://evil.example\u001b\\link\u001b]8;;\u001b\\',
  '\u009b31m',
  '\u009d0;x\u009c',
  '\u202edrowssap\u2066',
  'a\r\nscim-hook: all is well',
  'z\u200bw\u2060\ufeff',
  '\u2028\u2029',
  '\u{e0041}\u{e007f}',
  '\u007f\b\b',
  `${'long'.repeat(2_000)}\u0000`,
].join('·');
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const forTerminals = (text: string): string => text.replaceAll('\n', '');

test('no name from a branch, a rule or a server acts on the terminal; JSON has them as they are', async () => {
  // git allows no C0 controls in a ref, but all of these.
  const branch = 'release/\u009b31m\u202ex\u200b\u{e0041}';
  await using staged = await stage(HOSTILE, branch);
  const { repo, directory } = staged;
  expect(await repo.install()).toMatchObject({ status: 0 });
  await repo.checkout(branch);
  const commands = [
    ['status'],
    ['log'],
    ['revoke', '--all'],
    ['plan', '--branch', branch],
    ['sync', '--dry-run', '--branch', branch],
    ['sync', '--branch', branch],
    ['sync'],
    ['sync', '--branch', HOSTILE.replaceAll('\u0000', '')],
    ['install', '--policy', branch],
    ['install', '--endpoint', `http://127.0.0.1/${branch}`],
    ['revoke', '--lease', branch],
    ['directory', '--port', branch],
    ['log', '-n', branch],
    [branch],
    ['revoke', '--all'],
  ];
  let shownGroup = 0;
  for (const args of commands) {
    const name = args.slice(0, 2).join(' ').slice(0, 20);
    const ran = await repo.scimHook(...args);
    // Between columns, and nowhere else.
    const tabs = args[0] === 'log' ? /(?<=^(?:[^\t]*\t){0,7}[^\t]*)\t/gm : /$^/;
    expect(forTerminals((ran.stdout + ran.stderr).replace(tabs, ' ')), name).not.toMatch(UNSEEN);
    expect(ran.stdout + ran.stderr, name).not.toMatch(/^scim-hook: all is well/m);
    expect(ran.stdout.length + ran.stderr.length, name).toBeLessThan(8_000);
    const json = await repo.scimHook(...args, '--json');
    expect(forTerminals(json.stdout + json.stderr), name).not.toMatch(UNSEEN);
    JSON.parse(json.stdout);
    if (JSON.stringify(JSON.parse(json.stdout)).includes(JSON.stringify(HOSTILE).slice(1, -1)))
      shownGroup += 1;
  }
  expect(shownGroup).toBeGreaterThan(3);
  const answer = JSON.stringify({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    detail: HOSTILE,
  });
  directory.misbehave({ how: 'answer', status: 400, body: answer });
  const failed = await repo.scimHook('sync', '--branch', branch);
  expect(failed.status).toBe(1);
  expect(forTerminals(failed.stdout + failed.stderr)).not.toMatch(UNSEEN);
});
