// `status` in full: what is held and for how long, what is owed and why, what waits, what comes next; offline, and fast.
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv, type AnySchemaObject } from 'ajv';
import { expect, inject, test } from 'vitest';
import type { StatusDocument } from '../../src/cli/documents.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Ran, type Repo, Sandbox, TOKEN } from '../support/sandbox.ts';

interface Stage extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly directory: FakeDirectory;
}

async function stage(): Promise<Stage> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  directory.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  for (const displayName of ['jit', 'other']) directory.addGroup({ displayName, members: [bob] });
  const config = configFor(directory.url, [
    rule('one', 'release/*', 'jit', { for: '8h' }),
    rule('two', 'hotfix/*', 'other'),
  ]);
  const repo = await sandbox.repository('r', config, ['release/1', 'hotfix/1']);
  const end = async (): Promise<void> => {
    await sandbox[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  };
  return { sandbox, repo, directory, [Symbol.asyncDispose]: end };
}

/** Checked against the schema that ships. */
function document({ stdout }: Ran): StatusDocument {
  const status = JSON.parse(stdout) as StatusDocument;
  const schema = readFileSync(join(inject('packageDirectory'), 'schemas', 'status.schema.json'), 'utf8');
  const validate = new Ajv({ allErrors: true }).compile(JSON.parse(schema) as AnySchemaObject);
  expect(validate(status), JSON.stringify(validate.errors)).toBe(true);
  return status;
}

test('leases of this clone come first, those by hand are marked; nothing is asked of the directory or a helper', async () => {
  await using staged = await stage();
  const { sandbox, repo, directory } = staged;
  await repo.install();
  await repo.git('clone', '-q', '.', join(sandbox.root, 'second'));
  await repo.checkout('release/1');
  await repo.scimHook('sync', '--branch', 'hotfix/1');
  const sent = directory.requests.length;
  await repo.git('config', 'credential.helper', `!echo asked >>'${sandbox.root}/asked'; false`);
  sandbox.env['SCIM_HOOK_TOKEN'] = '';
  const status = document(await repo.scimHook('status', '--json'));
  expect(status.leases.map(({ branch, by, here }) => [branch, by, here])).toEqual([
    ['release/1', 'checkout', true],
    ['hotfix/1', 'hand', true],
  ]);
  expect(status).toMatchObject({ next: null, pending: [], trust: { missing: [] } });
  const shown = (await repo.scimHook('status')).stdout;
  expect(shown).toMatch(/^hook {6}ok, git would run it now$/m);
  expect(shown).toMatch(/^lease {5}release\/1: 7 h 5\d min left \(one; /m);
  expect(shown).toMatch(
    /^lease {5}hotfix\/1: 11 h 5\d min left \(two; .*, by hand until a plain sync\) [0-9a-f]{8}$/m,
  );
  expect(shown).not.toContain('next');
  expect(directory.requests).toHaveLength(sent);
  expect(() => readFileSync(join(sandbox.root, 'asked'))).toThrow();

  // Seen from another clone of the same person, they are elsewhere.
  const there = await sandbox.run(process.execPath, [sandbox.bin, 'status'], join(sandbox.root, 'second'));
  expect(there.stdout).toMatch(/^rules {5}no, nothing is accepted in this clone$/m);
  expect(there.stdout).toMatch(/^elsewhere release\/1: /m);
  expect(there.stdout).toMatch(/\n\nnext {6}Look at what the repository proposes/);
});

test('what is owed is shown with since when and why, and what to do', async () => {
  await using staged = await stage();
  const { repo, directory } = staged;
  await repo.install();
  await repo.checkout('release/1');
  directory.misbehave({ how: 'answer', status: 403 }, { method: 'PATCH' });
  await repo.git('checkout', '-q', 'main');
  await repo.scimHook('sync');
  const status = document(await repo.scimHook('status', '--json'));
  expect(status.holds).toMatchObject([{ name: 'jit', state: 'owed', tried: { reason: 'denied' } }]);
  expect(status.next).toContain('scim-hook sync');
  const { stdout } = await repo.scimHook('status');
  expect(stdout).toMatch(
    /^owed {6}jit, not given back yet; granted .* ago, last tried .* ago: the directory refused the token$/m,
  );
  expect(stdout).toMatch(/^holds {5}nothing$/m);
  directory.behave();
  await repo.scimHook('sync');
  expect(document(await repo.scimHook('status', '--json'))).toMatchObject({ holds: [], next: null });
});

test('what is pending, and a pin that is missing, are named', async () => {
  await using staged = await stage();
  const { repo, directory } = staged;
  await repo.install();
  directory.misbehave({ how: 'reset' });
  await repo.git('checkout', '-q', 'release/1');
  await repo.stopWorker();
  await repo.scimHook('sync');
  const status = document(await repo.scimHook('status', '--json'));
  expect(status.pending).toContainEqual(expect.objectContaining({ branch: 'release/1' }));
  expect(status.spool.open).toBe(status.pending.length);
  expect((await repo.scimHook('status')).stdout).toMatch(/^pending {3}\w+ to release\/1, not settled for /m);
  await repo.git('config', '--unset', 'scim-hook.policy');
  expect(document(await repo.scimHook('status', '--json'))).toMatchObject({
    trust: { missing: ['scim-hook.policy'] },
  });
  expect((await repo.scimHook('status')).stdout).toMatch(
    /^rules {5}no, scim-hook\.policy is missing from git's config$/m,
  );
  await rm(join(repo.path, '.git/hooks/post-checkout'));
  expect((await repo.scimHook('status')).stdout).toMatch(/^hook {6}no, another tool took it out/m);
});
