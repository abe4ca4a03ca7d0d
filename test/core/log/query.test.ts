// Which lines are asked for: each option, and that what is looked for in bytes never loses a line that is meant.
import fc from 'fast-check';
import { distance } from 'fastest-levenshtein';
import { describe, expect, test } from 'vitest';
import type { AuditLine } from '../../../src/core/audit-record.ts';
import { canonicalise, type Json } from '../../../src/core/jcs.ts';
import { timeOf } from '../../../src/core/log/line-time.ts';
import { type Filters, readQuery } from '../../../src/core/log/query.ts';
import { UTC } from '../../../src/core/log/when.ts';
import { EVENT_OUTCOMES } from '../../../src/core/vocabulary.ts';

const NOW = Date.parse('2026-10-03T12:00:00Z');
const HERE = 'github.com/acme/payments';
const asker = { now: NOW, local: UTC, repo: HERE, distance };

function query(filters: Filters, repo: string | null = HERE) {
  const read = readQuery(filters, { ...asker, repo });
  if (!read.ok) throw new Error(read.failure);
  return read.value;
}
const problem = (filters: Filters): string => {
  const read = readQuery(filters, asker);
  return read.ok ? '' : read.failure;
};

const line = (more: Partial<AuditLine>): AuditLine => ({
  v: 1,
  version: '1',
  seq: 1,
  prev: '',
  hash: '',
  kind: 'change',
  at: '2026-10-03T11:00:00.000Z',
  time: '2026-10-03T11:00:01.000Z',
  repo: HERE,
  ...more,
});
const textOf = (of: AuditLine): string => canonicalise(of as unknown as Json);
const takes = (filters: Filters, more: Partial<AuditLine>, repo?: string | null): boolean =>
  query(filters, repo).takes(line(more), textOf(line(more)));

describe('what is taken', () => {
  test.each<[Filters, Partial<AuditLine>, boolean]>([
    [{}, {}, true],
    [{}, { repo: 'github.com/acme/other' }, false],
    [{ allRepos: true }, { repo: 'github.com/acme/other' }, true],
    [{ from: ['x'] }, { repo: 'github.com/acme/other' }, true],
    [{ repo: 'other' }, { repo: 'github.com/acme/other' }, true],
    [{ repo: 'acme/other' }, { repo: 'github.com/acme/other' }, true],
    [{ repo: 'ther' }, { repo: 'github.com/acme/other' }, false],
    [{}, { at: '2026-10-02T11:00:00.000Z' }, false],
    [{ since: '2d' }, { at: '2026-10-02T11:00:00.000Z' }, true],
    [{ id: 'abcdefgh' }, { at: '2020-01-01T00:00:00.000Z', event: 'abcdefgh-1' }, true],
    [{ until: '2026-10-02T12:00Z' }, { at: '2026-10-02T11:00:00.000Z' }, true],
    [{ until: '2026-10-02T12:00Z' }, { at: '2026-10-02T12:00:00.000Z' }, false],
    [{ until: '2026-10-02T12:00Z' }, { at: '2026-10-01T11:00:00.000Z' }, false],
    [{ kind: 'switch,change' }, {}, true],
    [{ kind: 'switch, sync' }, {}, false],
    [{ outcome: 'failed,refused' }, { outcome: 'refused' }, true],
    [{ outcome: 'failed' }, {}, false],
    [{ user: 'alice,bob' }, { subject: 'bob' }, true],
    [{ user: '42' }, { subject: 'bob', subjectId: '42' }, true],
    [{ user: 'bo' }, { subject: 'bob' }, false],
    [{ user: 'cn=ops\\,dc=acme' }, { subject: 'cn=ops,dc=acme' }, true],
    [{ branch: 'release/*' }, { branch: 'release/1' }, true],
    [{ branch: 'release/*' }, { branch: 'release/1/2' }, false],
    [{ branch: 'main,**/x' }, { branch: 'a/b/x' }, true],
    [{ branch: 'fix{x' }, { branch: 'fix{x' }, true],
    [{ branch: '**' }, { branch: null }, false],
    [{ name: 'jit-*' }, { name: 'jit-release' }, true],
    [{ name: 'g-1' }, { name: 'jit', targetId: 'g-1' }, true],
    [{ id: 'abcdefgh' }, { lease: 'abcdefgh-2' }, true],
    [{ id: 'abcdefgh' }, { requestId: 'xabcdefgh' }, false],
    [{ id: 'abcdefgh' }, { transaction: 'abcdefgh' }, true],
    [{ id: 'abcdefgh' }, { ended: ['zz', 'abcdefgh-3'] }, true],
    [{ id: 'abc' }, { requestId: 'abc' }, true],
    [{ id: 'abc' }, { requestId: 'abcd' }, false],
    [{ grep: 'a"b' }, { branch: 'a"b' }, true],
    [{ grep: '"kind":"change"' }, {}, true],
    [{ grep: 'nowhere' }, {}, false],
    [{ kind: 'change', user: 'alice', outcome: 'failed' }, { subject: 'alice' }, false],
  ])('%j of %j: %s', (filters, more, taken) => {
    expect(takes(filters, more)).toBe(taken);
  });

  test('outside a repository all of them', () => {
    expect(takes({}, { repo: 'github.com/acme/other' }, null)).toBe(true);
  });
});

test.each<[Filters, RegExp]>([
  [{ outcome: 'fialed' }, /^--outcome knows no "fialed"\. Did you mean failed\? It takes applied, /],
  [{ kind: 'switch,Chnge' }, /no "Chnge"\. Did you mean change\?/],
  [{ kind: 'zzzzzzzzz' }, /no "zzzzzzzzz"\. It takes/],
  [{ user: '' }, /^--user needs a value\./],
  [{ name: 'a,,b' }, /^--name needs a value on each side/],
  [{ since: 'soon' }, /^"soon" is no time/],
  [{ until: '25:00' }, /no time of day/],
])('%j is said to be wrong', (filters, words) => {
  expect(problem(filters)).toMatch(words);
});

test('no line that is meant is lost by what is looked for in its bytes', () => {
  const name = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    fc.constantFrom('release/1', 'a"b\\c', 'jit-é', 'x,y', '\u202e\u0007', '*', 'a{b}', 'abcdefgh-1234'),
  );
  const lines = fc.record({
    subject: name,
    subjectId: name,
    repo: name,
    branch: fc.option(name),
    name,
    targetId: fc.option(name),
    event: name,
    lease: fc.option(name),
    requestId: name,
    ended: fc.array(name, { maxLength: 2 }),
    outcome: fc.constantFrom(...EVENT_OUTCOMES),
    hours: fc.integer({ min: 0, max: 60 }),
    delay: fc.integer({ min: 0, max: 90_000_000 }),
  });
  const escaped = (value: string): string => value.replaceAll(',', '\\,');
  /** Values of the line itself, or parts of them, so that something matches. */
  const asked = (of: AuditLine, pick: string): Filters => {
    const cut = (value: string | null | undefined): string =>
      escaped([...(value ?? 'x')].slice(0, 9).join('') || 'x');
    const whole = (value: string | null | undefined): string => escaped(value ?? 'x');
    const all: Filters = {
      user: `nobody,${whole(of.subjectId)}`,
      repo: whole(of.repo),
      branch: `${whole(of.branch)},${cut(of.branch)}**`,
      name: `${cut(of.name)}*,${whole(of.targetId)}`,
      kind: 'change,sync',
      outcome: `${of.outcome},failed`,
      id: `${cut(of.event)},${whole(of.ended?.[0])},${cut(of.lease)}`,
      grep: cut(of.requestId),
      since: '30h',
    };
    return Object.fromEntries(Object.entries(all).filter((_, at) => pick[at] === '1'));
  };
  let met = 0;
  fc.assert(
    fc.property(lines, fc.integer({ min: 0, max: 511 }), ({ hours, delay, ...fields }, picked) => {
      const at = NOW - hours * 3_600_000;
      const written = line({
        ...fields,
        at: new Date(at).toISOString(),
        time: new Date(at + delay).toISOString(),
      });
      const text = textOf(written);
      const { sought, takes: taken } = query(asked(written, picked.toString(2).padStart(9, '0')));
      expect(timeOf(text)).toBe(at + delay);
      if (!taken(written, text)) return;
      met += 1;
      for (const group of sought.texts)
        expect(
          group.some((each) => text.includes(each)),
          group.join(),
        ).toBe(true);
      expect(at + delay).toBeGreaterThanOrEqual(sought.since ?? 0);
    }),
    { numRuns: 2000 },
  );
  expect(met).toBeGreaterThan(200);
});
