// What the packed commands print: one document for programs, plain words for people, and the plan that is then carried out.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv, type AnySchemaObject } from 'ajv';
import { describe, expect, inject, test } from 'vitest';
import { canonicalise, type Json } from '../../src/core/jcs.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Ran, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';

interface Stage extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly directory: FakeDirectory;
  readonly alice: string;
}

async function stage(): Promise<Stage> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  for (const displayName of ['jit', 'log']) directory.addGroup({ displayName, members: [bob] });
  const rules = [rule('one', 'release/*', ['jit', 'log']), rule('two', '**', ['log'], { except: ['main'] })];
  const repo = await sandbox.repository('r', configFor(directory.url, rules), ['release/1', 'hotfix/1']);
  const end = async (): Promise<void> => {
    await sandbox[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  };
  return { sandbox, repo, directory, alice, [Symbol.asyncDispose]: end };
}

/** Everything on stdout is one document. */
const document = <T = { [key: string]: Json }>({ stdout }: Ran): T => JSON.parse(stdout) as T;
const faultsBy = (name: string, value: unknown): unknown => {
  const file = join(inject('packageDirectory'), 'schemas', `${name}.schema.json`);
  const validate = new Ajv({ allErrors: true }).compile(
    JSON.parse(readFileSync(file, 'utf8')) as AnySchemaObject,
  );
  return validate(value) ? null : validate.errors;
};

describe('--json', () => {
  test('is one document that the shipped schemas describe: status, plan, sync, revoke, errors', async () => {
    await using staged = await stage();
    const { repo } = staged;
    const before = await repo.scimHook('status', '--json');
    expect(before).toMatchObject({ status: 0, stderr: '' });
    expect(faultsBy('status', document(before))).toBeNull();
    expect(document(before)).toMatchObject({ hook: { state: 'absent' }, trust: { state: 'untrusted' } });

    await repo.install();
    await repo.checkout('release/1');
    const status = await repo.scimHook('status', '--json');
    expect(faultsBy('status', document(status))).toBeNull();
    expect(document(status)).toMatchObject({
      hook: { state: 'runs' },
      mode: 'enforce',
      trust: { state: 'trusted', policy: 'refs/heads/main' },
      branch: 'release/1',
      leases: [{ branch: 'release/1', here: true, rules: ['one', 'two'] }],
      spool: { waiting: 0, open: 0 },
      last: { branch: 'release/1', outcome: 'applied' },
    });
    for (const args of [
      ['plan'],
      ['sync', '--dry-run'],
      ['sync'],
      ['sync', '--branch', 'hotfix/1'],
      ['revoke'],
    ]) {
      const ran = await repo.scimHook(...args, '--json');
      expect(ran, args.join(' ')).toMatchObject({ status: 0, stderr: '' });
      expect(faultsBy('sync', document(ran)), args.join(' ')).toBeNull();
    }
    const failed = await repo.scimHook('sync', '--branch', 'a..b', '--json');
    expect(failed).toMatchObject({ status: 2, stderr: '' });
    expect(faultsBy('error', document(failed))).toBeNull();
    expect(document(failed)).toMatchObject({ error: { code: 'bad-branch' } });
  });

  test('of log is an array, newest first, each stored line on a line of its own, byte for byte', async () => {
    await using staged = await stage();
    const { repo, sandbox } = staged;
    expect(document(await repo.scimHook('log', '--json'))).toEqual([]);
    await repo.install();
    await repo.checkout('release/1');
    const ran = await repo.scimHook('log', '--json');
    const stored = readFileSync(join(sandbox.state, 'audit', 'audit.jsonl'), 'utf8')
      .trimEnd()
      .split('\n');
    const printed = ran.stdout
      .split('\n')
      .slice(1, -2)
      .map((line) => line.replace(/,$/, ''));
    expect(stored.toReversed().filter((line) => printed.includes(line))).toEqual(printed);
    expect(printed.length).toBeGreaterThan(5);
    for (const line of printed) expect(canonicalise(JSON.parse(line) as Json)).toBe(line);
    expect(document<unknown[]>(await repo.scimHook('log', '--json', '-n', '2'))).toHaveLength(2);
  });

  test('of every command is what its shipped schema describes', async () => {
    await using staged = await stage();
    const { repo, sandbox, directory: service } = staged;
    const env: Record<string, string> = {};
    const seen = new Set<string>();
    const check = async (name: string, args: string[] = [], repository: Repo = repo, input = '') => {
      const argv = [sandbox.bin, name, ...args, '--json'];
      const ran = await sandbox.run(process.execPath, argv, repository.path, { input, env });
      expect([name, faultsBy(name === 'plan' ? 'sync' : name, document(ran))]).toEqual([name, null]);
      seen.add(name);
      return ran;
    };
    const other = await sandbox.repository('other', null);
    await sandbox.run('git', ['config', '--global', 'credential.helper', 'store'], sandbox.root);
    await check('init', ['--endpoint', service.url], other);
    env['CI'] = 'true';
    expect(document(await check('install', ['--yes']))).toHaveProperty('skipped');
    delete env['CI'];
    expect(document(await check('install', ['--yes']))).toMatchObject({ proved: true, beside: null });
    await repo.quiet();
    await repo.checkout('release/1');
    for (const name of ['status', 'plan', 'sync', 'why', 'doctor', 'reconcile', 'log']) await check(name);
    await check('trust', ['--yes']);
    await check('login', [], repo, `${TOKEN}\n`);
    await check('logout');
    for (const name of ['revoke', 'sweep', 'uninstall', 'log']) await check(name);
    const printed = await sandbox.run(
      'timeout',
      ['5', process.execPath, sandbox.bin, 'directory', '--json'],
      other.path,
    );
    expect(faultsBy('directory', document(printed))).toBeNull();
    const { stdout } = await sandbox.run(process.execPath, [sandbox.bin, '--help'], other.path);
    const names = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].flatMap(([, name]) => name ?? []);
    const withJson = await Promise.all(
      names.map(async (name) => {
        const help = await sandbox.run(process.execPath, [sandbox.bin, name, '--help'], other.path);
        return help.stdout.includes('--json') ? [name] : [];
      }),
    );
    expect(withJson.flat().toSorted()).toEqual([...seen, 'directory'].toSorted());
  });

  test.each([
    [['--json']],
    [['synk', '--json']],
    [['sync', '--json', '--brnch', 'x']],
    [['sync', '--json', '--branch']],
    [['status', 'excess', '--json']],
  ])('of wrong usage is a sentence too: %j', async (args) => {
    await using sandbox = await Sandbox.create();
    const ran = await sandbox.run(process.execPath, [sandbox.bin, ...args], sandbox.root);
    expect(ran).toMatchObject({ status: 2, stderr: '' });
    const { error } = document<{ error: { code: string; message: string; remedy: string } }>(ran);
    expect(error.code).toBe('usage');
    expect(error.message).toMatch(/\w+ \w+/);
    expect(error.message).not.toMatch(/^\(|\n\s+at /);
  });
});

describe('a dry run', () => {
  test('prints the very plan that sync then carries out, and changes nothing itself', async () => {
    await using staged = await stage();
    const { repo, directory, sandbox, alice } = staged;
    await repo.install();
    await repo.checkout('hotfix/1');
    // A switch that no hook reports waits for whoever looks first.
    await repo.git('-c', 'core.hooksPath=/dev/null', 'checkout', '-q', 'release/1');
    const log = (await sandbox.audit()).length;
    const members = () => ['jit', 'log'].map((name) => directory.members(name).includes(alice));
    expect(members()).toEqual([false, true]);

    const dry = await repo.scimHook('sync', '--dry-run', '--json');
    const plan = await repo.scimHook('plan', '--json');
    expect(plan.stdout).toBe(dry.stdout);
    expect(document(dry)).toMatchObject({
      branch: 'release/1',
      outcome: 'would',
      changes: [{ op: 'add', name: 'jit' }],
    });
    expect(members()).toEqual([false, true]);
    expect(await sandbox.audit()).toHaveLength(log);
    expect(directory.count('PATCH')).toBe(1);

    const synced = await repo.scimHook('sync', '--json');
    type Changes = { changes: { [key: string]: Json }[] };
    const planned = document<Changes>(dry).changes;
    expect(document<Changes>(synced).changes).toEqual(
      planned.map((change) => ({ ...change, outcome: 'applied', verified: 'confirmed' })),
    );
    expect(members()).toEqual([true, true]);
    expect(document(await repo.scimHook('plan', '--json'))).toMatchObject({
      outcome: 'unchanged',
      changes: [],
    });
  });
});

describe('for people', () => {
  test('nothing is coloured in a pipe, whatever the terminal is called', async () => {
    await using staged = await stage();
    const { repo, sandbox } = staged;
    Object.assign(sandbox.env, { TERM: 'xterm-256color', COLORTERM: 'truecolor' });
    await repo.install();
    await repo.checkout('release/1');
    for (const args of [
      ['status'],
      ['log'],
      ['plan'],
      ['sync'],
      ['sync', '--branch', 'x..y'],
      ['--help'],
      ['revoke'],
    ]) {
      const { stdout, stderr } = await repo.scimHook(...args);
      expect((stdout + stderr).length).toBeGreaterThan(0);
      expect(stdout + stderr, args.join(' ')).not.toContain('\u001b');
    }
  });

  test('every command has a sentence and an example in its help', async () => {
    await using sandbox = await Sandbox.create();
    const help = (...args: string[]) =>
      sandbox.run(process.execPath, [sandbox.bin, ...args, '--help'], sandbox.root);
    const top = await help();
    expect(top).toMatchObject({ status: 0, stderr: '' });
    const commands = [...top.stdout.matchAll(/^ {2}([a-z]+)(?: \[options\])? {2,}\S/gm)].map(
      (match) => match[1] ?? '',
    );
    expect(commands).toEqual(
      expect.arrayContaining(['install', 'sync', 'plan', 'status', 'log', 'revoke', 'try']),
    );
    for (const command of commands.filter((name) => name !== 'help')) {
      const ran = await help(command);
      expect(ran).toMatchObject({ status: 0, stderr: '' });
      expect(ran.stdout).toMatch(new RegExp(`Example:\\n  \\$ scim-hook ${command}\\b`));
    }
  });

  test('no command at all is answered with the help, an unknown one by name', async () => {
    await using staged = await stage();
    const { repo } = staged;
    const bare = await repo.scimHook();
    expect(bare).toMatchObject({ status: 2, stderr: '' });
    expect(bare.stdout).toBe((await repo.scimHook('--help')).stdout);
    expect(await repo.scimHook('help', 'foo')).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('no command foo'),
    });
  });

  test('a reader who has read enough is no failure', async () => {
    await using staged = await stage();
    const { repo, sandbox } = staged;
    await repo.install();
    await repo.checkout('release/1');
    for (const args of ['log', 'log --json', 'status', '--help']) {
      const script = `"$0" "$1" ${args} | :; echo; ("$0" "$1" ${args}; echo "status $?" >&2) | head -1 >/dev/null`;
      const ran = await sandbox.run('sh', ['-c', script, process.execPath, sandbox.bin], repo.path);
      expect(ran.stderr, args).toBe('status 0\n');
    }
  });
});

describe('the package', () => {
  const directory = () => inject('packageDirectory');
  const files = (): string[] =>
    readdirSync(directory(), { recursive: true, encoding: 'utf8' }).filter((name) =>
      statSync(join(directory(), name)).isFile(),
    );

  test('carries what a person needs, and nothing else', () => {
    const allowed =
      /^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md|\.scimsyncrc\.example|scimsyncrc\.schema\.json|bin\/(?:scim-hook\.js|package\.json)|docs\/[a-z-]+\.md|hooks\/(?:post-checkout(?:-block)?|pre-commit)|\.pre-commit-hooks\.yaml|completions\/scim-hook\.(?:bash|zsh|fish)|man\/scim-hook\.1|schemas\/[a-z-]+\.schema\.json|dist\/(?:cli\.js|ship\.js|log\.cjs|worker\.cjs|report\.html|THIRD-PARTY-LICENSES\.txt|chunks\/[\w.-]+\.js))$/;
    expect(files().filter((name) => !allowed.test(name))).toEqual([]);
    expect(files()).toEqual(
      expect.arrayContaining([
        'README.md',
        'LICENSE',
        'CHANGELOG.md',
        '.scimsyncrc.example',
        'scimsyncrc.schema.json',
        'bin/scim-hook.js',
        'bin/package.json',
        'hooks/post-checkout',
        'hooks/post-checkout-block',
        'hooks/pre-commit',
        '.pre-commit-hooks.yaml',
        'completions/scim-hook.bash',
        'completions/scim-hook.zsh',
        'completions/scim-hook.fish',
        'man/scim-hook.1',
        'dist/cli.js',
        'dist/log.cjs',
        'dist/worker.cjs',
        'schemas/sync.schema.json',
        'schemas/status.schema.json',
        'schemas/error.schema.json',
      ]),
    );
  });

  test('brings nothing along, runs nothing when it is installed, and is small', () => {
    const manifest = JSON.parse(readFileSync(join(directory(), 'package.json'), 'utf8')) as {
      [key: string]: { [key: string]: string } | undefined;
    };
    for (const kind of ['dependencies', 'optionalDependencies', 'peerDependencies']) {
      expect(manifest[kind] ?? {}).toEqual({});
    }
    for (const script of ['preinstall', 'install', 'postinstall'])
      expect(manifest['scripts']?.[script]).toBeUndefined();
    expect(readdirSync(join(directory(), '..')).filter((name) => !name.startsWith('.'))).toEqual([
      'scim-hook',
    ]);
    const bytes = files().reduce((sum, name) => sum + statSync(join(directory(), name)).size, 0);
    expect(bytes).toBeLessThan(15 * 1024 * 1024);
  });

  test('says nothing of the machine it was built on', () => {
    const root = resolve(import.meta.dirname, '../..');
    for (const name of files()) {
      const text = readFileSync(join(directory(), name), 'utf8');
      expect([name, text.includes(`${root}/`)]).toEqual([name, false]);
    }
    const stray = execFileSync('find', [directory(), '-type', 'l'], { encoding: 'utf8' });
    expect(stray).toBe('');
  });
});
