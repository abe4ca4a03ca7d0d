// Nothing listens, nobody may ask, or nothing is said of what was done: each switch is settled later, and exactly once.
import { expect, test } from 'vitest';
import { faultsOfLog } from '../support/audit-check.ts';
import { EmbeddedDirectory } from '../support/embedded-directory.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN, until } from '../support/sandbox.ts';

const COLLEAGUE = 'colleague@example.com';
const rules = [rule('one', 'release/*', 'jit')];
const branches = ['release/1', 'release/2', 'plain'];

interface Staged extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly directory: FakeDirectory;
  hasAccess(): boolean;
}

async function staged(): Promise<Staged> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit', members: [directory.addUser({ userName: 'bob@acme.example' })] });
  const repo = await sandbox.repository('r', configFor(directory.url, rules), branches);
  await repo.install();
  return {
    sandbox,
    repo,
    directory,
    hasAccess: () => directory.members('jit').includes(alice),
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

const pending = (sandbox: Sandbox, branch: string) =>
  until(`${branch} to be pending`, async () =>
    (await sandbox.audit()).find(
      (line) => line.kind === 'sync' && line.branch === branch && line.outcome === 'pending',
    ),
  );

const owed = (sandbox: Sandbox) =>
  until('something to be owed', async () =>
    (await sandbox.ledger()).holdings.some(({ state }) => state === 'owed'),
  );

test('nothing listens at the switch: the next switch closes it, and grants what is due by then', async () => {
  await using sandbox = await Sandbox.create();
  await using directory = await EmbeddedDirectory.start(sandbox, ['jit']);
  const repo = await sandbox.repository('r', configFor(directory.url, rules), branches);
  await repo.install();
  await directory.down();
  await repo.git('checkout', '-q', 'release/1');
  const { event } = await pending(sandbox, 'release/1');
  const sync = await repo.scimHook('sync', '--json');
  expect(sync.status).toBe(5);
  expect(JSON.parse(sync.stdout)).toMatchObject({ outcome: 'pending', reason: 'unreachable' });
  // The one who tried is gone, and so is all that it had in mind.
  await repo.stopWorker();

  await directory.up();
  await repo.checkout('release/2');
  expect(directory.members('jit')).toEqual([COLLEAGUE, ALICE]);
  const closings = (await sandbox.audit()).filter((line) => line.kind === 'sync' && line.event === event);
  expect(closings.map(({ outcome }) => outcome)).toEqual(['pending', 'superseded']);
  await repo.checkout('plain');
  expect(directory.members('jit')).toEqual([COLLEAGUE]);
  expect(await faultsOfLog(sandbox)).toEqual([]);
});

test('sync --wait comes through as soon as the directory is back', async () => {
  await using sandbox = await Sandbox.create();
  await using directory = await EmbeddedDirectory.start(sandbox, ['jit']);
  const repo = await sandbox.repository('r', configFor(directory.url, rules), branches);
  await repo.install();
  await directory.down();
  await repo.git('checkout', '-q', 'release/1');
  await pending(sandbox, 'release/1');
  await repo.stopWorker();
  const waiting = repo.scimHook('sync', '--wait', '--json');
  await until('sync to have tried', async () =>
    (await sandbox.audit()).some((line) => line.kind === 'manual'),
  );
  await directory.up();
  const ran = await waiting;
  expect(ran.status).toBe(0);
  expect(JSON.parse(ran.stdout)).toMatchObject({ branch: 'release/1', outcome: 'applied' });
  expect(directory.members('jit')).toEqual([COLLEAGUE, ALICE]);
  expect(await faultsOfLog(sandbox)).toEqual([]);
});

test('leaving without a token is owed, and the next switch with one gives back', async () => {
  await using stage = await staged();
  const { sandbox, repo, directory } = stage;
  await repo.checkout('release/1');
  await repo.stopWorker();
  delete sandbox.env['SCIM_HOOK_TOKEN'];
  const before = directory.requests.length;
  await repo.checkout('plain');
  const status = JSON.parse((await repo.scimHook('status', '--json')).stdout);
  expect(status).toMatchObject({ leases: [], holds: [{ name: 'jit', state: 'owed' }] });
  const sync = await repo.scimHook('sync', '--json');
  expect(sync.status).toBe(4);
  expect(JSON.parse(sync.stdout)).toMatchObject({
    changes: [{ op: 'remove', outcome: 'owed', reason: 'no-token' }],
  });
  expect(directory.requests.length).toBe(before);

  await repo.stopWorker();
  sandbox.env['SCIM_HOOK_TOKEN'] = TOKEN;
  await repo.checkout('main');
  expect(stage.hasAccess()).toBe(false);
  expect((await sandbox.ledger()).holdings).toEqual([]);
  expect(await faultsOfLog(sandbox)).toEqual([]);
});

test('a token that is refused is denied, and a sync with a good one makes up for it', async () => {
  await using stage = await staged();
  const { sandbox, repo, directory } = stage;
  await repo.stopWorker();
  directory.tokens.clear();
  await repo.checkout('release/1');
  expect((await sandbox.events()).at(-1)).toMatchObject({ outcome: 'failed', reason: 'denied' });
  const sync = await repo.scimHook('sync', '--json');
  expect(sync.status).toBe(4);
  expect(JSON.parse(sync.stdout)).toMatchObject({ outcome: 'failed', reason: 'denied' });
  expect(directory.count('PATCH')).toBe(0);
  directory.tokens.add(TOKEN);
  expect(await repo.scimHook('sync')).toMatchObject({ status: 0 });
  expect(stage.hasAccess()).toBe(true);
  expect(JSON.stringify(await sandbox.audit())).not.toContain(TOKEN);
});

test('owed, and wanted again before it could be given back: it stays, and goes with the new lease', async () => {
  await using stage = await staged();
  const { sandbox, repo, directory } = stage;
  await repo.checkout('release/1');
  directory.misbehave({ how: 'reset' });
  await repo.git('checkout', '-q', 'plain');
  await owed(sandbox);
  await repo.stopWorker();
  directory.behave();
  await repo.checkout('release/2');
  expect(stage.hasAccess()).toBe(true);
  expect(directory.count('PATCH')).toBe(1);
  expect((await sandbox.ledger()).holdings).toMatchObject([{ state: 'held', before: 'absent' }]);
  await repo.checkout('plain');
  expect(stage.hasAccess()).toBe(false);
  expect(await faultsOfLog(sandbox)).toEqual([]);
});

test.each([
  ['was only accepted', { how: 'accept' }, 'owed'],
  ['was said to be done, and was not', { how: 'pretend' }, 'owed'],
  // Reading it back shows at once that it was done.
  ['was done, and the answer got lost', { how: 'lose-answer' }, 'applied'],
] as const)('a removal that %s is given back for certain in the end', async (_, misbehaviour, outcome) => {
  await using stage = await staged();
  const { sandbox, repo, directory } = stage;
  await repo.checkout('release/1');
  directory.misbehave(misbehaviour, { method: 'PATCH', times: 1 });
  await repo.checkout('plain');
  const [left] = (await sandbox.audit()).filter((line) => line.kind === 'change' && line.op === 'remove');
  expect(left?.outcome).toBe(outcome);
  expect(await repo.scimHook('sync')).toMatchObject({ status: 0 });
  expect(stage.hasAccess()).toBe(false);
  expect((await sandbox.ledger()).holdings).toEqual([]);
  expect(await faultsOfLog(sandbox)).toEqual([]);
});
