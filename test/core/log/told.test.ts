// What lines are turned into: a row, a cell of CSV, the story of an event, a summary, and the newest part of a chain.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AuditFields, type AuditLine, CHAIN_START, seal } from '../../../src/core/audit-record.ts';
import { csvRow } from '../../../src/core/log/csv.ts';
import { newestChain } from '../../../src/core/log/newest-chain.ts';
import { Percentiles } from '../../../src/core/log/percentile.ts';
import { rowOf } from '../../../src/core/log/row.ts';
import { rfc3339, shownTime } from '../../../src/core/log/shown-time.ts';
import { storyOf } from '../../../src/core/log/story.ts';
import { Summing } from '../../../src/core/log/summary.ts';
import { UTC, type Zone } from '../../../src/core/log/when.ts';

const NOW = Date.parse('2026-10-03T12:00:00Z');
const WEST: Zone = {
  wallOf: (moment) => UTC.wallOf(moment - 12_600_000),
  momentOf: (wall) => UTC.momentOf(wall) + 12_600_000,
};
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function stored(...all: readonly Partial<AuditFields>[]): { texts: string[]; lines: AuditLine[] } {
  let end = CHAIN_START;
  const texts = all.map((fields) => {
    const at = new Date(NOW).toISOString();
    const sealed = seal({ kind: 'change', at, ...fields }, { time: at, version: '1' }, end, sha256);
    end = sealed.end;
    return sealed.text;
  });
  return { texts, lines: texts.map((text) => JSON.parse(text) as AuditLine) };
}

test.each<[Partial<AuditFields>, string]>([
  [{ op: 'add', name: 'jit', target: 'group' }, '+ jit'],
  [{ op: 'remove', name: 'deployer', target: 'role' }, '- deployer (role)'],
  [{ op: 'create', name: 'env-1', target: 'group' }, '+ env-1 (a new group)'],
  [{ op: 'delete', name: 'env-1', target: 'group' }, '- env-1 (the group itself)'],
  [{ kind: 'intent', op: 'add', name: 'jit' }, 'intent + jit'],
  [{ kind: 'switch', from: 'main' }, 'switch from main'],
  [{ kind: 'gap', from: null }, 'gap from (none)'],
  [{ kind: 'expired' }, 'expired'],
  [{ kind: 'sync' }, '= sync'],
])('%j is shown as %s', (fields, what) => {
  expect(rowOf(stored(fields).lines[0] as AuditLine).what).toBe(what);
});

test('times are short for people, and whole for programs', () => {
  expect(shownTime(NOW - 1_000, NOW, UTC)).toBe('11:59:59');
  expect(shownTime(NOW - 86_400_000, NOW, UTC)).toBe('2026-10-02 12:00:00');
  expect(shownTime(NOW - 86_400_000, NOW, WEST, true)).toBe('10-02 08:30');
  expect(shownTime(NOW - 400 * 86_400_000, NOW, UTC, true)).toBe('2025-08-29');
  expect(rfc3339(NOW + 7, UTC)).toBe('2026-10-03T12:00:00.007Z');
  expect(rfc3339(NOW + 7, WEST)).toBe('2026-10-03T08:30:00.007-03:30');
});

describe('CSV', () => {
  const cell = (branch: string): string => {
    const [before = '', after = ''] = csvRow(stored({ branch, from: 'END' }).lines[0] as AuditLine).split(
      ',END,',
    );
    expect(after).not.toBe('');
    return before.split(',,,').slice(1).join(',,,').replace(/^,+/, '');
  };
  test.each([
    ['main', 'main'],
    ['a"b', '"a""b"'],
    ['a,b', '"a,b"'],
    ['a\r\nb', '"a\r\nb"'],
    ['=1+1', `"'=1+1"`],
    [' \t@x', `"' \t@x"`],
    ['-1', `"'-1"`],
    ['+1', `"'+1"`],
  ])('%j is %s', (branch, written) => {
    expect(cell(branch)).toBe(written);
  });
});

test('percentiles are those of the sorted list', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(50), { minLength: 1 }),
      fc.integer({ min: 1, max: 100 }),
      (values, percent) => {
        const percentiles = new Percentiles();
        for (const value of values) percentiles.add(value);
        const rank = Math.ceil((percent / 100) * values.length);
        expect(percentiles.at(percent)).toEqual([values.toSorted((a, b) => a - b)[rank - 1]]);
      },
    ),
  );
});

describe('a story', () => {
  const event = {
    event: 'e',
    op: 'add',
    name: 'jit',
    target: 'group',
    targetId: 'g',
    before: 'absent',
  } as const;
  const story = (...all: readonly Partial<AuditFields>[]) => storyOf(stored(...all).lines);

  test('has nothing to tell of no lines, and is open without a closing line', () => {
    expect(storyOf([])).toBeNull();
    expect(
      story({ kind: 'switch', event: 'e' }, { kind: 'sync', event: 'e', outcome: 'pending' }),
    ).toMatchObject({
      kind: 'switch',
      closed: null,
      tries: 1,
    });
  });

  test('says what was intended and never told', () => {
    expect(story({ kind: 'intent', ...event })).toMatchObject({
      kind: 'unknown',
      changes: [{ before: 'absent', after: 'unknown', outcome: null }],
    });
    const told = story({ kind: 'intent', ...event }, { ...event, outcome: 'applied' });
    expect(told?.changes).toMatchObject([{ before: 'absent', after: 'present', outcome: 'applied' }]);
  });

  test.each([
    ['remove', 'applied', 'present', 'absent'],
    ['remove', 'owed', 'present', 'unknown'],
    ['add', 'refused', 'absent', 'absent'],
    ['add', 'failed', 'absent', 'unknown'],
  ] as const)('%s, %s: from %s to %s', (op, outcome, before, after) => {
    expect(story({ ...event, op, outcome })?.changes).toMatchObject([{ before, after }]);
  });
});

test('a summary measures only switches that applied something, from their line to their closing line', () => {
  const summing = new Summing();
  const { lines } = stored(
    { kind: 'sync', event: 'unknown', outcome: 'applied', ms: 5 },
    { kind: 'switch', event: 'a' },
    { kind: 'sync', event: 'a', outcome: 'pending', ms: 7 },
    { kind: 'sync', event: 'a', outcome: 'applied', ms: 100 },
    { kind: 'switch', event: 'b' },
    { kind: 'sync', event: 'b', outcome: 'unchanged', ms: 3 },
    { kind: 'expired', event: 'c' },
    { kind: 'sync', event: 'c', outcome: 'applied', ms: 4 },
  );
  for (const line of lines) summing.add(line);
  expect(summing.result).toMatchObject({
    lines: 8,
    events: { applied: 3, unchanged: 1 },
    latency: { count: 1, p50: 100, max: 100 },
    failures: {},
  });
});

describe('the newest part of a chain', () => {
  const { texts } = stored({}, { branch: 'a' }, { branch: 'b' }, { branch: 'c' });
  const newest = texts.toReversed();

  test('is whole, over torn pieces too, and no further than asked', () => {
    expect(newestChain(newest, 200, sha256)).toEqual({ lines: 4, broken: null });
    expect(newestChain(newest, 2, sha256)).toEqual({ lines: 2, broken: null });
    expect(
      newestChain(
        newest.flatMap((text) => ['{"torn', text]),
        200,
        sha256,
      ),
    ).toEqual({ lines: 4, broken: null });
    expect(newestChain([], 200, sha256)).toEqual({ lines: 0, broken: null });
  });

  test.each([
    ['altered', newest.map((text) => text.replace('"branch":"b"', '"branch":"x"')), 3],
    ['taken out', newest.filter((_, at) => at !== 1), 4],
    ['swapped', [newest[0], newest[2], newest[1], newest[3]].map(String), 4],
  ])('is broken where a line was %s', (_, texts, broken) => {
    expect(newestChain(texts, 200, sha256).broken).toBe(broken);
  });
});
