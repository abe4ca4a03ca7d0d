import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLoopback, parseEndpoint } from '../../src/core/endpoint.ts';

const spelt = (text: string): string => {
  const parsed = parseEndpoint(text);
  return parsed.ok ? parsed.value : `fault: ${parsed.failure}`;
};

describe('parseEndpoint', () => {
  it.each([
    ['https://idp.example.com/scim/v2', 'https://idp.example.com/scim/v2'],
    ['https://idp.example.com/scim/v2/', 'https://idp.example.com/scim/v2'],
    ['https://idp.example.com', 'https://idp.example.com'],
    ['https://IDP.example.com:443/scim//', 'https://idp.example.com/scim'],
    ['HTTPS://idp.example.com/Scim', 'https://idp.example.com/Scim'],
    ['https://idp.example.com:8443/scim', 'https://idp.example.com:8443/scim'],
    ['http://127.0.0.1:8080/scim', 'http://127.0.0.1:8080/scim'],
    ['http://127.1/scim', 'http://127.0.0.1/scim'],
    ['http://localhost/scim', 'http://localhost/scim'],
    ['http://[::1]:80/scim', 'http://[::1]/scim'],
    ['https://bücher.example/scim', 'https://xn--bcher-kva.example/scim'],
  ])('spells %s as %s', (text, expected) => {
    expect(spelt(text)).toBe(expected);
  });

  it.each([
    ['idp.example.com/scim', /is not a URL/],
    ['', /is not a URL/],
    ['https://', /is not a URL/],
    ['ftp://idp.example.com', /must start with https/],
    ['file:///etc/passwd', /must start with https/],
    ['javascript:alert(1)', /must start with https/],
    ['http://idp.example.com/scim', /must use https/],
    ['http://127.0.0.1.evil.example/scim', /must use https/],
    ['http://localhost.evil.example/scim', /must use https/],
    ['http://evil-localhost/scim', /must use https/],
    ['http://a127.0.0.1.example/scim', /must use https/],
    ['http://0.0.0.0/scim', /must use https/],
    ['https://alice@idp.example.com/scim', /user name or password/],
    ['https://:secret@idp.example.com/scim', /user name or password/],
    ['https://idp.example.com/scim?tenant=1', /query or fragment/],
    ['https://idp.example.com/scim#x', /query or fragment/],
  ])('refuses %s', (text, words) => {
    expect(spelt(text)).toMatch(words);
  });

  it('never throws, and its own spelling is fixed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.string()), (text) => {
        const parsed = parseEndpoint(text);
        if (parsed.ok) expect(parseEndpoint(parsed.value)).toEqual(parsed);
      }),
    );
  });
});

it('isLoopback knows this machine from others', () => {
  const here = ['http://localhost', 'https://127.0.0.1/scim', 'http://127.255.255.254', 'https://[::1]/x'];
  const there = [
    'https://idp.example.com',
    'https://localhost.example',
    'https://128.0.0.1',
    'https://[::2]',
  ];
  expect(here.map(isLoopback)).toEqual(here.map(() => true));
  expect(there.map(isLoopback)).toEqual(there.map(() => false));
});
