// Behind a company's proxy, with a company's CA: the worker and every command go the way the machine's owner set, and no clone another.
import { expect, test } from 'vitest';
import { need } from '../adapters/hook-rig.ts';
import { Authority } from '../support/certificates.ts';
import { ConnectProxy } from '../support/connect-proxy.ts';
import { FakeDirectory } from '../support/fake-directory.ts';
import { configFor, rule } from '../support/rules.ts';
import { ALICE, Sandbox, TOKEN, until } from '../support/sandbox.ts';
import { TlsFront } from '../support/tls-front.ts';

const PASSWORD = 'proxy-password';

test('what global config says counts, and what the clone says does not', async (context) => {
  need(context, 'openssl');
  using authority = new Authority();
  using stranger = new Authority();
  await using directory = await FakeDirectory.start({ token: TOKEN });
  await using front = await TlsFront.start(directory, authority.sign('DNS:idp.example.test'));
  await using proxy = await ConnectProxy.start();
  await using evil = await ConnectProxy.start();
  await using sandbox = await Sandbox.create();
  proxy.routes.set('idp.example.test:443', front.port);
  const alice = directory.addUser({ userName: ALICE });
  directory.addGroup({ displayName: 'jit' });
  const endpoint = `https://idp.example.test${new URL(directory.url).pathname}`;
  const repo = await sandbox.repository('r', configFor(endpoint, [rule('one', 'release/*', 'jit')]), [
    'release/1',
  ]);

  const unset = await repo.install('--endpoint', endpoint);
  expect(unset.status).not.toBe(0);
  expect(directory.requests).toEqual([]);

  const config = (...args: string[]) => repo.git('config', ...args);
  await config('--global', 'http.proxy', `http://alice:${PASSWORD}@${proxy.host}`);
  await config('--global', `http.${endpoint}.sslCAInfo`, authority.file);
  await config('--local', 'http.proxy', `http://${evil.host}`);
  await config('--local', `http.${endpoint}.proxy`, `http://${evil.host}`);
  await config('--local', `http.${endpoint}.sslCAInfo`, stranger.file);
  await config('--local', 'http.sslVerify', 'false');

  expect(await repo.install('--endpoint', endpoint)).toMatchObject({ status: 0 });
  await repo.checkout('release/1');
  expect(directory.members('jit')).toEqual([alice]);
  await repo.stopWorker();

  const doctor = await repo.scimHook('doctor', '--json');
  expect(JSON.parse(doctor.stdout).checks).toContainEqual({
    check: 'proxy',
    state: 'ok',
    says: `Requests go through the proxy ${proxy.host}. Certificates of the authorities in ${authority.file} are trusted too.`,
  });

  await config('--global', 'credential.helper', 'store');
  const login = [sandbox.bin, 'login'];
  delete sandbox.env['SCIM_HOOK_TOKEN'];
  expect(await sandbox.run(process.execPath, login, repo.path, { input: `${TOKEN}\n` })).toMatchObject({
    status: 0,
  });

  proxy.mood = { how: 'status', status: 407 };
  const refused = await repo.scimHook('sync');
  expect(refused.status).not.toBe(0);
  expect(refused.stdout + refused.stderr).toContain(
    `the proxy ${proxy.host} wants a user name and a password`,
  );
  await repo.git('checkout', '-q', 'main');
  await until('the worker to have tried', async () =>
    (await sandbox.audit()).some((line) => JSON.stringify(line).includes('unreachable')),
  );
  proxy.mood = { how: 'serve' };
  await repo.quiet();
  await repo.stopWorker();

  // The clone is gone, and what it held is given back from outside of it.
  await repo.checkout('release/1');
  expect(directory.members('jit')).toEqual([alice]);
  await repo.stopWorker();
  await sandbox.run('mv', [repo.path, `${repo.path}-gone`], sandbox.root);
  await sandbox.run(process.execPath, [sandbox.bin, 'sweep'], sandbox.root);
  expect(directory.members('jit')).toEqual([]);

  expect(evil.seen).toEqual([]);
  expect(new Set(proxy.seen.map(({ method, url }) => `${method} ${url}`))).toEqual(
    new Set(['CONNECT idp.example.test:443']),
  );
  expect(proxy.passed).not.toContain(TOKEN);
  const told = [unset, doctor, refused].map(({ stdout, stderr }) => stdout + stderr).join('');
  expect(told + JSON.stringify(await sandbox.audit())).not.toContain(PASSWORD);
});
