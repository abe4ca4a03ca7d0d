// Where lines go, as git's config and the environment say: git's config first, and nothing of one goes where the other chose.
import { describe, expect, it } from 'vitest';
import { keyOf, shownUrl } from '../../src/core/ship/destination.ts';
import { logsUnder, pairs } from '../../src/core/ship/environment.ts';
import { isShippingSet, readShipping, webhookSecret } from '../../src/core/ship/settings.ts';
import { entriesOf } from '../support/ship-rig.ts';

type Config = Parameters<typeof entriesOf>[0];
const read = (config: Config, env: Record<string, string> = {}) =>
  readShipping(entriesOf(config), env, '/clone/.git');
const urls = (config: Config, env: Record<string, string> = {}) =>
  read(config, env).destinations.map(({ url }) => url);
const problems = (config: Config, env: Record<string, string> = {}) =>
  read(config, env).missets.map(({ where, problem }) => `${where}: ${problem}`);

describe('a collector', () => {
  it('is named by git’s config as a base URL, by the environment’s own variable as it is', () => {
    expect(logsUnder('https://c.example')).toBe('https://c.example/v1/logs');
    expect(logsUnder('https://c.example/otlp//?k=1')).toBe('https://c.example/otlp/v1/logs?k=1');
    expect(urls({ 'global scim-hook.otlpEndpoint': 'https://c.example/otlp/' })).toEqual([
      'https://c.example/otlp/v1/logs',
    ]);
    expect(urls({}, { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c.example/' })).toEqual([
      'https://c.example/v1/logs',
    ]);
    expect(
      urls(
        {},
        {
          OTEL_EXPORTER_OTLP_ENDPOINT: 'https://x',
          OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'https://c.example/in',
        },
      ),
    ).toEqual(['https://c.example/in']);
    expect(urls({}, { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' })).toEqual([]);
  });

  it('of the widest scope counts, and beats the environment', () => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://shell.example',
      OTEL_EXPORTER_OTLP_HEADERS: 'k=shell',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_SDK_DISABLED: 'true',
      OTEL_EXPORTER_OTLP_CERTIFICATE: '/ca',
    };
    const config = {
      'local scim-hook.otlpEndpoint': 'https://local.example',
      'system scim-hook.otlpEndpoint': 'https://system.example',
      'global scim-hook.otlpHeaders': 'k=mine',
      'local scim-hook.otlpHeaders': 'k=clone',
    };
    expect(read(config, env).destinations).toMatchObject([
      {
        url: 'https://system.example/v1/logs',
        headers: { k: 'mine' },
        encoding: 'protobuf',
        repo: null,
        tls: null,
      },
    ]);
  });

  it('that a clone or a shell names gets the lines of that repository alone', () => {
    expect(read({ 'local scim-hook.otlpEndpoint': 'https://c.example' }).destinations).toMatchObject([
      { repo: '/clone/.git' },
    ]);
    const named = { 'local remote.origin.url': 'git@github.com:acme/payments.git' };
    expect(read(named, { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c.example' }).destinations).toMatchObject([
      { repo: 'github.com/acme/payments' },
    ]);
  });

  it('of the environment is as the environment says', () => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c.example',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_TIMEOUT: '2000',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20x',
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: '/c',
      OTEL_EXPORTER_OTLP_CLIENT_KEY: '/k',
    };
    expect(read({}, env).destinations).toMatchObject([
      {
        encoding: 'json',
        timeout: 2000,
        gzip: true,
        headers: { authorization: 'Bearer x' },
        tls: { certificate: null, clientCertificate: '/c', clientKey: '/k' },
      },
    ]);
    expect(urls({}, { ...env, OTEL_SDK_DISABLED: 'TRUE' })).toEqual([]);
    expect(urls({}, { ...env, OTEL_LOGS_EXPORTER: 'none' })).toEqual([]);
    expect(read({}, { ...env, OTEL_EXPORTER_OTLP_TIMEOUT: 'soon' }).destinations).toMatchObject([
      { timeout: 10_000 },
    ]);
  });

  it('that speaks gRPC, or none that can be, is refused in words', () => {
    expect(
      problems({
        'global scim-hook.otlpEndpoint': 'https://c:4317',
        'global scim-hook.otlpProtocol': 'grpc',
      }),
    ).toEqual([
      'scim-hook.otlpEndpoint (protocol): grpc is not spoken here: set http/protobuf or http/json, with the port that speaks it (most often 4318)',
    ]);
    expect(problems({}, { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' })).toEqual([
      'OTEL_EXPORTER_OTLP_ENDPOINT: the URL must start with https://',
    ]);
    const secret = problems({ 'global scim-hook.otlpEndpoint': 'https://u:hunter2@c.example' });
    expect(secret).toHaveLength(1);
    expect(secret[0]).not.toContain('hunter2');
    expect(
      problems({
        'global scim-hook.otlpEndpoint': 'https://c',
        'global scim-hook.otlpHeaders': 'k=a%0d%0ab',
      }),
    ).toHaveLength(1);
    expect(
      problems({
        'global scim-hook.otlpEndpoint': 'https://c',
        'global scim-hook.otlpHeaders': 'Content-Type=x',
      }),
    ).toHaveLength(1);
  });

  it('gets headers as baggage is written', () => {
    expect(pairs('a=1, b = 2%2C3;p=4,,c,=d,e=f=g,h=%')).toEqual({ a: '1', b: '2,3', e: 'f=g', h: '%' });
  });
});

describe('webhooks', () => {
  it('are those of all scopes, each URL once, a clone’s for that clone', () => {
    const config = {
      'system scim-hook.webhook': 'https://a.example',
      'global scim-hook.webhook': ['https://b.example', 'https://a.example/'],
      'local scim-hook.webhook': ['https://b.example', 'https://c.example/?k=v', 'ftp://x'],
    };
    expect(read(config).destinations).toMatchObject([
      { url: 'https://a.example/', repo: null },
      { url: 'https://b.example/', repo: null },
      { url: 'https://c.example/?k=v', repo: '/clone/.git' },
    ]);
    expect(problems(config)).toEqual(['scim-hook.webhook: the URL must start with https://']);
  });

  it('are signed with what the machine’s owner says, never a clone', () => {
    const local = entriesOf({ 'local scim-hook.webhookSecret': 'clone' });
    expect(webhookSecret(local, {})).toBeNull();
    expect(webhookSecret(local, { SCIM_HOOK_WEBHOOK_SECRET: 'shell' })).toBe('shell');
    expect(
      webhookSecret(entriesOf({ 'global scim-hook.webhookSecret': 'mine' }), {
        SCIM_HOOK_WEBHOOK_SECRET: 'shell',
      }),
    ).toBe('mine');
  });

  it('are shown without what may be secret', () => {
    expect(shownUrl('https://c.example/hook?token=x')).toBe('https://c.example/hook?…');
    expect(shownUrl('https://c.example/')).toBe('https://c.example');
  });
});

describe('how much leaves', () => {
  it('can only be narrowed by a lower scope', () => {
    const extent = (...words: (string | null)[]) =>
      read(
        Object.fromEntries(
          words.flatMap((word, at) =>
            word === null ? [] : [[`${['system', 'global', 'local'][at]} scim-hook.ship`, word]],
          ),
        ),
      ).extent;
    expect(extent()).toBe('matched');
    expect(extent('all')).toBe('all');
    expect(extent('all', 'matched')).toBe('matched');
    expect(extent('matched', 'all')).toBe('matched');
    expect(extent('all', null, 'off')).toBe('off');
    expect(extent('off', 'all', 'all')).toBe('off');
    expect(extent('everything')).toBe('off');
    expect(problems({ 'global scim-hook.ship': 'everything' })).toEqual([
      'scim-hook.ship: "everything" is none of all, matched, off, so nothing is shipped',
    ]);
  });
});

it('one destination is another’s neither by kind nor by repository', () => {
  const config = {
    'global scim-hook.webhook': 'https://a.example/v1/logs',
    'global scim-hook.otlpEndpoint': 'https://a.example',
  };
  const keys = read(config).destinations.map(keyOf);
  expect(new Set(keys).size).toBe(2);
  expect(isShippingSet(entriesOf(config), {})).toBe(true);
  expect(isShippingSet(entriesOf({ 'global scim-hook.ship': 'all' }), {})).toBe(false);
});
