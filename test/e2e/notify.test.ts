// `scim-hook.notify`: hears once of what failed, was refused or is owed; never of a token, and never in anybody's way.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, inject, test } from 'vitest';
import type { Notice } from '../../src/core/notice.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, type Repo, Sandbox, TOKEN, until } from '../support/sandbox.ts';

interface Staged extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  readonly directory: FakeDirectory;
  /** What the command has heard so far. */
  heard(): Notice[];
}

/** A shell puts one line at once, so notices of commands that run side by side don't mix. */
const LISTENER = 'read -r line; printf "%s\\n" "$line" >>"$HOME/heard"; env >>"$HOME/env"';

async function staged(): Promise<Staged> {
  const sandbox = await Sandbox.create();
  const directory = await FakeDirectory.start({ token: TOKEN });
  directory.addUser({ userName: ALICE });
  const bob = directory.addUser({ userName: 'bob@acme.example' });
  directory.addGroup({ displayName: 'jit', members: [bob] });
  const rules = [rule('one', 'release/*', 'jit'), rule('two', 'odd/*', 'nowhere')];
  const repo = await sandbox.repository('r', configFor(directory.url, rules), ['release/1', 'odd/1']);
  await sandbox.run('git', ['config', '--global', 'scim-hook.notify', LISTENER], sandbox.root);
  await repo.install();
  const heard = join(sandbox.home, 'heard');
  return {
    sandbox,
    repo,
    directory,
    heard: () =>
      existsSync(heard)
        ? readFileSync(heard, 'utf8')
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line) as Notice)
        : [],
    [Symbol.asyncDispose]: async () => {
      await sandbox[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

test('hears of a refusal in the background, as the schema says, after the log has it', async () => {
  await using stage = await staged();
  const { repo, sandbox, heard } = stage;
  await repo.checkout('release/1');
  await repo.checkout('odd/1');
  const [notice, ...others] = await until('the notice', () => (heard().length > 0 ? heard() : null));
  expect(others).toEqual([]);
  const schema = readFileSync(join(inject('packageDirectory'), 'schemas', 'notice.schema.json'), 'utf8');
  const ajv = new Ajv({ strict: false });
  expect(ajv.validate(JSON.parse(schema) as object, notice), ajv.errorsText()).toBe(true);
  const closing = (await sandbox.audit()).find(({ kind, branch }) => kind === 'sync' && branch === 'odd/1');
  expect(notice).toMatchObject({
    event: closing?.event,
    kind: 'switch',
    from: 'release/1',
    branch: 'odd/1',
    subject: { value: ALICE },
    outcome: closing?.outcome,
    reason: 'unknown-group',
  });
  expect(notice?.changes).toContainEqual(
    expect.objectContaining({ op: 'remove', name: 'jit', outcome: 'applied' }) as object,
  );
});

test('hears of what a clone that is gone owes', async () => {
  await using stage = await staged();
  const { repo, sandbox, directory, heard } = stage;
  await repo.checkout('release/1');
  await repo.stopWorker();
  rmSync(repo.path, { recursive: true });
  directory.misbehave({ how: 'answer', status: 500 }, { method: 'PATCH' });
  const swept = await sandbox.run(process.execPath, [sandbox.bin, 'sweep'], sandbox.root, {
    env: { SCIM_HOOK_ENDPOINT: directory.url },
  });
  expect(swept.status).toBe(5);
  await until('the notice', () => heard().length > 0);
  expect(heard()).toMatchObject([{ branch: 'release/1', outcome: 'owed', changes: [{ name: 'jit' }] }]);
});

test('hears of what is owed once, not at each try; in the foreground too', async () => {
  await using stage = await staged();
  const { repo, directory, heard } = stage;
  await repo.checkout('release/1');
  await repo.stopWorker();
  directory.misbehave({ how: 'answer', status: 500 }, { method: 'PATCH' });
  expect((await repo.scimHook('revoke')).status).toBe(5);
  await until('the notice', () => heard().length > 0);
  expect(heard()).toMatchObject([{ kind: 'revoke', outcome: 'owed', changes: [{ name: 'jit' }] }]);
  expect((await repo.scimHook('sync', '--branch', 'main')).status).toBe(5);
  await repo.git('checkout', '-q', 'main');
  await repo.quiet();
  // A later notice, so that one of the tries would have come before it.
  directory.behave();
  await repo.checkout('odd/1');
  await until('the next notice', () => heard().some(({ branch }) => branch === 'odd/1'));
  expect(heard().filter(({ outcome }) => outcome === 'owed')).toHaveLength(1);
});

test('gets no token, nothing of ours, and a git that does not wake us', async () => {
  await using stage = await staged();
  const { repo, sandbox, heard } = stage;
  await repo.checkout('odd/1');
  await until('the notice', () => heard().length > 0);
  const path = join(sandbox.home, 'env');
  const env = await until('its environment', () =>
    existsSync(path) && /^HOME=/m.test(readFileSync(path, 'utf8')) ? readFileSync(path, 'utf8') : null,
  );
  expect(env).not.toContain(TOKEN);
  expect(env.split('\n').filter((line) => line.startsWith('SCIM_HOOK'))).toEqual(['SCIM_HOOK=0']);
  expect(env).not.toMatch(/^GIT_DIR=/m);
});

test('a command that hangs, fails or is none holds up nothing', async () => {
  await using stage = await staged();
  const { repo, sandbox } = stage;
  const pid = join(sandbox.home, 'pid');
  for (const command of ['echo $$ >"$HOME/pid"; exec sleep 1000', 'exit 7', '/no/such/command', ')(']) {
    await sandbox.run('git', ['config', '--global', 'scim-hook.notify', command], sandbox.root);
    const ran = await repo.scimHook('sync', '--branch', 'odd/2', '--json');
    expect(JSON.parse(ran.stdout)).toMatchObject({ outcome: expect.any(String) as string });
    expect(ran.stderr).toBe('');
    await repo.checkout('odd/1');
    await repo.checkout('main');
  }
  const sleeping = Number(
    await until('the sleeper', () => existsSync(pid) && readFileSync(pid, 'utf8').trim()),
  );
  expect(process.kill(sleeping, 0)).toBe(true);
  // It has its own process group, which ends with it.
  process.kill(-Number(readFileSync(`/proc/${sleeping}/stat`, 'utf8').split(' ')[4]), 'SIGKILL');
});

test('a clone cannot name the command, and the system’s beats the person’s', async () => {
  await using stage = await staged();
  const { repo, sandbox, heard } = stage;
  const file = join(sandbox.root, 'system.config');
  await writeFile(file, `[scim-hook]\n\tnotify = "touch \\"$HOME/theirs\\""\n`);
  await repo.git('config', 'scim-hook.notify', 'touch "$HOME/local"');
  await repo.git('-c', 'scim-hook.notify=touch "$HOME/called"', 'checkout', '-q', 'odd/1');
  await repo.quiet();
  await until('the notice', () => heard().length > 0);
  const env = { GIT_CONFIG_NOSYSTEM: '0', GIT_CONFIG_SYSTEM: file };
  await sandbox.run(process.execPath, [sandbox.bin, 'sync'], repo.path, { env });
  await until('the system’s command', () => existsSync(join(sandbox.home, 'theirs')));
  expect(['local', 'called'].filter((name) => existsSync(join(sandbox.home, name)))).toEqual([]);
  expect(heard()).toHaveLength(1);
});

test('says nothing in a clone that nobody trusted', async () => {
  await using stage = await staged();
  const { repo, sandbox, heard } = stage;
  await repo.git('config', '--unset', 'scim-hook.policy');
  await repo.checkout('release/1');
  const closed = (await sandbox.audit()).at(-1);
  expect(closed).toMatchObject({ kind: 'sync', outcome: 'refused', reason: 'untrusted' });
  await repo.git('config', 'scim-hook.policy', 'refs/heads/main');
  await repo.checkout('odd/1');
  await until('the notice', () => heard().length > 0);
  expect(heard()).toMatchObject([{ branch: 'odd/1' }]);
});
