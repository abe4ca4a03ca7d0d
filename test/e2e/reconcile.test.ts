// `reconcile`: every kind of drift, made by hand in the directory or the ledger, is shown, put right, and then gone.
import { readFileSync, rmSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv, type AnySchemaObject } from 'ajv';
import { expect, inject, test } from 'vitest';
import type { Holding, Ledger } from '../../src/core/ledger.ts';
import { faultsOfLog } from '../support/audit-check.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Ran, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';
import { Terminal } from '../support/terminal.ts';

const GROUPS = ['one', 'two', 'jit-spare', 'staff'];

interface Machine extends AsyncDisposable {
  /** Where `reconcile` is typed. */
  cwd: string;
  readonly sandbox: Sandbox;
  readonly directory: FakeDirectory;
  readonly alice: string;
  /** A clone with the rules, installed and on its granting branch, with no worker alive. */
  clone(name: string, groups: string | readonly unknown[], more?: object): Promise<Repo>;
  has(group: string): boolean;
  put(group: string, isIn: boolean): void;
  ledger(change: (ledger: Ledger) => Partial<Ledger>): Promise<void>;
  reconcile(...args: string[]): Promise<Ran>;
}

async function machine(): Promise<Machine> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  for (const displayName of GROUPS) directory.addGroup({ displayName, members: [bob] });
  const group = (name: string) => {
    const found = [...directory.scim.groups.values()].find(({ displayName }) => displayName === name);
    if (found === undefined) throw new Error(`no group ${name}`);
    return found;
  };
  const put = (name: string, isIn: boolean): void => {
    const found = group(name);
    const others = found.members.filter((id) => id !== alice);
    directory.scim.groups.set(found.id, { ...found, members: isIn ? [...others, alice] : others });
  };
  // In the directory from before us, and nobody's business here.
  put('staff', true);
  await sandbox.run('git', ['config', '--global', 'credential.helper', 'store'], sandbox.root);
  const input = `url=${directory.url}\nusername=scim\npassword=${TOKEN}\n\n`;
  await sandbox.run('git', ['credential', 'approve'], sandbox.root, { input });
  delete sandbox.env['SCIM_HOOK_TOKEN'];
  const file = join(sandbox.state, 'ledger.json');
  const here: Machine = {
    cwd: sandbox.root,
    sandbox,
    directory,
    alice,
    put,
    has: (name) => directory.members(name).includes(alice),
    ledger: async (change) => {
      const stored = JSON.parse(await readFile(file, 'utf8')) as Ledger;
      await writeFile(file, JSON.stringify({ ...stored, ...change(stored) }));
    },
    reconcile: (...args) => sandbox.run(process.execPath, [sandbox.bin, 'reconcile', ...args], here.cwd),
    clone: async (name, groups, more = {}) => {
      const rules = [rule('one', 'release/*', [], { grant: { groups: [groups].flat() } })];
      const config = configFor(directory.url, rules, more);
      const repo = await sandbox.repository(name, config, ['release/1', 'plain']);
      await repo.install();
      await repo.checkout('release/1');
      await repo.stopWorker();
      return repo;
    },
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
  return here;
}

function described(text: string): unknown {
  const file = join(inject('packageDirectory'), 'schemas', 'reconcile.schema.json');
  const validate = new Ajv({ allErrors: true }).compile(
    JSON.parse(readFileSync(file, 'utf8')) as AnySchemaObject,
  );
  const document: unknown = JSON.parse(text);
  expect(validate(document) ? [] : validate.errors).toEqual([]);
  return document;
}

/** Shown, and nothing changed by that; put right; and gone. */
async function shownFixedGone(here: Machine, finding: object, fixed: object = {}): Promise<void> {
  const before = await here.sandbox.ledger();
  const lines = (await here.sandbox.audit()).length;
  const writes = here.directory.requests.filter(({ method }) => method !== 'GET').length;
  const since = here.directory.watch();
  const shown = await here.reconcile('--json');
  expect(shown).toMatchObject({ status: 1, stderr: '' });
  expect(described(shown.stdout)).toMatchObject({ fix: false, clones: [{ findings: [finding] }] });
  expect(await here.sandbox.ledger()).toEqual(before);
  expect((await here.sandbox.audit()).length).toBe(lines);
  expect(here.directory.requests.filter(({ method }) => method !== 'GET').length).toBe(writes);
  const done = await here.reconcile('--fix', '--json');
  expect(done).toMatchObject({ status: 0, stderr: '' });
  expect(described(done.stdout)).toMatchObject({
    fix: true,
    clones: [{ findings: [{ ...finding, outcome: 'applied', ...fixed }] }],
  });
  const after = await here.reconcile('--json');
  expect(after).toMatchObject({ status: 0, stderr: '' });
  expect(JSON.parse(after.stdout)).toMatchObject({ clones: [{ findings: [], refused: [], errors: [] }] });
  expect((await here.reconcile()).stdout).toMatch(
    /^Nothing differs: \d+ things? looked at in 1 repository\.\n$/,
  );
  const events = (await here.sandbox.events()).filter(({ kind }) => kind === 'reconcile');
  expect(events).toEqual([expect.objectContaining({ outcome: expect.any(String) })]);
  expect(await faultsOfLog(here.sandbox)).toEqual([]);
  expect(here.directory.harm(since, here.alice)).toEqual([]);
  expect(here.has('staff')).toBe(true);
}

const held = (ledger: Ledger): Holding => {
  const [holding] = ledger.holdings;
  if (holding === undefined) throw new Error('nothing is held');
  return holding;
};

test('where nothing was ever granted there is nothing to compare, and nothing is left behind', async () => {
  await using here = await machine();
  const said = await here.reconcile();
  expect(said).toMatchObject({ status: 0, stderr: '' });
  expect(said.stdout).toContain('nothing to compare');
  expect(described((await here.reconcile('--json')).stdout)).toMatchObject({
    clones: [],
    summary: { looked: 0 },
  });
});

test('missing: somebody took it away in the directory', async () => {
  await using here = await machine();
  await here.clone('a', 'one');
  here.put('one', false);
  const shown = await here.reconcile();
  expect(shown.status).toBe(1);
  expect(shown.stdout).toMatch(
    /\n {2}\+ missing {2}one {2}the ledger has it since .+ ago, the directory doesn't \(release\/1\)\n1 difference: 1 missing; .*`scim-hook reconcile --fix`\.\n$/,
  );
  await shownFixedGone(
    here,
    { drift: 'missing', case: 'lost', name: 'one', op: 'add' },
    { verified: 'confirmed' },
  );
  expect(here.has('one')).toBe(true);
});

test('missing: a lease wants it, and the ledger lost it', async () => {
  await using here = await machine();
  await here.clone('a', 'one');
  here.put('one', false);
  await here.ledger(() => ({ holdings: [] }));
  await shownFixedGone(here, { drift: 'missing', case: 'ungranted', name: 'one', op: 'add' });
  expect((await here.sandbox.ledger()).holdings).toMatchObject([{ before: 'absent', state: 'held' }]);
});

test('extra: inside managed, and nobody knows it', async () => {
  await using here = await machine();
  await here.clone('a', 'one', { managed: { groups: ['jit-*'] } });
  here.put('jit-spare', true);
  await shownFixedGone(here, { drift: 'extra', case: 'unknown', name: 'jit-spare', op: 'remove' });
  expect(here.has('jit-spare')).toBe(false);
});

test.each([
  ['adding', true, 'arrived', 'held'],
  ['owed', true, 'not-given-back', 'held'],
  ['removing', true, 'not-given-back', 'held'],
] as const)(
  'contradicted: the ledger says %s, a lease wants it, and it is there',
  async (state, _, is, after) => {
    await using here = await machine();
    await here.clone('a', 'one');
    await here.ledger((ledger) => ({ holdings: [{ ...held(ledger), state }] }));
    await shownFixedGone(here, { drift: 'contradicted', case: is, name: 'one', op: null });
    expect(here.has('one')).toBe(true);
    expect((await here.sandbox.ledger()).holdings).toMatchObject([{ state: after }]);
  },
);

test.each([
  ['adding', 'never-arrived'],
  ['owed', 'given-back'],
  ['removing', 'given-back'],
  ['held', 'gone'],
] as const)('contradicted: the ledger says %s, no lease wants it, and it is gone', async (state, is) => {
  await using here = await machine();
  const repo = await here.clone('a', 'one');
  here.put('one', false);
  await here.ledger((ledger) => ({ leases: [], holdings: [{ ...held(ledger), state }] }));
  // Else there would be no clone that asks.
  here.cwd = repo.path;
  await shownFixedGone(here, { drift: 'contradicted', case: is, name: 'one', op: null });
  expect((await here.sandbox.ledger()).holdings).toEqual([]);
});

test('contradicted: a rule names a group by its id, and it has another name now', async () => {
  await using here = await machine();
  const id = [...here.directory.scim.groups.values()].find(({ displayName }) => displayName === 'one')?.id;
  await here.clone('a', [{ id }]);
  const group = here.directory.scim.groups.get(id ?? '');
  if (group === undefined) throw new Error('the group is not there');
  here.directory.scim.groups.set(group.id, { ...group, displayName: 'uno' });
  await shownFixedGone(here, { drift: 'contradicted', case: 'renamed', name: 'one', now: 'uno', op: null });
  expect((await here.sandbox.ledger()).holdings).toMatchObject([{ item: { name: 'uno' } }]);
});

test('contradicted: a group that its rule names as it was called stays, and is said; one that is gone goes', async () => {
  await using here = await machine();
  await here.clone('a', ['one', 'two']);
  const named = (name: string) => {
    const group = [...here.directory.scim.groups.values()].find(({ displayName }) => displayName === name);
    if (group === undefined) throw new Error(`no group ${name}`);
    return group;
  };
  here.directory.scim.groups.set(named('one').id, { ...named('one'), displayName: 'uno' });
  here.directory.scim.groups.delete(named('two').id);
  const shown = await here.reconcile('--json');
  expect(shown.status).toBe(1);
  expect(described(shown.stdout)).toMatchObject({
    clones: [
      {
        findings: [
          { case: 'gone', name: 'two', op: null },
          { case: 'renamed', name: 'one', now: 'uno', outcome: 'refused', reason: 'unknown-group' },
        ],
        refused: [{ name: 'two', reason: 'unknown-group' }],
      },
    ],
  });
  // The rules need a person: nothing that a fix could do would be right.
  expect((await here.reconcile('--fix')).status).toBe(3);
  expect((await here.sandbox.ledger()).holdings).toMatchObject([{ item: { name: 'one' }, state: 'held' }]);
  expect(here.has('uno')).toBe(true);
  expect(await faultsOfLog(here.sandbox)).toEqual([]);
});

test('orphaned: no lease holds it any more, and it is given back', async () => {
  await using here = await machine();
  const repo = await here.clone('a', 'one');
  await here.ledger(() => ({ leases: [] }));
  here.cwd = repo.path;
  await shownFixedGone(
    here,
    { drift: 'orphaned', case: 'unleased', name: 'one', op: 'remove' },
    { verified: 'confirmed' },
  );
  expect(here.has('one')).toBe(false);
});

test('orphaned: it is owed, and nobody stands in any clone', async () => {
  await using here = await machine();
  const repo = await here.clone('a', 'one');
  await here.ledger((ledger) => ({ leases: [], holdings: [{ ...held(ledger), state: 'owed' }] }));
  rmSync(repo.path, { recursive: true });
  const shown = await here.reconcile();
  expect(shown).toMatchObject({ status: 1, stderr: '' });
  expect(shown.stdout).toContain('orphaned  one  given since');
  expect(await here.reconcile('--fix')).toMatchObject({ status: 0, stderr: '' });
  expect(here.has('one')).toBe(false);
  expect((await here.reconcile()).stdout).toContain('nothing to compare');
});

test('two repositories, and one more that is gone: what both see is said once, in one event each', async () => {
  await using here = await machine();
  const [a, b, gone] = [
    await here.clone('a', 'one', { managed: { groups: ['jit-*'] } }),
    await here.clone('b', 'two', { managed: { groups: ['jit-*'] } }),
    await here.clone('c', 'jit-spare'),
  ];
  rmSync(gone.path, { recursive: true });
  here.put('one', false);
  here.directory.addGroup({ displayName: 'jit-other', members: [here.alice] });
  const shown = await here.reconcile('--json');
  expect(shown).toMatchObject({ status: 1, stderr: '' });
  expect(described(shown.stdout)).toMatchObject({
    clones: [
      {
        path: join(a.path, '.git'),
        findings: [
          { drift: 'extra', name: 'jit-other' },
          { drift: 'missing', name: 'one' },
        ],
      },
      { path: join(b.path, '.git'), findings: [] },
      { path: join(gone.path, '.git'), state: 'gone', findings: [{ drift: 'orphaned', name: 'jit-spare' }] },
    ],
    summary: { repositories: 3, missing: 1, extra: 1, orphaned: 1, contradicted: 0 },
  });
  const fixed = await here.reconcile('--fix');
  expect(fixed).toMatchObject({ status: 0, stderr: '' });
  expect(fixed.stdout).toContain('3 differences: 1 missing, 1 extra, 1 orphaned');
  expect(['one', 'two', 'jit-spare', 'jit-other', 'staff'].map(here.has)).toEqual([
    true,
    true,
    false,
    false,
    true,
  ]);
  const events = (await here.sandbox.events()).filter(({ kind }) => kind === 'reconcile');
  expect(events.map(({ outcome }) => outcome)).toEqual(['applied', 'unchanged', 'unchanged']);
  expect(await faultsOfLog(here.sandbox)).toEqual([]);
  const after = await here.reconcile();
  expect(after.stdout).toMatch(/^Nothing differs: \d+ things looked at in 2 repositories\.\n$/);
  expect(after.status).toBe(0);
});

test('a second clone asks nothing again', async () => {
  await using here = await machine();
  await here.clone('a', ['one', 'two']);
  const alone = await requestsOf(here);
  await here.clone('b', ['one', 'two']);
  expect(await requestsOf(here)).toBe(alone);
});

async function requestsOf(here: Machine): Promise<number> {
  const before = here.directory.requests.length;
  expect((await here.reconcile()).status).toBe(0);
  return here.directory.requests.length - before;
}

test('a clone that fails keeps no other from being compared', async () => {
  await using here = await machine();
  const broken = await here.clone('a', 'one');
  await here.clone('b', 'two');
  here.put('two', false);
  await appendFile(join(broken.path, '.git', 'config'), '[broken\n');
  const shown = await here.reconcile('--fix', '--json');
  expect(shown).toMatchObject({ status: 1, stderr: '' });
  expect(described(shown.stdout)).toMatchObject({
    clones: [
      { state: 'failed', errors: [{ code: 'git-failed' }] },
      { findings: [{ name: 'two', outcome: 'applied' }] },
    ],
  });
  expect(here.has('two')).toBe(true);
});

test.each([[[]], [['--fix']]])('a directory that is away is never “no drift” (%j)', async (flags) => {
  await using here = await machine();
  await here.clone('a', 'one');
  here.directory.misbehave({ how: 'reset' });
  const shown = await here.reconcile(...flags);
  expect(shown.status).toBe(1);
  expect(shown.stdout).toContain('Nothing is known to differ, but not everything could be looked at');
  expect(shown.stderr).toContain("can't be reached");
  const json = await here.reconcile(...flags, '--json');
  expect(json.status).toBe(1);
  expect(described(json.stdout)).toMatchObject({
    clones: [{ state: 'failed', findings: [], errors: [{ code: 'unreachable' }] }],
  });
  expect((await here.sandbox.ledger()).holdings).toMatchObject([{ state: 'held' }]);
});

test('without a token, or with one that is refused, it says so', async () => {
  await using here = await machine();
  await here.clone('a', 'one');
  here.directory.tokens.clear();
  const refused = await here.reconcile();
  expect(refused).toMatchObject({ status: 4 });
  expect(refused.stderr).toContain('refused the token');
  rmSync(join(here.sandbox.home, '.git-credentials'));
  const none = await here.reconcile('--fix');
  expect(none).toMatchObject({ status: 4 });
  expect(none.stderr).toContain('There is no token');
});

test('in audit mode nothing is granted, and it says what would be', async () => {
  await using here = await machine();
  const repo = await here.clone('a', 'one', { managed: { groups: ['jit-*'] } });
  here.put('one', false);
  here.put('jit-spare', true);
  await repo.git('config', 'scim-hook.mode', 'audit');
  for (const flags of [[], ['--fix']]) {
    const shown = await here.reconcile(...flags);
    expect(shown.status).toBe(1);
    expect(shown.stdout).toMatch(/missing {2}one {2}would be granted \(audit mode\)/);
    expect(shown.stdout).toMatch(/extra {2}jit-spare {2}would be given back \(audit mode\)/);
  }
  expect([here.has('one'), here.has('jit-spare')]).toEqual([false, true]);
  const closing = (await here.sandbox.events()).filter(({ kind }) => kind === 'reconcile');
  expect(closing).toMatchObject([{ outcome: 'would' }]);
  expect(await faultsOfLog(here.sandbox)).toEqual([]);
});

test('a clone that nobody trusts any more sends nothing, and it says what was not looked at', async () => {
  await using here = await machine();
  const repo = await here.clone('a', 'one');
  for (const key of ['policy', 'endpoint', 'subject', 'subjectId'])
    await repo.git('config', '--unset', `scim-hook.${key}`);
  const requests = here.directory.requests.length;
  const shown = await here.reconcile();
  expect(shown.stdout).toMatch(/looked at by no clone.*: one\nNothing is known to differ, but/);
  expect(here.directory.requests.length).toBe(requests);
});

test('a fix that fails half-way says so, and another one ends it', async () => {
  await using here = await machine();
  const repo = await here.clone('a', 'one');
  await here.ledger(() => ({ leases: [] }));
  here.cwd = repo.path;
  here.directory.misbehave({ how: 'throttle' }, { method: 'PATCH' });
  const tried = await here.reconcile('--fix');
  expect([1, 5]).toContain(tried.status);
  expect(tried.stdout).toContain('not given back yet');
  expect((await here.sandbox.ledger()).holdings).toMatchObject([{ state: 'owed' }]);
  here.directory.behave();
  expect((await here.reconcile()).stdout).toContain('orphaned  one  given since');
  expect(await here.reconcile('--fix')).toMatchObject({ status: 0 });
  expect(await faultsOfLog(here.sandbox)).toEqual([]);
});

test.for([
  ['a line a clone where nothing may move', { ACCESSIBLE: '1' }, 'Looking (a) …'],
  ['how far it is where something may', {}, 'Looking: 1 of 2 (a)'],
] as const)('on a terminal it says %s', async ([, env, expected], ctx) => {
  await using here = await machine();
  await here.clone('a', ['one', 'two']);
  here.directory.misbehave({ how: 'slow-first-byte', ms: 300 });
  await using terminal = Terminal.open(ctx, [process.execPath, here.sandbox.bin, 'reconcile'], {
    cwd: here.cwd,
    env: { ...here.sandbox.env, ...env },
    columns: 80,
  });
  await terminal.end();
  expect(terminal.shown).toContain(expected);
  if ('ACCESSIBLE' in env) expect(terminal.shown.match(/Looking/g)).toHaveLength(1);
});
