// The way to an endpoint, as git and curl would choose it: a table, and what no clone can change.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkWay } from '../../src/core/checks/way.ts';
import { parseProxy, wayTo } from '../../src/core/proxy.ts';
import type { ConfigEntry } from '../../src/core/settings.ts';

const ENDPOINT = 'https://idp.example.com/scim/v2';
const entry = (key: string, value: string, scope = 'global'): ConfigEntry => ({ scope, key, value });
const P = 'http://proxy.example:8080';
const Q = 'http://other.example:8080';

describe('which proxy', () => {
  it.each<[string, ConfigEntry[], Record<string, string>, string | null]>([
    ['none', [], {}, null],
    ["git's", [entry('http.proxy', P)], {}, P],
    ["system's", [entry('http.proxy', P, 'system')], {}, P],
    ["global's before system's", [entry('http.proxy', Q, 'system'), entry('http.proxy', P)], {}, P],
    ['the last one', [entry('http.proxy', Q), entry('http.proxy', P)], {}, P],
    ["not a clone's", [entry('http.proxy', P, 'local')], {}, null],
    ["not a worktree's", [entry('http.proxy', P, 'worktree')], {}, null],
    ["not the command line's", [entry('http.proxy', P, 'command')], {}, null],
    ['the one of the host', [entry('http.https://idp.example.com.proxy', P), entry('http.proxy', Q)], {}, P],
    ['no other host’s', [entry('http.https://idp.example.org.proxy', P)], {}, null],
    ['no other scheme’s', [entry('http.http://idp.example.com.proxy', P)], {}, null],
    ['no other port’s', [entry('http.https://idp.example.com:8443.proxy', P)], {}, null],
    ['the usual port, said', [entry('http.https://idp.example.com:443.proxy', P)], {}, P],
    ['no user’s', [entry('http.https://bob@idp.example.com.proxy', P)], {}, null],
    ['of what is below', [entry('http.https://idp.example.com/scim/.proxy', P)], {}, P],
    ['not of what begins alike', [entry('http.https://idp.example.com/sci.proxy', P)], {}, null],
    ['of any host there', [entry('http.https://*.example.com.proxy', P)], {}, P],
    ['not of a label more', [entry('http.https://*.com.proxy', P)], {}, null],
    [
      'the longer path',
      [entry('http.https://idp.example.com/scim.proxy', P), entry('http.https://idp.example.com.proxy', Q)],
      {},
      P,
    ],
    [
      'the longer host, before the longer path',
      [entry('http.https://idp.example.com.proxy', P), entry('http.https://*.example.com/scim.proxy', Q)],
      {},
      P,
    ],
    ['no URL’s', [entry('http.nonsense.proxy', P)], {}, null],
    ['the environment’s', [], { https_proxy: P }, P],
    ['in capitals', [], { HTTPS_PROXY: P }, P],
    ['small ones first', [], { HTTPS_PROXY: Q, https_proxy: P }, P],
    ['for all', [], { ALL_PROXY: P }, P],
    ['https before all', [], { all_proxy: Q, HTTPS_PROXY: P }, P],
    ['not that for http', [], { http_proxy: Q, HTTP_PROXY: Q }, null],
    ["git's before the environment's", [entry('http.proxy', P)], { https_proxy: Q }, P],
    ['none by an empty setting', [entry('http.proxy', '')], { https_proxy: Q }, null],
    [
      'none for this host',
      [entry('http.proxy', Q), entry('http.https://idp.example.com.proxy', '')],
      { https_proxy: Q },
      null,
    ],
    ['an empty variable is none', [], { https_proxy: '', ALL_PROXY: P }, P],
    ["NO_PROXY over git's", [entry('http.proxy', Q)], { NO_PROXY: 'example.com' }, null],
    ["NO_PROXY over the environment's", [], { https_proxy: Q, no_proxy: '.example.com' }, null],
  ])('%s', (_, entries, env, proxy) => {
    expect(wayTo(ENDPOINT, entries, env).proxy).toBe(proxy);
  });

  it.each([
    ['*', ENDPOINT, true],
    ['localhost, *', ENDPOINT, true],
    ['example.com', ENDPOINT, true],
    ['EXAMPLE.com.', ENDPOINT, true],
    ['.example.com', ENDPOINT, true],
    ['*.example.com', ENDPOINT, true],
    ['idp.example.com', ENDPOINT, true],
    ['idp.example.com:443', ENDPOINT, true],
    ['idp.example.com:8443', ENDPOINT, false],
    ['example.com:8443', 'https://idp.example.com:8443/scim', true],
    ['a b example.com', ENDPOINT, true],
    ['ample.com', ENDPOINT, false],
    ['dp.example.com', ENDPOINT, false],
    ['example.co', ENDPOINT, false],
    ['.', ENDPOINT, false],
    [',,', ENDPOINT, false],
    [':443', ENDPOINT, false],
    ['10.0.0.0/8', 'https://10.1.2.3/scim', true],
    ['10.1.2.3', 'https://10.1.2.3/scim', true],
    ['2.3', 'https://10.1.2.3/scim', false],
    ['10.0.0.0/16', 'https://10.1.2.3/scim', false],
    ['0.0.0.0/0', 'https://10.1.2.3/scim', true],
    ['10.0.0.0/x', 'https://10.1.2.3/scim', false],
    ['10.0.0.0/8', ENDPOINT, false],
    ['2001:db8::1', 'https://[2001:db8::1]/scim', true],
    ['[2001:db8::1]:443', 'https://[2001:db8::1]/scim', true],
    ['[2001:db8::1]:8443', 'https://[2001:db8::1]/scim', false],
  ])('NO_PROXY=%s and %s: spared %s', (list, endpoint, spared) => {
    expect(wayTo(endpoint, [], { https_proxy: P, NO_PROXY: list }).proxy).toBe(spared ? null : P);
  });

  it.each(['https://localhost:8443/scim', 'http://127.0.0.1:1/scim', 'https://[::1]/scim'])(
    'none to %s',
    (endpoint) => {
      expect(wayTo(endpoint, [entry('http.proxy', P)], { https_proxy: P }).proxy).toBeNull();
      const caFile = endpoint.startsWith('https:') ? '/ca' : null;
      expect(wayTo(endpoint, [], { SSL_CERT_FILE: '/ca' }).caFile).toBe(caFile);
    },
  );
});

describe('which CA file', () => {
  it.each<[string, ConfigEntry[], Record<string, string>, string | null]>([
    ['none', [], {}, null],
    ["git's", [entry('http.sslcainfo', '/ca')], {}, '/ca'],
    ["not a clone's", [entry('http.sslcainfo', '/ca', 'local')], {}, null],
    [
      'the host’s',
      [entry('http.https://idp.example.com.sslcainfo', '/ca'), entry('http.sslcainfo', '/b')],
      {},
      '/ca',
    ],
    ['the environment’s for git', [entry('http.sslcainfo', '/b')], { GIT_SSL_CAINFO: '/ca' }, '/ca'],
    ['the environment’s for all', [], { SSL_CERT_FILE: '/ca' }, '/ca'],
    ["git's before that", [entry('http.sslcainfo', '/ca')], { SSL_CERT_FILE: '/b' }, '/ca'],
    ['empty ones are none', [entry('http.sslcainfo', '')], { GIT_SSL_CAINFO: '' }, null],
    [
      'below the home directory',
      [entry('http.sslcainfo', '~/ca')],
      { HOME: '/home/al$&ice' },
      '/home/al$&ice/ca',
    ],
    ['without a home', [entry('http.sslcainfo', '~/ca')], {}, '~/ca'],
    ['of somebody else', [entry('http.sslcainfo', '~bob/ca')], { HOME: '/home/alice' }, '~bob/ca'],
  ])('%s', (_, entries, env, caFile) => {
    expect(wayTo(ENDPOINT, entries, env).caFile).toBe(caFile);
  });
});

it('nothing of a narrower scope has any effect, nor what turns checking off', () => {
  const key = fc
    .tuple(
      fc.constantFrom('', 'https://idp.example.com.', 'https://*.example.com/scim.', `${ENDPOINT}.`),
      fc.constantFrom('proxy', 'sslcainfo', 'sslverify', 'sslcapath', 'proxysslcainfo'),
    )
    .map(([url, name]) => `http.${url}${name}`);
  const value = fc.constantFrom('', 'false', P, '/ca', 'socks5://x:1');
  const entries = (scope: fc.Arbitrary<string>) => fc.array(fc.record({ scope, key, value }));
  const wide = entries(fc.constantFrom('system', 'global'));
  const narrow = entries(fc.constantFrom('local', 'worktree', 'command', 'unknown', ''));
  const env = fc.record(
    {
      https_proxy: value,
      GIT_SSL_CAINFO: value,
      NO_PROXY: fc.constantFrom('x', '*'),
      GIT_SSL_NO_VERIFY: value,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(wide, narrow, narrow, env, (own, before, after, variables) => {
      const expected = wayTo(ENDPOINT, own, variables);
      expect(wayTo(ENDPOINT, [...before, ...own, ...after], variables)).toEqual(expected);
      expect(Object.keys(expected)).toEqual(['proxy', 'caFile']);
      const without = own.filter(({ key: each }) => !each.endsWith('sslverify'));
      expect(wayTo(ENDPOINT, without, variables)).toEqual(expected);
    }),
  );
});

describe('a proxy as it is written', () => {
  const plain = {
    tls: false,
    host: 'proxy.example',
    port: 8080,
    credentials: null,
    name: 'proxy.example:8080',
  };
  it.each([
    [P, plain],
    [`${P}/`, plain],
    [' proxy.example:8080 ', plain],
    ['HTTP://PROXY.example:8080', plain],
    ['http://proxy.example', { ...plain, port: 1080, name: 'proxy.example:1080' }],
    ['http://proxy.example:80', { ...plain, port: 80, name: 'proxy.example:80' }],
    ['https://proxy.example', { ...plain, tls: true, port: 443, name: 'proxy.example:443' }],
    ['https://proxy.example:443', { ...plain, tls: true, port: 443, name: 'proxy.example:443' }],
    ['http://[::1]:3128', { ...plain, host: '::1', port: 3128, name: '[::1]:3128' }],
    [
      'http://al%40ice:p%3Aw@proxy.example:8080',
      { ...plain, credentials: { user: 'al@ice', password: 'p:w' } },
    ],
    ['alice:100%@proxy.example:8080', { ...plain, credentials: { user: 'alice', password: '100%' } }],
    ['http://alice@proxy.example:8080', { ...plain, credentials: { user: 'alice', password: '' } }],
  ])('%s', (text, expected) => {
    expect(parseProxy(text)).toEqual({ ok: true, value: expected });
  });

  const malformed = 'the proxy that is set is not a URL of a host and a port';
  it.each([
    [
      'socks5://u:secret@proxy.example:1080',
      'the proxy proxy.example:1080 speaks socks5, which is not supported',
    ],
    ['socks4a://proxy.example', 'the proxy proxy.example speaks socks4a, which is not supported'],
    ['http://', malformed],
    ['http://u:secret@', malformed],
    ['http://u:sec/ret@proxy.example:80', malformed],
    ['http://u:12/secret@proxy.example:80', malformed],
    ['http://secret#@proxy.example:80', malformed],
    ['http://secret?@proxy.example:80', malformed],
    ['http://secret\\@proxy.example:80', malformed],
    ['file:///secret', malformed],
  ])('%s is none', (text, failure) => {
    expect(parseProxy(text)).toEqual({ ok: false, failure });
  });

  it('is never told with what opens it', () => {
    const schemes = fc.constantFrom('', 'http://', 'https://', 'socks5://', 'x://');
    const rest = fc.constantFrom(
      '',
      '@',
      '/',
      '@proxy.example',
      '@proxy.example:8080',
      '/@proxy.example:8080',
    );
    const around = fc.string({ maxLength: 3 });
    fc.assert(
      fc.property(schemes, around, around, rest, (scheme, before, after, end) => {
        const text = `${scheme}alice:${before}SECRET${after}${end}`;
        const proxy = parseProxy(text);
        const told = proxy.ok ? proxy.value.name : proxy.failure;
        const said = JSON.stringify(checkWay({ proxy: text, caFile: null }));
        // A host that is called so is no secret.
        if (end.includes('@')) expect(`${told}${said}`.toLowerCase()).not.toContain('secret');
      }),
    );
  });
});

it('doctor says the way where it is not straight', () => {
  expect(checkWay({ proxy: null, caFile: null })).toEqual([]);
  expect(checkWay({ proxy: 'socks5://proxy.example', caFile: null })).toEqual([]);
  expect(checkWay({ proxy: 'http://alice:secret@proxy.example:8080', caFile: '/ca' })).toEqual([
    {
      check: 'proxy',
      state: 'ok',
      says: 'Requests go through the proxy proxy.example:8080. Certificates of the authorities in /ca are trusted too.',
    },
  ]);
});
