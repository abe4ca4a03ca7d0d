// `why`, as somebody asks it: each verdict with its rule, line, lease and event, and nothing changed by asking.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type AnySchemaObject } from 'ajv';
import { describe, expect, inject, test } from 'vitest';
import type { WhyDocument } from '../../src/cli/documents.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { ALICE, type Ran, type Repo, Sandbox, TOKEN, until } from '../support/sandbox.ts';

interface Stage extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly directory: FakeDirectory;
  readonly alice: string;
}

const rules = (endpoint: string): string => `version: 1
scim:
  endpoint: "${endpoint}"
  timeout: 2s
managed:
  groups: ["adopt-*"]
rules:
  - name: release
    branches: ["release/*"]
    except: ["release/old-*"]
    grant:
      groups:
        - jit
        - mine
        - adopt-me
      roles: [deployer]
    for: 8h
  - name: guarded
    branches: ["release/*"]
    eligible:
      groups: [team]
    grant:
      groups: [guarded]
  - name: preview
    branches: ["feature/{ticket:[A-Z]+-[0-9]+}"]
    grant:
      groups: ["env-{ticket}", nowhere]
    until: branch-deleted
`;

async function stage(branches: readonly string[] = []): Promise<Stage> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  for (const displayName of ['jit', 'guarded', 'team', 'env-AB-1'])
    directory.addGroup({ displayName, members: [bob] });
  for (const displayName of ['mine', 'adopt-me', 'staff'])
    directory.addGroup({ displayName, members: [bob, alice] });
  const repo = await sandbox.repository('r', rules(directory.url), [
    'release/1',
    'release/old-1',
    'feature/AB-1',
    ...branches,
  ]);
  const end = async (): Promise<void> => {
    await sandbox[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  };
  return { sandbox, repo, directory, alice, [Symbol.asyncDispose]: end };
}

const validate = (): ((value: unknown) => unknown) => {
  const file = join(inject('packageDirectory'), 'schemas', 'why.schema.json');
  const check = new Ajv({ allErrors: true }).compile(
    JSON.parse(readFileSync(file, 'utf8')) as AnySchemaObject,
  );
  return (value) => (check(value) ? null : check.errors);
};

async function why(repo: Repo, ...args: string[]): Promise<WhyDocument> {
  const ran = await repo.scimHook('why', ...args, '--json');
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  const document = JSON.parse(ran.stdout) as WhyDocument;
  expect(validate()(document)).toBeNull();
  return document;
}
const verdicts = ({ items }: WhyDocument): string[] =>
  items
    .map(({ name, verdict, reason }) => `${name} ${verdict}${reason === undefined ? '' : ` ${reason}`}`)
    .sort();
const said = ({ stdout, stderr }: Ran): string => `${stdout}${stderr}`;

test('of a branch is each thing with its verdict, its rule and line, its lease and the switch', async () => {
  await using staged = await stage();
  const { repo, directory } = staged;
  await repo.install();
  await repo.checkout('release/1');
  const requests = directory.requests.length;
  const log = (await staged.sandbox.audit()).length;
  const document = await why(repo);
  expect(verdicts(document)).toEqual([
    'adopt-me held',
    'deployer held',
    'guarded withheld ineligible',
    'jit held',
    'mine foreign',
  ]);
  expect(document).toMatchObject({
    branch: 'release/1',
    subject: { value: ALICE, id: staged.alice },
    mode: 'enforce',
    policy: { ref: 'refs/heads/main', state: 'trusted', file: '.scimsyncrc', detail: null },
    directory: { read: true },
    near: [],
  });
  const commit = (await repo.git('rev-parse', 'main')).stdout.trim();
  const jit = document.items.find(({ name }) => name === 'jit');
  expect(jit).toMatchObject({
    state: 'held',
    before: 'absent',
    rules: [
      {
        name: 'release',
        pattern: 'release/*',
        file: '.scimsyncrc',
        line: 8,
        grantLine: 13,
        grantPath: 'rules[0].grant.groups[0]',
        commit,
        seconds: 8 * 3_600,
        until: 'switch',
      },
    ],
    leases: [
      { branch: 'release/1', worktree: repo.path, over: false, event: { kind: 'switch', from: 'main' } },
    ],
    event: { kind: 'switch', from: 'main', branch: 'release/1' },
    last: { op: 'add', outcome: 'applied' },
  });
  expect(document.items.find(({ name }) => name === 'guarded')).toMatchObject({
    explanation: expect.stringContaining('team'),
    rules: [{ name: 'guarded', line: 18, eligible: ['team'] }],
  });
  // Asking changes nothing: it only reads, and writes no line.
  expect(directory.requests.slice(requests).filter(({ method }) => method !== 'GET')).toEqual([]);
  expect((await staged.sandbox.audit()).length).toBe(log);

  const words = said(await repo.scimHook('why'));
  expect(words).toMatch(/^release\/1, by \.scimsyncrc at main \([0-9a-f]{10}\)\n/);
  expect(words).toContain(
    'jit: held\n    rule release (.scimsyncrc:13) gives it on release/*, for 8 h or until the branch is left\n    lease ',
  );
  expect(words).toContain('by the switch from main');
  expect(words).toContain('guarded: not granted: only members of team are eligible');
});

test('of another branch is what a lease by hand would give, and what is in the way', async () => {
  await using staged = await stage(['relaese/2']);
  const { repo } = staged;
  await repo.install();
  expect(verdicts(await why(repo, '--branch', 'release/1'))).toEqual([
    'adopt-me would-grant',
    'deployer would-grant',
    'guarded withheld ineligible',
    'jit would-grant',
    'mine foreign',
  ]);
  expect(verdicts(await why(repo, '--branch', 'feature/AB-1'))).toEqual([
    'env-AB-1 withheld not-allowed',
    'nowhere withheld unknown-group',
  ]);
  const near = async (branch: string): Promise<string[]> =>
    (await why(repo, '--branch', branch)).near.map(
      ({ name, hint, except }) => `${name} ${hint}${except ? ` ${except}` : ''}`,
    );
  expect(await near('release/old-1')).toEqual(['release except release/old-*']);
  expect(await near('release/1/fix')).toEqual(['release slash', 'guarded slash']);
  expect(await near('Release/1')).toEqual(['release case', 'guarded case']);
  expect(await near('feature/ab')).toEqual(['preview capture']);
  expect(await near('relaese/2')).toEqual(['release spelling', 'guarded spelling']);
  expect(await near('main')).toEqual([]);
  expect(said(await repo.scimHook('why', '--branch', 'relaese/2'))).toMatch(
    /nothing is given: no rule matches[\s\S]*rule release \(\.scimsyncrc:8\) wants release\/\*, which is spelt a little differently/,
  );
});

describe('of a name', () => {
  test('is that thing alone, wherever it is named', async () => {
    await using staged = await stage();
    const { repo } = staged;
    await repo.install();
    await repo.checkout('release/1');
    expect(verdicts(await why(repo, 'jit'))).toEqual(['jit held']);
    expect(verdicts(await why(repo, 'JIT'))).toEqual(['jit held']);
    expect(verdicts(await why(repo, 'deployer', '--branch', 'release/1'))).toEqual(['deployer held']);
    expect(verdicts(await why(repo, 'nowhere'))).toEqual(['nowhere withheld no-rule']);
    // Known to the directory alone.
    expect(verdicts(await why(repo, 'staff'))).toEqual(['staff foreign']);
    const elsewhere = said(await repo.scimHook('why', 'nowhere'));
    expect(elsewhere).toContain('not granted: no rule gives it on release/1');
    expect(elsewhere).toContain('rule preview (.scimsyncrc:24) gives it on feature/{ticket:[A-Z]+-[0-9]+}');
  });

  test('that nobody knows suggests the names that are close', async () => {
    await using staged = await stage();
    const { repo } = staged;
    await repo.install();
    const document = await why(repo, 'deploier');
    expect(document).toMatchObject({ items: [], suggestions: ['deployer'] });
    const words = said(await repo.scimHook('why', 'deploier'));
    expect(words).toContain('deploier: no rule gives it, on any branch, and you don');
    expect(words).toContain('did you mean deployer?');
    const hostile = said(await repo.scimHook('why', 'deploier\u001b[31m'));
    expect(hostile).toContain('deploier\ufffd[31m: no rule gives it');
    expect(hostile).not.toContain('\u001b');
  });
});

describe('without the directory', () => {
  test('it answers from ledger and rules, and says so', async () => {
    await using staged = await stage();
    const { repo, directory } = staged;
    await repo.install();
    await repo.checkout('release/1');
    directory.misbehave({ how: 'reset' });
    const document = await why(repo);
    expect(document.directory).toMatchObject({ read: false, code: 'unreachable' });
    expect(document.items.find(({ name }) => name === 'jit')).toMatchObject({ verdict: 'held' });
    const ran = await repo.scimHook('why', 'jit');
    expect(ran.status).toBe(0);
    expect(ran.stdout).toContain('jit: held, as far as is known here');
    expect(ran.stderr).toContain("can't be reached");
  });
});

describe('when nothing may be granted', () => {
  test('the mode, the bounds and the trust are named', async () => {
    await using staged = await stage();
    const { repo } = staged;
    const name = ['jit', '--branch', 'release/1'];
    expect(await repo.scimHook('why', 'jit')).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('not installed'),
    });
    await repo.install();
    await repo.git('config', 'scim-hook.mode', 'audit');
    expect(verdicts(await why(repo, ...name))).toEqual(['jit audit']);
    await repo.git('config', 'scim-hook.mode', 'release-only');
    expect(await why(repo, ...name)).toMatchObject({
      items: [{ verdict: 'withheld', reason: 'off', explanation: expect.stringContaining('release-only') }],
    });
    await repo.git('config', 'scim-hook.mode', 'enforce');
    await repo.git('config', 'scim-hook.allow', 'env-*');
    expect(await why(repo, ...name)).toMatchObject({
      items: [
        { verdict: 'withheld', reason: 'not-allowed', explanation: expect.stringContaining('local: env-*') },
      ],
    });
    await repo.git('config', '--unset', 'scim-hook.allow');
    await repo.git('config', 'scim-hook.policy', 'refs/heads/gone');
    expect(await why(repo, ...name)).toMatchObject({ policy: { state: 'ref-gone' }, reason: 'untrusted' });
  });

  test('a detached HEAD, a broken config, and a subject that is gone are named', async () => {
    await using staged = await stage();
    const { repo, directory, alice } = staged;
    await repo.install();
    await repo.git('checkout', '-q', '--detach');
    await repo.quiet();
    expect(await why(repo, 'jit')).toMatchObject({
      branch: null,
      items: [{ verdict: 'withheld', reason: 'detached' }],
    });
    await repo.git('checkout', '-q', 'main');
    await repo.quiet();
    directory.user(alice).active = false;
    expect(verdicts(await why(repo, 'jit', '--branch', 'release/1'))).toEqual([
      'jit withheld inactive-subject',
    ]);
    directory.user(alice).active = true;
    await repo.write('.scimsyncrc', `${rules(directory.url)}    fro: 8h\n`);
    await repo.commit('Break it');
    await repo.quiet();
    const ran = await repo.scimHook('why', '--branch', 'release/1');
    expect(ran.status).toBe(0);
    expect(ran.stderr).toContain('.scimsyncrc:29: rules[2].fro: is not a key that is known here');
    expect(await why(repo, 'jit')).toMatchObject({ policy: { state: 'invalid' } });
  });
});

test('what was there before and is managed is told to be adopted', async () => {
  await using staged = await stage();
  const { repo } = staged;
  await repo.git('checkout', '-q', 'release/1');
  await repo.install();
  const document = await why(repo, 'adopt-me');
  expect(document).toMatchObject({
    items: [{ verdict: 'adopted', before: 'present', leases: [{ branch: 'release/1' }] }],
  });
  expect(said(await repo.scimHook('why', 'adopt-me'))).toContain('held; you had it before');
});

test('what is owed, and what a sync would give back, are told as such', async () => {
  await using staged = await stage();
  const { repo, directory } = staged;
  await repo.install();
  await repo.checkout('release/1');
  await repo.stopWorker();
  directory.misbehave({ how: 'answer', status: 500 }, { method: 'PATCH' });
  await repo.checkout('main');
  expect(await why(repo, 'jit')).toMatchObject({
    items: [{ verdict: 'owed', state: 'owed', last: { op: 'remove', outcome: 'owed' } }],
  });
  expect(verdicts(await why(repo))).toContain('jit owed');
});

test('what is over is told as that, before and after it is taken back', async () => {
  await using staged = await stage();
  const { repo, directory } = staged;
  await repo.write('.scimsyncrc', rules(directory.url).replace('for: 8h', 'for: 1500ms'));
  await repo.commit('For a moment');
  await repo.install();
  await repo.checkout('release/1');
  await repo.stopWorker();
  const over = await until('the lease to be over', async () => {
    const document = await why(repo, 'jit');
    return document.items[0]?.verdict === 'ending' ? document : null;
  });
  expect(over).toMatchObject({ items: [{ reason: 'expired', state: 'held', leases: [{ over: true }] }] });
  expect(said(await repo.scimHook('why', 'jit'))).toContain('held, but its time is over');
  await repo.scimHook('revoke');
  const gone = said(await repo.scimHook('why', 'jit'));
  expect(gone).toContain('jit: not held; a sync grants it');
  expect(gone).toMatch(/last: .*, to give it back: applied/);
});
