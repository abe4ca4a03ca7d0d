// `reconcile`: every kind of drift, made by hand in the directory or the ledger, is shown, put right, and then gone.
import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Holding, Ledger } from '../../src/core/ledger.ts';
import { faultsOfLog } from '../support/audit-check.ts';
import { described, type Machine, machine } from '../support/reconcile-machine.ts';

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
