// Through a company's proxy, with a company's certificates: the token inside TLS only, and every refusal in words without secrets.
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openProber } from '../../src/adapters/scim/probe.ts';
import { wayTo } from '../../src/core/proxy.ts';
import { need } from '../adapters/hook-rig.ts';
import { Authority } from '../support/certificates.ts';
import { NAME, proxied } from './proxy-rig.ts';
import { answerOf, failureOf, NOW, TOKEN } from './scim-client-rig.ts';

/** Milliseconds, for a proxy that never answers. */
const IMPATIENT = 200;
const PASSWORD = 's3cret!';

const company = new Authority();
const stranger = new Authority();
afterAll(() => {
  company[Symbol.dispose]();
  stranger[Symbol.dispose]();
});
beforeEach((context) => {
  need(context, 'openssl');
});
afterEach(() => vi.unstubAllEnvs());

describe('through a proxy', () => {
  test('the token reaches the directory, and the proxy sees a host, a port and its own password', async () => {
    await using it = await proxied(company);
    const id = it.fake.addUser({ userName: 'alice' });
    it.told.proxy = `http://alice:${encodeURIComponent(PASSWORD)}@${it.proxy.host}`;
    expect(answerOf(await it.directory().subject(id)).userName).toBe('alice');
    expect(answerOf(await it.directory().subject(id)).userName).toBe('alice');
    expect(it.fake.requests.map(({ authorization }) => authorization)).toEqual(
      Array(2).fill(`Bearer ${TOKEN}`),
    );
    expect(it.fake.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
    // One tunnel for both.
    expect(it.proxy.seen).toEqual([
      {
        method: 'CONNECT',
        url: `${NAME}:443`,
        headers: {
          host: `${NAME}:443`,
          connection: 'keep-alive',
          'proxy-authorization': `Basic ${Buffer.from(`alice:${PASSWORD}`).toString('base64')}`,
        },
      },
    ]);
    expect(it.proxy.passed.length).toBeGreaterThan(1_000);
    for (const secret of [TOKEN, 'Users', id, 'alice']) expect(it.proxy.passed).not.toContain(secret);
  });

  test('that itself speaks TLS', async () => {
    await using it = await proxied(company, { proxyTls: company.sign('IP:127.0.0.1') });
    const id = it.fake.addUser({ userName: 'alice' });
    expect(answerOf(await it.directory().subject(id)).id).toBe(id);
    expect(it.proxy.seen).toMatchObject([{ method: 'CONNECT', url: `${NAME}:443` }]);
  });

  test('that itself speaks TLS with a certificate nobody trusts: it is told nothing', async () => {
    await using it = await proxied(company, { proxyTls: stranger.sign('IP:127.0.0.1') });
    it.told.proxy = it.told.proxy?.replace('//', `//alice:${PASSWORD}@`) ?? null;
    const failure = failureOf(await it.directory().subject('u1'));
    expect(failure).toHaveProperty(
      'detail',
      expect.stringContaining(`the proxy ${it.proxy.host} can't be used: the certificate is not trusted (`),
    );
    expect(it.proxy.seen).toEqual([]);
  });

  test('the probe goes the same way, without the token', async () => {
    await using it = await proxied(company);
    const way = () => ({ ...it.told });
    const answer = await openProber({ userAgent: 'test', now: () => NOW, way }).probe(it.endpoint, 10_000);
    expect(answerOf(answer).took).toBe(0);
    expect(it.proxy.seen).toHaveLength(1);
    expect(it.fake.requests.map(({ authorization }) => authorization)).toEqual([null]);
  });

  test('another one as soon as another one is told', async () => {
    await using it = await proxied(company);
    const right = it.told.proxy;
    it.told.proxy = 'http://127.0.0.1:1';
    expect(failureOf(await it.directory().subject('u1')).code).toBe('unreachable');
    it.told.proxy = right;
    expect(failureOf(await it.directory().subject('u1')).code).toBe('missing');
  });

  test('and where the connection breaks, through another tunnel', async () => {
    await using it = await proxied(company);
    const id = it.fake.addUser({ userName: 'alice' });
    it.fake.misbehave({ how: 'reset' }, { times: 1 });
    expect(failureOf(await it.directory().subject(id)).code).toBe('unreachable');
    expect(answerOf(await it.directory().subject(id)).id).toBe(id);
    expect(it.proxy.seen).toHaveLength(2);
  });
});

describe('not through a proxy', () => {
  const entries = (proxy: string | null) => [
    { scope: 'global', key: 'http.proxy', value: proxy ?? '' },
    { scope: 'global', key: 'http.sslcainfo', value: company.file },
  ];

  test('where NO_PROXY names the host', async () => {
    await using it = await proxied(company);
    Object.assign(it.told, wayTo(it.endpoint, entries(it.told.proxy), { NO_PROXY: 'example.test' }));
    expect(failureOf(await it.directory().subject('u1')).code).toBe('unreachable');
    expect(it.proxy.seen).toEqual([]);
  });

  test('on this machine, where the CA file counts all the same', async () => {
    await using it = await proxied(company, { names: 'IP:127.0.0.1' });
    const endpoint = it.endpoint.replace(NAME, `127.0.0.1:${it.port}`);
    Object.assign(it.told, wayTo(endpoint, entries(it.told.proxy), {}));
    const id = it.fake.addUser({ userName: 'alice' });
    expect(answerOf(await it.directory({ endpoint }).subject(id)).id).toBe(id);
    expect(it.proxy.seen).toEqual([]);
  });
});

describe('a proxy that is no way', () => {
  test.each([
    [407, 'wants a user name and a password that it accepts (407)'],
    [502, 'refused to connect (502)'],
    [302, 'refused to connect (302)'],
    [100, 'refused to connect (100)'],
  ])('answers %i', async (status, why) => {
    await using it = await proxied(company);
    it.told.proxy = `http://alice:${PASSWORD}@${it.proxy.host}`;
    it.proxy.mood = { how: 'status', status };
    expect(failureOf(await it.directory().subject('u1'))).toEqual({
      code: 'unreachable',
      endpoint: it.endpoint,
      detail: `the proxy ${it.proxy.host} ${why}`,
    });
    expect(it.fake.requests).toEqual([]);
  });

  test.each([
    ['hang', `did not answer within ${IMPATIENT} ms`],
    ['reset', "can't be used: the connection was reset (ECONNRESET)"],
    ['chatty', 'answered more than it was asked'],
  ] as const)('does %s', async (how, why) => {
    await using it = await proxied(company);
    it.proxy.mood = { how };
    const failure = failureOf(await it.directory({ timeout: IMPATIENT }).subject('u1'));
    expect(failure).toHaveProperty('detail', `the proxy ${it.proxy.host} ${why}`);
    await vi.waitFor(() => expect(it.proxy.open).toBe(0));
  });

  test.each(['http', 'https'])('opens a tunnel that leads nowhere (%s)', async (scheme) => {
    const proxyTls = scheme === 'https' ? company.sign('IP:127.0.0.1') : null;
    await using it = await proxied(company, { proxyTls });
    it.proxy.mood = { how: 'mute' };
    const failure = failureOf(await it.directory({ timeout: IMPATIENT }).subject('u1'));
    expect(failure).toMatchObject({ code: 'unreachable', detail: expect.stringContaining('took too long') });
    await vi.waitFor(() => expect(it.proxy.open).toBe(0));
    it.proxy.mood = { how: 'serve' };
    expect(failureOf(await it.directory().subject('u1')).code).toBe('missing');
  });

  test.each([
    [
      'is not there',
      'http://u:pw-1@127.0.0.1:1',
      "the proxy 127.0.0.1:1 can't be used: the connection was refused (ECONNREFUSED)",
    ],
    [
      'speaks SOCKS',
      'socks5://u:pw-1@proxy.example:1080',
      'the proxy proxy.example:1080 speaks socks5, which is not supported',
    ],
    ['is no URL', 'http://u:pw-1@:x', 'the proxy that is set is not a URL of a host and a port'],
  ])('%s', async (_, proxy, detail) => {
    await using it = await proxied(company);
    it.told.proxy = proxy;
    expect(failureOf(await it.directory().subject('u1'))).toEqual({
      code: 'unreachable',
      endpoint: it.endpoint,
      detail,
    });
  });
});

describe('certificates', () => {
  const untrusted = expect.stringMatching(/^the certificate is not trusted \(\w+\)$/);

  test.each([
    ['of an authority nobody named', null],
    ['of another authority than the one that is named', stranger],
  ])('%s are refused, whatever is set against checking them', async (_, named) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    vi.stubEnv('GIT_SSL_NO_VERIFY', '1');
    await using it = await proxied(company);
    const entries = [
      { scope: 'global', key: 'http.sslverify', value: 'false' },
      { scope: 'global', key: `http.${it.endpoint}.sslverify`, value: 'false' },
      { scope: 'global', key: 'http.proxy', value: it.told.proxy ?? '' },
      ...(named === null ? [] : [{ scope: 'global', key: 'http.sslcainfo', value: named.file }]),
    ];
    Object.assign(it.told, wayTo(it.endpoint, entries, process.env));
    expect(failureOf(await it.directory().subject('u1'))).toMatchObject({
      code: 'unreachable',
      detail: untrusted,
    });
    expect(it.proxy.seen).toHaveLength(1);
    expect(it.fake.requests).toEqual([]);
    await vi.waitFor(() => expect(it.proxy.open).toBe(0));
  });

  test.each(['through a proxy', 'straight'])(
    'for another host are refused (%s), again and again',
    async (how) => {
      await using it = await proxied(company, { names: 'DNS:other.example.test' });
      const endpoint = how === 'straight' ? it.endpoint.replace(NAME, `localhost:${it.port}`) : it.endpoint;
      if (how === 'straight') it.told.proxy = null;
      const refused = {
        code: 'unreachable',
        endpoint,
        detail: 'the certificate is not trusted (ERR_TLS_CERT_ALTNAME_INVALID)',
      };
      const directory = it.directory({ endpoint });
      // undici by itself never answers the second, and never closes.
      expect(failureOf(await directory.subject('u1'))).toEqual(refused);
      expect(failureOf(await directory.subject('u1'))).toEqual(refused);
      expect(it.fake.requests).toEqual([]);
    },
  );

  test('nobody trusts are refused where nothing is set, too', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    await using it = await proxied(company, { names: 'DNS:localhost' });
    Object.assign(it.told, { proxy: null, caFile: null });
    const endpoint = it.endpoint.replace(NAME, `localhost:${it.port}`);
    expect(failureOf(await it.directory({ endpoint }).subject('u1'))).toMatchObject({ detail: untrusted });
  });

  test('of NODE_EXTRA_CA_CERTS are accepted beside those of the file', async () => {
    await using it = await proxied(company);
    it.told.caFile = stranger.file;
    vi.stubEnv('NODE_EXTRA_CA_CERTS', company.file);
    expect(failureOf(await it.directory().subject('u1')).code).toBe('missing');
  });

  test.each([
    ['is missing', join(company.directory, 'missing.pem'), "can't be read"],
    ['is a directory', tmpdir(), "can't be read"],
    ['is a pipe or device', '/dev/zero', "can't be read"],
    ['holds a key', join(company.directory, 'ca.key'), 'does not hold certificates in PEM'],
    ['holds half a certificate', join(company.directory, 'half.pem'), 'does not hold certificates in PEM'],
    ['would be looked for where a branch is', 'ca.pem', 'is not named by its whole path'],
  ])('from a file that %s', async (_, caFile, why) => {
    writeFileSync(
      join(company.directory, 'half.pem'),
      '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
    );
    await using it = await proxied(company);
    it.told.caFile = caFile;
    expect(failureOf(await it.directory().subject('u1'))).toEqual({
      code: 'unreachable',
      endpoint: it.endpoint,
      detail: `the CA file ${caFile} ${why}`,
    });
    expect(it.proxy.seen).toEqual([]);
  });
});
