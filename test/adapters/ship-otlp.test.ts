// What a collector gets: decoded by OpenTelemetry's own definitions, in both encodings.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256 } from '../../src/adapters/disk/audit-log.ts';
import { isIntact, parseAuditLine } from '../../src/core/audit-record.ts';
import { Authority } from '../support/certificates.ts';
import { closing, LogHome } from '../support/log-lines.ts';
import { Receiver } from '../support/receiver.ts';
import { ShipRig } from '../support/ship-rig.ts';
import { need } from './hook-rig.ts';

/** Names from outside may hold anything. */
const ODD = 'release/ümlaut-🚀-"quoted"\\u0000';

async function shipped(settings: Record<string, string>, env: Record<string, string> = {}) {
  await using home = new LogHome();
  await using receiver = await Receiver.start();
  await home.append(
    {
      kind: 'switch',
      at: '2026-11-23T17:59:59.001Z',
      event: 'e',
      branch: 'release/1',
      rules: ['release'],
      from: 'release/2',
      fromRules: ['release'],
    },
    closing(ODD, { outcome: 'failed', reason: 'unreachable', ms: 84 }),
    {
      ...closing('release/1'),
      kind: 'change',
      op: 'add',
      target: 'group',
      name: 'jit',
      status: 200,
      verified: 'confirmed',
    },
  );
  const named = Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key, value.replace('URL', receiver.url)]),
  );
  const around = Object.fromEntries(
    Object.entries(env).map(([key, value]) => [key, value.replace('URL', receiver.url)]),
  );
  await new ShipRig(home, named, around).ship();
  return { records: receiver.records, delivered: receiver.delivered, stored: home.stored() };
}

test.each(['http/protobuf', 'http/json'])(
  '%s: the stored line is the body, and can be queried by its parts',
  async (protocol) => {
    const { records, stored, delivered } = await shipped({
      'global scim-hook.otlpEndpoint': 'URL',
      'local scim-hook.otlpProtocol': protocol,
    });
    expect(delivered.map(({ path, headers }) => [path, headers['content-type']])).toEqual([
      ['/v1/logs', protocol === 'http/json' ? 'application/json' : 'application/x-protobuf'],
    ]);
    expect(records.map(({ body }) => body)).toEqual(stored.map(({ text }) => text));
    for (const { body } of records) {
      const line = parseAuditLine(body);
      expect(line !== null && isIntact(line, sha256)).toBe(true);
    }
    const [start, switched, failed, change] = records;
    expect(start).toMatchObject({ eventName: 'scim_hook.log_start', severityNumber: 9 });
    expect(switched).toMatchObject({
      eventName: 'scim_hook.switch',
      timeUnixNano: '1795456799001000000',
      attributes: {
        'vcs.ref.head.name': 'release/1',
        'vcs.ref.base.name': 'release/2',
        'scim_hook.rules': ['release'],
      },
    });
    expect(failed).toMatchObject({
      severityNumber: 17,
      observedTimeUnixNano: String(BigInt(Date.parse(stored[2]?.line.time ?? '')) * 1_000_000n),
      attributes: {
        'vcs.ref.head.name': ODD,
        'vcs.repository.url.full': 'https://github.com/acme/payments',
        'user.name': 'alice@acme.example',
        'error.type': 'unreachable',
        'log.record.uid': stored[2]?.line.hash,
        'scim_hook.seq': 3,
        'scim_hook.event': `event-${ODD}`,
        'scim_hook.duration_ms': 84,
      },
    });
    expect(change).toMatchObject({
      severityNumber: 9,
      attributes: { 'http.response.status_code': 200, 'scim_hook.op': 'add', 'scim_hook.name': 'jit' },
    });
    expect(failed?.resource).toMatchObject({
      'service.name': 'scim-hook',
      'host.id': 'd-1',
      'os.type': 'linux',
    });
  },
);

test('the environment names a collector, its headers, more of the resource, and gzip', async () => {
  const { records, delivered } = await shipped(
    {},
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9/wrong',
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'URL/otlp/logs?tenant=1',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=wrong',
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'x-key=one%20two, x-more=3',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_RESOURCE_ATTRIBUTES: 'team=payments,service.name=ignored',
      OTEL_SERVICE_NAME: 'access',
    },
  );
  expect(delivered[0]).toMatchObject({
    path: '/otlp/logs?tenant=1',
    headers: { 'x-key': 'one two', 'x-more': '3', 'content-encoding': 'gzip' },
  });
  expect(records[0]?.resource).toMatchObject({ 'service.name': 'access', team: 'payments' });
});

test('no token of ours goes there', async () => {
  const { delivered } = await shipped(
    { 'global scim-hook.otlpEndpoint': 'URL', 'global scim-hook.otlpHeaders': 'x-key=mine' },
    {
      SCIM_HOOK_TOKEN: 'the-directorys',
      SCIM_HOOK_WEBHOOK_SECRET: 'whsec_x',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-other=theirs',
    },
  );
  expect(delivered[0]?.headers).toMatchObject({ 'x-key': 'mine' });
  expect(
    JSON.stringify(delivered.map(({ headers, body }) => [headers, body.toString('latin1')])),
  ).not.toMatch(/the-directorys|whsec_|theirs|authorization/);
});

test('over https: only whom we trust, and with the certificate that we are known by', async (ctx) => {
  need(ctx, 'openssl');
  using company = new Authority();
  const ca = readFileSync(company.file);
  await using receiver = await Receiver.start({
    ...company.sign('IP:127.0.0.1'),
    ca,
    requestCert: true,
    rejectUnauthorized: true,
  });
  await using home = new LogHome();
  await home.append(closing('release/1'));
  const own = company.sign('DNS:laptop.example');
  const [cert, key] = [join(home.home, 'own.pem'), join(home.home, 'own.key')];
  writeFileSync(cert, own.cert);
  writeFileSync(key, own.key);
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
  const failure = async (env: Record<string, string>) =>
    (await new ShipRig(home, {}, { ...endpoint, ...env }).ship({ patience: 0 }))[0]?.failure;
  expect(await failure({})).toMatch(/certificate is not trusted/);
  const trusting = { OTEL_EXPORTER_OTLP_CERTIFICATE: company.file };
  expect(await failure(trusting)).not.toBeNull();
  const known = { ...trusting, OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: cert };
  expect(await failure({ ...known, OTEL_EXPORTER_OTLP_CLIENT_KEY: join(home.home, 'none') })).toMatch(
    /can't be read/,
  );
  expect(await failure({ ...known, OTEL_EXPORTER_OTLP_CLIENT_KEY: company.file })).toMatch(
    /can't be used together/,
  );
  expect(receiver.delivered).toEqual([]);
  expect(await failure({ ...known, OTEL_EXPORTER_OTLP_CLIENT_KEY: key })).toBeNull();
  // The line of the clone; what the log begins with is of no repository, and this is a shell's own destination.
  expect(receiver.records.map(({ eventName }) => eventName)).toEqual(['scim_hook.sync']);
});
