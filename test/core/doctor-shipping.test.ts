// What doctor says of shipping: each fault where there is one, and nothing where there is none.
import { expect, test } from 'vitest';
import { checkShipping, type DestinationFacts } from '../../src/core/checks/shipping.ts';
import type { Destination, Shipping } from '../../src/core/ship/destination.ts';

const NOW = Date.parse('2026-11-23T18:00:00Z');
const speech = { words: () => ({ message: '', remedy: '' }), span: (ms: number): string => `${ms / 1000} s` };
const hook = (url: string): Destination => ({ kind: 'webhook', url, repo: null });
const facts = (more: Partial<DestinationFacts> = {}): DestinationFacts => ({
  destination: hook('https://hook.example/'),
  lag: { lines: 0, more: false, oldest: null },
  failed: null,
  skipped: 0,
  rejected: 0,
  note: null,
  secret: `whsec_${'A'.repeat(32)}`,
  ...more,
});
const said = (destination: DestinationFacts, shipping: Partial<Shipping> = {}) =>
  checkShipping(
    {
      shipping: { extent: 'matched', destinations: [destination.destination], missets: [], ...shipping },
      destinations: [destination],
    },
    NOW,
    speech,
  ).map(({ state, says }) => `${state}: ${says}`);

test('one that is up to date is fine', () => {
  expect(said(facts())).toEqual(['ok: https://hook.example is up to date.']);
  expect(said(facts(), { destinations: [] })).toEqual(['ok: No destination for the log is set.']);
  expect(said(facts(), { extent: 'off' })).toEqual(['ok: Nothing is shipped: scim-hook.ship is off.']);
});

test('a setting that can’t be followed is a problem', () => {
  expect(
    said(facts(), {
      destinations: [],
      missets: [{ where: 'scim-hook.webhook', problem: 'this is not a URL' }],
    }),
  ).toEqual(['problem: scim-hook.webhook: this is not a URL.']);
});

test('plain http is told of, unless it stays on this machine', () => {
  expect(said(facts({ destination: hook('http://hook.example/') }))[0]).toContain(
    'warning: http://hook.example is plain http',
  );
  expect(said(facts({ destination: hook('http://127.0.0.1:8080/') }))).toEqual([
    'ok: http://127.0.0.1:8080 is up to date.',
  ]);
});

test('a webhook without a secret, or with one that is none, is a problem', () => {
  expect(said(facts({ secret: null }))[0]).toContain(
    'problem: There is no secret to sign with for https://hook.example',
  );
  const odd = said(facts({ secret: 'hunter2' }));
  expect(odd[0]).toContain('problem: The secret to sign with');
  expect(odd.join()).not.toContain('hunter2');
});

test('what waits is told of only while something keeps it', () => {
  const lag = { lines: 3, more: false, oldest: '2026-11-23T17:59:00Z' };
  expect(said(facts({ lag }))).toEqual(['ok: https://hook.example is up to date.']);
  expect(said(facts({ lag, failed: { at: '', why: 'it answered 500' } }))).toEqual([
    'warning: 3 lines wait for https://hook.example, the oldest for 60 s: it answered 500.',
  ]);
});

test('lines that were not taken are told of', () => {
  expect(said(facts({ skipped: 1, rejected: 2, note: 'too old' }))).toEqual([
    'warning: https://hook.example did not take 3 lines of those that were sent: too old.',
  ]);
});
