// Shipping by the worker of a real clone: beside access, never in its way, at least once.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FakeDirectory } from '../support/fake-directory.ts';
import { Receiver } from '../support/receiver.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN, until } from '../support/sandbox.ts';
import { SECRET } from '../support/ship-rig.ts';

interface Staged extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly directory: FakeDirectory;
  readonly receiver: Receiver;
  /** The stored lines, by number, that are meant to leave. */
  due(): Promise<number[]>;
  arrived(): number[];
}

async function staged(settings: Record<string, string> = {}): Promise<Staged> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  const receiver = await Receiver.start();
  directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit' });
  const rules = [rule('release', 'release/*', 'jit')];
  const repo = await sandbox.repository('r', configFor(directory.url, rules), ['release/1', 'private/plans']);
  const all = { 'scim-hook.otlpEndpoint': receiver.url, ...settings };
  for (const [key, value] of Object.entries(all))
    await sandbox.run('git', ['config', '--global', key, value], sandbox.root);
  await repo.install();
  return {
    sandbox,
    repo,
    directory,
    receiver,
    due: async () => (await stored(sandbox)).filter(isDue).map(({ seq }) => seq),
    arrived: () => receiver.records.map(({ body }) => (JSON.parse(body) as { seq: number }).seq),
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

type Line = Awaited<ReturnType<Sandbox['audit']>>[number];

const stored = (sandbox: Sandbox): Promise<Line[]> => sandbox.audit();

/** By the branches alone, which is what matters: not by what the lines say of rules. */
const isDue = (line: Line): boolean =>
  ![line.branch, line.from].some((name) => typeof name === 'string' && !name.startsWith('release/')) &&
  line.branch !== undefined &&
  line.branch !== null;

test('what a switch changed arrives by itself; a private branch’s name doesn’t', async () => {
  await using stage = await staged();
  const { repo, receiver, sandbox } = stage;
  await repo.checkout('release/1');
  await repo.checkout('private/plans');
  await repo.checkout('release/1');
  await until('all lines to arrive', async () =>
    (await stage.due()).every((seq) => stage.arrived().includes(seq)),
  );
  const text = readFileSync(join(sandbox.state, 'audit', 'audit.jsonl'), 'utf8').split('\n');
  for (const { body } of receiver.records) expect(text).toContain(body);
  expect(text.join()).toContain('private/plans');
  expect(receiver.delivered.map(({ body }) => body.toString('latin1')).join()).not.toContain('private/plans');
  const changes = receiver.records.filter(({ eventName }) => eventName === 'scim_hook.change');
  expect(
    changes.map(({ attributes }) => [attributes['scim_hook.op'], attributes['vcs.ref.head.name']]),
  ).toEqual([
    ['add', 'release/1'],
    ['remove', 'release/1'],
    ['add', 'release/1'],
  ]);
  expect(receiver.delivered.map(({ headers }) => headers['authorization'])).not.toContain(`Bearer ${TOKEN}`);
  expect(new Set(stage.arrived()).size).toBe(stage.arrived().length);
});

test('a dead collector is in nobody’s way: access changes while its request hangs, and git says nothing', async () => {
  await using stage = await staged();
  const { repo, receiver, directory } = stage;
  await repo.quiet();
  receiver.answer = () => 'hang';
  const before = receiver.delivered.length;
  await repo.checkout('release/1');
  await until('a request that hangs', () => receiver.delivered.length > before);
  const ran = await repo.git('checkout', 'private/plans');
  expect(ran).toMatchObject({ status: 0, stdout: '' });
  expect(ran.stderr).toBe("Switched to branch 'private/plans'\n");
  await repo.quiet();
  // Given back, though the collector has not answered yet.
  expect(directory.members('jit')).toEqual([]);
  const status = await repo.scimHook('status', '--json');
  expect(JSON.parse(status.stdout)).toMatchObject({ shipping: { extent: 'matched' } });
  receiver.answer = () => ({ status: 200 });
  const pushed = await until(
    'the push',
    async () => {
      const done = await repo.scimHook('log', 'push');
      return done.status === 0 ? done : null;
    },
    60_000,
  );
  expect(pushed.stdout).toContain(`✓ ${receiver.url}/v1/logs (OTLP)`);
  expect((await stage.due()).filter((seq) => !stage.arrived().includes(seq))).toEqual([]);
});

test('a worker that dies in the middle loses nothing', async () => {
  await using stage = await staged();
  const { repo, receiver, sandbox } = stage;
  await repo.quiet();
  for (let round = 0; round < 4; round++) {
    const before = receiver.delivered.length;
    // It has the lines, and the worker never hears of that.
    receiver.answer = () => 'hang';
    await repo.git('checkout', '-q', round % 2 === 0 ? 'release/1' : 'private/plans');
    await until('a delivery', () => receiver.delivered.length > before, 30_000);
    for (const pid of sandbox.workers()) process.kill(pid, 'SIGKILL');
    await until('the worker to end', () => sandbox.workers().length === 0);
  }
  receiver.answer = () => ({ status: 200 });
  await until('the push', async () => (await repo.scimHook('log', 'push')).status === 0, 60_000);
  expect((await stage.due()).filter((seq) => !stage.arrived().includes(seq))).toEqual([]);
});

test('sync leaves it to a worker; run ships itself, with its command’s status and without its secrets', async () => {
  await using stage = await staged({ 'scim-hook.webhookSecret': SECRET });
  const { repo, sandbox, receiver } = stage;
  await until('no worker', () => sandbox.workers().length === 0);
  await repo.scimHook('sync', '--branch', 'release/1');
  await until('what sync did', async () => (await stage.due()).every((seq) => stage.arrived().includes(seq)));
  await until('no worker', () => sandbox.workers().length === 0);
  sandbox.env['SCIM_HOOK_WEBHOOK_SECRET'] = SECRET;
  const ran = await repo.scimHook(
    'run',
    '--branch',
    'release/1',
    '--',
    'sh',
    '-c',
    'env | grep -c SECRET; exit 7',
  );
  expect(ran).toMatchObject({ status: 7, stdout: '0\n' });
  expect((await stage.due()).filter((seq) => !stage.arrived().includes(seq))).toEqual([]);
  receiver.answer = () => 'reset';
  expect(await repo.scimHook('run', '--branch', 'release/1', '--', 'true')).toMatchObject({
    status: 0,
    stderr: '',
  });
});

test('a webhook hears of a checkout', async () => {
  await using hook = await Receiver.start();
  await using stage = await staged({ 'scim-hook.webhook': hook.url, 'scim-hook.webhookSecret': SECRET });
  await stage.repo.checkout('release/1');
  const types = () =>
    hook.delivered.map(({ body }) => (JSON.parse(body.toString('utf8')) as { type: string }).type);
  await until('its events', () => types().some((type) => type.includes('completed')));
  expect(types().map((type) => type.split('.')[3])).toEqual(['switched', 'completed']);
});
