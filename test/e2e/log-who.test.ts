// Who held what when: from real switches through the real command line, and from logs that were collected.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { userDocument, whoDocument } from '../../src/cli/span-documents.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { LogMaker } from '../support/made-log.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Ran, Sandbox, TOKEN } from '../support/sandbox.ts';

const T = Date.parse('2026-10-03T09:00:00Z');
const HOUR = 3_600_000;

/** Runs a subcommand of `log` on these logs. */
async function ask(sandbox: Sandbox, makers: readonly LogMaker[], ...args: string[]): Promise<Ran> {
  const files = makers.map(({ device }) => join(sandbox.root, `${device}.jsonl`));
  await Promise.all(makers.map(({ text }, index) => writeFile(files[index] ?? '', text)));
  return sandbox.run(process.execPath, [sandbox.bin, 'log', ...args, '--from', ...files], sandbox.root);
}

test('who holds a group now, which checkout gave it, and how that is known', async () => {
  await using sandbox = await Sandbox.create();
  await using directory = await FakeDirectory.start({ token: TOKEN });
  directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit-release' });
  const config = configFor(directory.url, [rule('release', 'release/*', 'jit-release', { for: '8h' })]);
  const repo = await sandbox.repository('payments', config, ['release/1']);
  await repo.install();
  await repo.checkout('release/1');
  const policy = (await repo.git('rev-parse', 'main')).stdout.trim();
  const given = (await sandbox.audit()).find(
    ({ kind, branch }) => kind === 'switch' && branch === 'release/1',
  );

  const who = v.parse(
    whoDocument,
    JSON.parse((await repo.scimHook('log', 'who', 'jit-release', '--json')).stdout),
  );
  expect(who.holders).toMatchObject([
    {
      ...{ subject: { value: ALICE }, certainty: 'held', before: 'absent', until: null },
      grant: {
        ...{ kind: 'switch', from: 'main', branch: 'release/1', rules: ['release'], policy },
        ...{ verified: 'confirmed', event: given?.event, happened: given?.at },
      },
    },
  ]);
  const lease = (await sandbox.ledger()).leases[0];
  expect(who.holders[0]?.lease).toEqual({
    id: lease?.id,
    expires: new Date(lease?.expires ?? 0).toISOString(),
  });
  const said = await repo.scimHook('log', 'who', 'jit-release');
  for (const part of [ALICE, 'from main to release/1', policy, 'read back', `log show ${given?.event}`])
    expect(said.stdout).toContain(part);

  await repo.checkout('main');
  expect((await repo.scimHook('log', 'who', 'jit-release')).stdout).toMatch(
    /nobody held jit-release[\s\S]*Last before that: alice@acme.example/,
  );
  const user = v.parse(
    userDocument,
    JSON.parse((await repo.scimHook('log', 'user', ALICE, '--json')).stdout),
  );
  expect(user).toMatchObject({
    held: [],
    last: { name: 'jit-release', end: { kind: 'switch', branch: 'main' } },
  });
});

test('one answer over the logs of several machines, each with what it covers', async () => {
  await using sandbox = await Sandbox.create();
  const [alice, bob] = [new LogMaker(ALICE, 'm-1'), new LogMaker('bob@acme.example', 'm-2')];
  alice.visit(T, T + 9 * HOUR, 'release/2.1', 'release-push');
  bob.visit(T + HOUR, T + 2 * HOUR, 'hotfix/login', 'release-push');
  const at = (time: string) => ask(sandbox, [alice, bob], 'who', 'release-push', '--utc', '--at', time);
  const both = (await at('2026-10-03T10:30:00Z')).stdout;
  expect(both).toMatch(/At 10:30 on 3 October 2026 \(UTC\), these 2 held release-push:/);
  for (const device of ['m-1', 'm-2']) expect(both).toContain(`machine ${device}: lines 1 to`);
  const one = (await at('2026-10-03T14:00:00Z')).stdout;
  expect(one).toContain('this person held release-push');
  expect(one).not.toContain('bob@acme.example');
});

test('outside of what the log covers it says so, and implies nothing', async () => {
  await using sandbox = await Sandbox.create();
  const maker = new LogMaker(ALICE, 'm-1');
  maker.visit(T, T + HOUR, 'release/2.1', 'release-push');
  const before = await ask(sandbox, [maker], 'who', 'release-push', '--at', '2025-01-01T00:00:00Z');
  expect(before.stdout).toContain("before the first line (2026-01-01 00:00:00), so the log can't tell");
  expect(before.stdout).not.toContain('nobody');
  const after = await ask(sandbox, [maker], 'who', 'release-push', '--at', '2026-11-01T00:00:00Z');
  expect(after.stdout).toContain('The last line is of 2026-10-03');
  expect(after.stdout).toContain('outside scim-hook is in no log');
});

test('a name that no line has gets the near ones; a time that is none, what times are', async () => {
  await using sandbox = await Sandbox.create();
  const maker = new LogMaker(ALICE, 'm-1');
  maker.visit(T, T + HOUR, 'release/2.1', 'release-push');
  expect((await ask(sandbox, [maker], 'who', 'relase-push')).stdout).toContain('Did you mean release-push?');
  expect((await ask(sandbox, [maker], 'user', 'Alice@acme.example')).stdout).toContain(
    `Did you mean ${ALICE}?`,
  );
  expect(await ask(sandbox, [maker], 'who', 'x', '--at', 'teatime')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('"teatime" is no time'),
  });
});

test('a removal that came late counts from when it happened; an id, and a former name, are the same group', async () => {
  await using sandbox = await Sandbox.create();
  const maker = new LogMaker(ALICE, 'm-1');
  maker.visit(T, null, 'release/2.1', 'release-push');
  const leaving = maker.event(T + HOUR, { kind: 'switch', branch: 'main', from: 'release/2.1' });
  maker.visit(T + 3 * HOUR, null, 'other', 'other-group');
  const at = new Date(T + HOUR).toISOString();
  const removal = { op: 'remove', outcome: 'applied', verified: 'confirmed', late: true } as const;
  // It was renamed meanwhile, and the line was written two hours later.
  maker.change(
    T + HOUR,
    leaving,
    { ...removal, at, name: 'renamed', targetId: 'id-of-release-push' },
    'change',
  );
  const held = async (name: string, time: number) => {
    const ran = await ask(sandbox, [maker], 'who', name, '--json', '--at', new Date(time).toISOString());
    return v.parse(whoDocument, JSON.parse(ran.stdout)).holders.map(({ subject }) => subject.value);
  };
  expect(await held('release-push', T + HOUR / 2)).toEqual([ALICE]);
  expect(await held('release-push', T + 2 * HOUR)).toEqual([]);
  expect(await held('id-of-release-push', T + HOUR / 2)).toEqual([ALICE]);
});

test('a log that was collected twice is one log; what another machine took back is said', async () => {
  await using sandbox = await Sandbox.create();
  const [one, other] = [new LogMaker(ALICE, 'm-1'), new LogMaker(ALICE, 'm-2')];
  one.visit(T, null, 'release/2.1', 'release-push');
  other.visit(T + HOUR, T + 2 * HOUR, 'release/2.1', 'release-push');
  await writeFile(join(sandbox.root, 'copy.jsonl'), one.text);
  const args = ['who', 'release-push', '--json', '--at', '2026-10-03T13:00Z', '--from', 'copy.jsonl'];
  const ran = await ask(sandbox, [one, other], ...args);
  const { holders } = v.parse(whoDocument, JSON.parse(ran.stdout));
  expect(holders).toMatchObject([{ device: 'm-1', takenElsewhere: { device: 'm-2' } }]);
});

test('what is only owed or unanswered is said for what it is', async () => {
  await using sandbox = await Sandbox.create();
  const maker = new LogMaker(ALICE, 'm-1');
  maker.visit(T, null, 'release/2.1', 'a');
  const event = maker.event(T + HOUR, { kind: 'switch', branch: 'main', from: 'release/2.1' });
  const change = { branch: 'main', outcome: 'owed', reason: 'unreachable' } as const;
  maker.change(T + HOUR, event, { ...change, op: 'remove', name: 'a' });
  maker.change(T + HOUR, event, { branch: 'main', op: 'add', name: 'b' }, 'intent');
  maker.change(T + HOUR, event, { op: 'add', name: 'c', outcome: 'would' }, 'change');
  const said = (await ask(sandbox, [maker], 'user', ALICE, '--at', '2026-10-03T12:00Z')).stdout;
  expect(said).toMatch(/ {2}a {2}not given back yet: owed[\s\S]*could not be reached/);
  expect(said).toMatch(/ {2}b {2}may have had it[\s\S]*no answer to the request/);
  expect(said).not.toContain('  c  ');
});
