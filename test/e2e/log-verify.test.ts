// `log verify` and `log checkpoint` as a person has them: the installed package, a log that real switches wrote.
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { checkpointDocument, verifyDocument } from '../../src/cli/verify-document.ts';
import { need } from '../adapters/hook-rig.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { ALICE, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';
import { Terminal } from '../support/terminal.ts';

const fileOf = (sandbox: Sandbox): string => join(sandbox.state, 'audit', 'audit.jsonl');

/** A repository in which some switches gave access and took it back. */
async function lived(sandbox: Sandbox, directory: FakeDirectory): Promise<Repo> {
  directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit-release' });
  const repo = await sandbox.repository(
    'payments',
    {
      version: 1,
      scim: { endpoint: directory.url },
      rules: [{ name: 'release', branches: ['release/*'], grant: { groups: ['jit-release'] } }],
    },
    ['release/1'],
  );
  expect((await repo.install()).status).toBe(0);
  await repo.checkout('release/1');
  await repo.checkout('main');
  return repo;
}

async function signingKey(sandbox: Sandbox, repo: Repo, passphrase = ''): Promise<string> {
  const key = join(sandbox.home, 'id');
  await sandbox.run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', key], sandbox.root);
  await repo.git('config', '--global', 'gpg.format', 'ssh');
  await repo.git('config', '--global', 'user.signingKey', `${key}.pub`);
  const signers = join(sandbox.root, 'signers');
  await writeFile(signers, `${ALICE} namespaces="scim-hook-audit" ${await readFile(`${key}.pub`, 'utf8')}`);
  return signers;
}

test('from a switch to a signed checkpoint, and to what is done to the log after that', async (ctx) => {
  need(ctx, 'ssh-keygen');
  await using sandbox = await Sandbox.create();
  await using directory = await FakeDirectory.start({ token: TOKEN });
  const repo = await lived(sandbox, directory);
  const lines = await sandbox.audit();
  const whole = await repo.scimHook('log', 'verify');
  expect(whole).toMatchObject({ status: 0, stderr: '' });
  expect(whole.stdout).toBe(
    `${lines.length} lines, seq 1–${lines.length}, from ${lines[0]?.time} to ${lines.at(-1)?.time}: whole.\nHead: seq ${lines.length} hash ${lines.at(-1)?.hash}\n`,
  );

  expect(await repo.scimHook('log', 'checkpoint')).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining('git config --global gpg.format ssh'),
  });
  const signers = await signingKey(sandbox, repo);
  const signed = await repo.scimHook('log', 'checkpoint', '--json');
  expect(signed).toMatchObject({ status: 0, stderr: '' });
  const { checkpoint, signature } = v.parse(
    v.strictObject(checkpointDocument.entries),
    JSON.parse(signed.stdout),
  );
  const elsewhere = join(sandbox.root, 'kept.checkpoint');
  await writeFile(elsewhere, checkpoint);
  await writeFile(`${elsewhere}.sig`, signature);
  const proven = await repo.scimHook('log', 'verify', '--allowed-signers', signers, '--against', elsewhere);
  expect(proven).toMatchObject({ status: 0, stderr: '' });
  expect(proven.stdout).toContain(`Signed: seq ${lines.length} by ${ALICE} at `);

  const text = await readFile(fileOf(sandbox), 'utf8');
  const copy = join(sandbox.root, 'copy.ndjson');
  await writeFile(copy, text);
  await writeFile(fileOf(sandbox), text.split('\n').slice(0, -3).join('\n').concat('\n'));
  for (const against of [elsewhere, copy]) {
    const cut = await repo.scimHook('log', 'verify', '--against', against, '--json');
    expect(cut).toMatchObject({ status: 1, stderr: '' });
    const document = v.parse(verifyDocument, JSON.parse(cut.stdout));
    expect(document.findings.shown.map(({ is, seq }) => [is, seq])).toContainEqual([
      'truncated',
      lines.length - 2,
    ]);
  }
  await writeFile(fileOf(sandbox), text.replace('"kind":"change","lease"', '"kind":"change","leash"'));
  const altered = await repo.scimHook('log', 'verify');
  expect(altered.status).toBe(1);
  const line = text.split('\n').findIndex((each) => each.includes('"kind":"change","lease"')) + 1;
  expect(altered.stdout).toContain(`✗ audit.jsonl:${line} (seq ${line})  altered: `);
  expect(altered.stdout).toMatch(/: not whole, 1 finding\.\n/);
});

test('a log that is empty, torn, or can’t be read', async () => {
  await using sandbox = await Sandbox.create();
  await using directory = await FakeDirectory.start({ token: TOKEN });
  const verify = (...args: string[]) =>
    sandbox.run(process.execPath, [sandbox.bin, 'log', 'verify', ...args], sandbox.root);
  expect(await verify()).toMatchObject({
    status: 0,
    stdout: 'The log is empty: nothing was recorded yet.\n',
  });
  const repo = await lived(sandbox, directory);
  await repo.stopWorker();
  await appendFile(fileOf(sandbox), '{"at":"2026-11-23T18:16:06.950Z","branch":"re');
  const torn = await verify();
  expect(torn.status).toBe(0);
  expect(torn.stdout).toMatch(/^· audit\.jsonl:\d+ {2}cut off, by a crash or a full disk/);
  const missing = await verify('--from', 'none.jsonl');
  expect(missing).toMatchObject({ status: 2, stdout: '' });
  expect(missing.stderr).toContain('none.jsonl');
  expect(missing.stderr).not.toContain('    at ');
  expect(await verify('--against', 'none.jsonl', '--json')).toMatchObject({ status: 2, stderr: '' });
  await writeFile(join(sandbox.root, 'other'), 'hello\n');
  expect((await verify('--against', 'other')).stderr).toContain('has no line of a log in it');
});

test('a passphrase is asked for in a terminal, and nowhere else', async (ctx) => {
  need(ctx, 'ssh-keygen');
  await using sandbox = await Sandbox.create();
  await using directory = await FakeDirectory.start({ token: TOKEN });
  const repo = await lived(sandbox, directory);
  await signingKey(sandbox, repo, 'open sesame');
  expect(await repo.scimHook('log', 'checkpoint')).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringContaining('has a passphrase'),
  });
  const argv = [process.execPath, sandbox.bin, 'log', 'checkpoint'];
  await using terminal = Terminal.open(ctx, argv, { cwd: repo.path, env: sandbox.env, columns: 120 });
  await terminal.shows('Enter passphrase');
  terminal.type('open sesame\n');
  await terminal.shows('BEGIN SSH SIGNATURE');
  expect(await terminal.end()).toBe(0);
  expect(terminal.shown).not.toContain('open sesame');
});
