// The main job: a checkout puts the developer into the branch's groups, leaving takes it back, each step is logged.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultsOfLog } from '../support/audit-check.ts';
import { EmbeddedDirectory } from '../support/embedded-directory.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';

const COLLEAGUE = 'colleague@example.com';
const release = rule('release', 'release/*', 'jit-release', { for: '8h' });

const outAndBack = [
  { kind: 'switch', branch: 'main', outcome: 'unchanged', reason: 'no-rule' },
  { kind: 'switch', from: 'main', branch: 'release/1', outcome: 'applied' },
  { kind: 'switch', from: 'release/1', branch: 'main', outcome: 'applied' },
];

const oid = async (repo: Repo, name: string): Promise<string> =>
  (await repo.git('rev-parse', name)).stdout.trim();

test('a switch to a branch grants its group, leaving it gives it back', async () => {
  await using sandbox = await Sandbox.create();
  await using directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  directory.addGroup({ displayName: 'jit-release', members: [bob] });
  const repo = await sandbox.repository('payments', configFor(directory.url, [release]), ['release/1']);

  expect(await repo.install()).toMatchObject({ status: 0 });
  await repo.checkout('release/1');
  expect(directory.members('jit-release')).toEqual([bob, alice]);
  await repo.checkout('main');
  expect(directory.members('jit-release')).toEqual([bob]);

  expect(await sandbox.events()).toMatchObject(outAndBack);
});

test('in and out at the directory that ships with the package', async () => {
  await using sandbox = await Sandbox.create();
  await using directory = await EmbeddedDirectory.start(sandbox, ['jit-release']);
  const repo = await sandbox.repository('payments', configFor(directory.url, [release]), ['release/1']);

  expect(await repo.install()).toMatchObject({ status: 0 });
  await repo.checkout('release/1');
  expect(directory.members('jit-release')).toEqual([COLLEAGUE, ALICE]);
  await repo.checkout('main');
  expect(directory.members('jit-release')).toEqual([COLLEAGUE]);

  expect(await sandbox.events()).toMatchObject(outAndBack);
  expect(await faultsOfLog(sandbox)).toEqual([]);
});

test('every line of the log says who, what, why and under which rules, in the order it happened', async () => {
  await using sandbox = await Sandbox.create();
  await using directory = await FakeDirectory.start({ token: TOKEN });
  const alice = directory.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  const group = directory.addGroup({ displayName: 'jit-release', members: [bob] });
  const repo = await sandbox.repository('payments', configFor(directory.url, [release]), ['release/1']);
  await repo.install();
  const file = join(sandbox.state, 'audit', 'audit.jsonl');
  /** What the log holds at the moment when the change arrives at the directory. */
  const atPatch = async (): Promise<string> => {
    for (;;) if ((await directory.next()).method === 'PATCH') return readFile(file, 'utf8');
  };
  const during = atPatch();
  await repo.checkout('release/1');
  const [intended] = (await during).trimEnd().split('\n').slice(-1);
  expect(JSON.parse(intended ?? '')).toMatchObject({ kind: 'intent', op: 'add', name: 'jit-release' });
  await repo.checkout('main');

  expect(await faultsOfLog(sandbox)).toEqual([]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const lines = await sandbox.audit();
  expect(lines.map(({ kind, op }) => (op === undefined ? kind : `${kind} ${op}`))).toEqual([
    'log-start',
    'install',
    ...['switch', 'sync'],
    ...['switch', 'intent add', 'change add', 'sync'],
    ...['switch', 'intent remove', 'change remove', 'sync'],
  ]);
  const [commit, blob] = [await oid(repo, 'main'), await oid(repo, 'main:.scimsyncrc')];
  const device = (await readFile(join(sandbox.state, 'device'), 'utf8')).trim();
  for (const line of lines.slice(2)) {
    expect(line).toMatchObject({
      v: 1,
      mode: 'enforce',
      policy: commit,
      rulesBlob: blob,
      subject: ALICE,
      subjectId: alice,
      worktree: repo.path,
      event: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      repo: lines[2]?.repo,
    });
    expect(device).toContain(line.device);
    expect(JSON.stringify(line)).not.toContain(TOKEN);
    expect([line.at, line.time].every((time) => new Date(time).toISOString() === time)).toBe(true);
  }
  const steps = lines.filter(({ kind }) => kind === 'intent' || kind === 'change');
  const lease = steps[0]?.lease;
  expect(lease).toMatch(/^[0-9a-f]{8}-/);
  for (const step of steps) {
    expect(step).toMatchObject({
      target: 'group',
      targetId: group,
      name: 'jit-release',
      before: 'absent',
      lease,
      rules: ['release'],
    });
    if (step.kind !== 'change') continue;
    expect(step).toMatchObject({ outcome: 'applied', verified: 'confirmed', status: 204, attempts: 1 });
    expect(step.requestId).toMatch(/./);
  }
  const granted = lines.find(({ op, kind }) => op === 'add' && kind === 'change');
  expect(Date.parse(String(granted?.expires)) - Date.parse(String(granted?.at))).toBeGreaterThan(
    7.9 * 3_600_000,
  );
});
