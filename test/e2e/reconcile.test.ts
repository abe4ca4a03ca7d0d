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

const GROUPS = ['one', 'two', 'jit-spare', 'staff'];

interface Machine extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly directory: FakeDirectory;
  readonly alice: string;
  /** A clone with the rules, installed and on its granting branch, with no worker alive. */
  clone(name: string, group: string, more?: object, rules?: object): Promise<Repo>;
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
  const file = join(sandbox.state, 'ledger.json');
  return {
    sandbox,
    directory,
    alice,
    put,
    has: (name) => directory.members(name).includes(alice),
    ledger: async (change) => {
      const stored = JSON.parse(await readFile(file, 'utf8')) as Ledger;
      await writeFile(file, JSON.stringify({ ...stored, ...change(stored) }));
    },
    reconcile: (...args) => sandbox.run(process.execPath, [sandbox.bin, 'reconcile', ...args], sandbox.root),
    clone: async (name, granted, more = {}, about = {}) => {
      const config = configFor(directory.url, [rule('one', 'release/*', granted, about)], more);
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
  await here.clone('a', 'one');
  here.put('one', false);
  await here.ledger((ledger) => ({ leases: [], holdings: [{ ...held(ledger), state }] }));
  const here2 = {
    ...here,
    reconcile: (...args: string[]) => here.sandbox.repositories[0]!.scimHook('reconcile', ...args),
  };
  await shownFixedGone(here2 as Machine, { drift: 'contradicted', case: is, name: 'one', op: null });
  expect((await here.sandbox.ledger()).holdings).toEqual([]);
});
