// Beside the real hook managers, whoever came first: both hooks run, and what was there comes back to the byte.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { need } from '../adapters/hook-rig.ts';
import { everything } from '../support/everything.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { type HookManagers, installHookManagers } from '../support/hook-managers.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';

let managers: HookManagers;
beforeAll(() => {
  managers = installHookManagers();
});
afterAll(() => rmSync(managers.folder, { recursive: true, force: true }));

interface Manager {
  readonly name: string;
  readonly how: string;
  /** Debian's program, where it is one. */
  readonly needs?: string;
  /** Files that their user writes; their hook leaves a line in `ran`. */
  readonly files: Readonly<Record<string, string>>;
  /** As they tell their users to; also again, later. */
  readonly install: (repo: Repo) => Promise<unknown>;
  /** Ours survives that they are installed after us, and again. Else `status` says that we were displaced. */
  readonly survivesFirst: boolean;
  readonly survivesAgain: boolean;
}

const RAN = 'echo theirs >>ran';
const node = (repo: Repo, ...args: string[]) => repo.sandbox.run(process.execPath, args, repo.path);

const MANAGERS: readonly Manager[] = [
  {
    // The script is the team's, so ours goes into the shim, which husky writes anew.
    name: 'husky 9 with a script for this hook',
    how: 'block',
    files: { '.husky/post-checkout': `${RAN}\n` },
    install: (repo) => node(repo, managers.husky),
    survivesFirst: false,
    survivesAgain: false,
  },
  {
    name: 'lefthook 2',
    how: 'lefthook',
    files: { 'lefthook.yml': `post-checkout:\n  jobs:\n    - name: theirs\n      run: ${RAN}\n` },
    install: (repo) => node(repo, managers.lefthook, 'install', '--force'),
    survivesFirst: false,
    survivesAgain: true,
  },
  {
    name: 'simple-git-hooks',
    how: 'block',
    files: { 'package.json': `{ "simple-git-hooks": { "post-checkout": "${RAN}" } }\n` },
    install: (repo) => node(repo, managers.simpleGitHooks),
    survivesFirst: false,
    survivesAgain: false,
  },
  {
    name: 'pre-commit',
    how: 'legacy',
    needs: 'pre-commit',
    files: {
      '.pre-commit-config.yaml': [
        'repos:',
        '  - repo: local',
        '    hooks:',
        '      - id: theirs',
        '        name: theirs',
        '        language: system',
        `        entry: sh -c '${RAN}'`,
        '        stages: [post-checkout]',
        '        always_run: true',
        '',
      ].join('\n'),
    },
    install: (repo) => repo.sandbox.run('pre-commit', ['install', '-t', 'post-checkout'], repo.path),
    survivesFirst: true,
    survivesAgain: true,
  },
];

interface Staged extends AsyncDisposable {
  readonly repo: Repo;
  readonly granted: () => boolean;
  readonly ran: () => string;
  readonly hook: () => Promise<{ state: string; how: string | null }>;
}

async function staged(files: Readonly<Record<string, string>>): Promise<Staged> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit', members: [directory.addUser({ userName: 'bob@acme.example' })] });
  const repo = await sandbox.repository('r', configFor(directory.url, [rule('one', 'release/*', 'jit')]));
  for (const [file, text] of Object.entries(files)) {
    await sandbox.run('mkdir', ['-p', join(repo.path, file, '..')], repo.path);
    await repo.write(file, text);
  }
  await repo.write('.gitignore', 'ran\n');
  await repo.commit('Hooks');
  await repo.git('branch', 'release/1');
  return {
    repo,
    granted: () => directory.members('jit').includes(alice),
    ran: () => (existsSync(join(repo.path, 'ran')) ? readFileSync(join(repo.path, 'ran'), 'utf8') : ''),
    hook: async () =>
      (
        JSON.parse((await repo.scimHook('status', '--json')).stdout) as {
          hook: { state: string; how: string | null };
        }
      ).hook,
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

async function bothRun({ repo, granted, ran }: Staged): Promise<void> {
  const before = ran().length;
  expect(await repo.checkout('release/1')).toMatchObject({ status: 0 });
  expect([granted(), ran().length > before]).toEqual([true, true]);
  expect(await repo.checkout('main')).toMatchObject({ status: 0 });
  expect(granted()).toBe(false);
}

describe.each(MANAGERS)('$name', (manager) => {
  const { how, files, install, survivesAgain, survivesFirst } = manager;

  test('installed before us: both run, and uninstall restores the bytes', async (context) => {
    if (manager.needs !== undefined) need(context, manager.needs);
    await using stage = await staged(files);
    const { repo } = stage;
    await install(repo);
    const before = everything(repo);
    expect(await repo.install()).toMatchObject({ status: 0, stderr: '' });
    expect(await stage.hook()).toMatchObject({ state: 'runs', how });
    const once = everything(repo);
    expect(await repo.install()).toMatchObject({ status: 0 });
    expect(everything(repo)).toEqual({
      ...once,
      '.git/scim-hook/progress.json': expect.any(String),
      '.git/scim-hook/spool': expect.any(String),
    });
    await bothRun(stage);
    expect(await repo.scimHook('uninstall')).toMatchObject({ status: 0, stderr: '' });
    expect(everything(repo)).toEqual(before);
    expect(await repo.scimHook('uninstall')).toMatchObject({ status: 0 });
    expect(everything(repo)).toEqual(before);
    await repo.git('checkout', '-q', 'release/1');
    expect(stage.granted()).toBe(false);
  });

  test('installed again after us: ours still runs, or status says that it was displaced', async (context) => {
    if (manager.needs !== undefined) need(context, manager.needs);
    await using stage = await staged(files);
    const { repo } = stage;
    await install(repo);
    await repo.install();
    await install(repo);
    if (!survivesAgain) {
      expect((await stage.hook()).state).toBe('displaced');
      expect(await repo.install()).toMatchObject({ status: 0 });
    }
    expect(await stage.hook()).toMatchObject({ state: 'runs', how });
    await bothRun(stage);
  });

  test('installed after us: ours still runs, or status says so and install mends it', async (context) => {
    if (manager.needs !== undefined) need(context, manager.needs);
    await using stage = await staged(files);
    const { repo } = stage;
    expect(await repo.install()).toMatchObject({ status: 0 });
    await install(repo);
    if (!survivesFirst) {
      expect((await stage.hook()).state).toBe('displaced');
      expect(await repo.install()).toMatchObject({ status: 0 });
    }
    expect((await stage.hook()).state).toBe('runs');
    await bothRun(stage);
    expect(await repo.scimHook('uninstall')).toMatchObject({ status: 0, stderr: '' });
    await repo.git('checkout', '-q', 'release/1');
    expect([stage.granted(), stage.ran() !== '']).toEqual([false, true]);
  });
});

test('husky 9 without a script for this hook: ours is there, hidden from git, whatever branch comes', async () => {
  await using stage = await staged({ '.husky/pre-commit': ':\n' });
  const { repo } = stage;
  await repo.git('checkout', '-q', 'release/1');
  await repo.write('.husky/post-checkout', `${RAN}\n`);
  await repo.commit('A script for this hook, on this branch only');
  await repo.git('checkout', '-q', 'main');
  await node(repo, managers.husky);
  const before = everything(repo);
  await repo.install();
  expect(await stage.hook()).toMatchObject({ state: 'runs', how: 'block' });
  await node(repo, managers.husky);
  expect(await stage.hook()).toMatchObject({ state: 'runs', how: 'block' });
  expect((await repo.git('status', '--porcelain')).stdout).toBe('');
  await repo.checkout('-b', 'release/2');
  expect(stage.granted()).toBe(true);
  await repo.checkout('main');
  expect(await repo.git('checkout', '-q', 'release/1')).toMatchObject({ status: 0 });
  expect(await stage.hook()).toMatchObject({ state: 'displaced' });
  expect(stage.ran()).toBe('theirs\n');
  await repo.git('checkout', '-q', 'main');
  await repo.install();
  expect(await repo.scimHook('uninstall')).toMatchObject({ status: 0, stderr: '' });
  expect(everything(repo)).toEqual(before);
});

test("lefthook 2 with a person's own config of another kind, which ours would shadow: a block", async () => {
  await using stage = await staged({
    'lefthook.yml': `post-checkout:\n  jobs:\n    - name: theirs\n      run: ${RAN}\n`,
    'lefthook-local.toml': '[pre-commit.commands.own]\nrun = "true"\n',
  });
  const { repo } = stage;
  await node(repo, managers.lefthook, 'install', '--force');
  expect(await repo.install()).toMatchObject({ status: 0 });
  expect(await stage.hook()).toMatchObject({ state: 'runs', how: 'block' });
  expect(existsSync(join(repo.path, 'lefthook-local.yml'))).toBe(false);
  await bothRun(stage);
});
