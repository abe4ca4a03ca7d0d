// A log that has grown to its limit: it is sealed at the next switch, read as one all the same, and let go of only when
// nothing is open that began in it.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultsOfLog } from '../support/audit-check.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { growLog } from '../support/grown-log.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN, until } from '../support/sandbox.ts';
import { filesOfLog } from '../support/stored-log.ts';

const FULL = 64 * 1024 * 1024;

interface Scene extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  /** The log's directory. */
  readonly audit: string;
}

/** On `release/1`, which grants, with a log that is full. */
async function grown(): Promise<Scene> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit', members: [directory.addUser({ userName: 'bob@acme.example' })] });
  const repo = await sandbox.repository('r', configFor(directory.url, [rule('one', 'release/*', 'jit')]), [
    'release/1',
    'plain',
    'other',
  ]);
  await repo.install();
  await repo.checkout('release/1');
  await repo.stopWorker();
  const audit = join(sandbox.state, 'audit');
  await growLog(audit, FULL);
  return {
    sandbox,
    repo,
    audit,
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

const SEALED = 'audit.000000000001.jsonl';

test('full, it is sealed at the next switch; a lost ledger is rebuilt from all of it', async () => {
  await using scene = await grown();
  const { sandbox, repo, audit } = scene;
  const ledger = await sandbox.ledger();
  await repo.scimHook('sync');
  expect(await filesOfLog(audit)).toEqual([SEALED, 'audit.jsonl']);
  expect((await stat(join(audit, SEALED))).mode & 0o777).toBe(0o400);
  expect((await stat(join(audit, 'audit.jsonl'))).size).toBeLessThan(1024 * 1024);
  await sandbox.run('rm', [join(sandbox.state, 'ledger.json')], sandbox.root);
  await repo.scimHook('sync');
  const rebuilt = await sandbox.ledger();
  expect(rebuilt.leases.map(({ id }) => id)).toEqual(ledger.leases.map(({ id }) => id));
  expect(rebuilt.holdings.map(({ item }) => item.name)).toEqual(['jit']);
  await repo.checkout('plain');
  expect(await sandbox.ledger()).toMatchObject({ leases: [], holdings: [] });
  expect(await faultsOfLog(sandbox)).toEqual([]);
});

test('with scim-hook.logKeep it goes, by the worker or a sweep, once the grant that began in it has ended', async () => {
  await using scene = await grown();
  const { sandbox, repo, audit } = scene;
  await sandbox.run('git', ['config', '--global', 'scim-hook.logKeep', '1ms'], sandbox.root);
  // Seals the file, with the grant still open.
  await repo.scimHook('sync');
  expect(await repo.scimHook('sweep')).toMatchObject({ status: 0 });
  expect(await filesOfLog(audit)).toEqual([SEALED, 'audit.jsonl']);
  await repo.checkout('plain');
  expect(await repo.scimHook('sweep')).toMatchObject({ status: 0, stdout: '', stderr: '' });
  expect(await filesOfLog(audit)).toEqual(['audit.jsonl']);
  const [marker] = (await sandbox.audit()).filter(({ kind }) => kind === 'log-start');
  expect(marker).toMatchObject({ dropped: expect.any(Number), device: expect.any(String) });
  expect(await faultsOfLog(sandbox)).not.toContainEqual(expect.stringMatching(/^line /));

  await repo.stopWorker();
  await growLog(audit, FULL);
  // Sealed by the worker, which then looks what may go.
  await repo.checkout('other');
  await until('the worker to let go of the file', async () => (await filesOfLog(audit)).length === 1);
  expect(await repo.scimHook('status')).toMatchObject({ status: 0 });
});
