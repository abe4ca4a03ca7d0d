import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditFields, AuditLine } from '../../../src/core/audit-record.ts';
import { EMPTY_LEDGER, type Holding, type Item, itemKey } from '../../../src/core/ledger.ts';
import { Held } from '../../../src/core/log/held.ts';
import { byMoment, inOrder } from '../../../src/core/log/order.ts';
import { certaintyAt, type Span, stateAt } from '../../../src/core/log/span.ts';
import { replay } from '../../../src/core/rebuild.ts';
import { group, HOLDER, NOW } from '../samples.ts';

const RELEASE = group('jit-release');

/** A line of the log about a change; `at` in seconds after NOW. */
const line = (
  at: number,
  kind: 'intent' | 'change',
  op: 'add' | 'create' | 'remove',
  more: Partial<AuditFields> & { item?: Item; seq?: number; holder?: string } = {},
): AuditLine => {
  const { item = RELEASE, seq = at, holder = HOLDER.subjectId, ...fields } = more;
  const time = new Date(NOW + at * 1000).toISOString();
  return {
    kind,
    at: time,
    time,
    seq,
    event: `event-${at}`,
    device: 'laptop',
    endpoint: HOLDER.endpoint,
    subject: `${holder}@acme.example`,
    subjectId: holder,
    op,
    target: item.kind,
    name: item.name,
    targetId: item.id,
    ...(item.type === undefined ? {} : { type: item.type }),
    before: 'absent',
    v: 1,
    version: '0.1.0',
    prev: '',
    hash: '',
    ...fields,
  };
};

function foldAll(lines: readonly AuditLine[]): { spans: Span[]; open: Span[] } {
  const spans: Span[] = [];
  const held = new Held((span) => spans.push(span));
  for (const each of lines) held.add(each);
  const open = [...held.open()];
  return { spans: [...spans, ...open], open };
}

const moment = (at: number): number => NOW + at * 1000;

describe('a span', () => {
  it('begins with what was applied, ends with the removal, and knows both', () => {
    const { spans } = foldAll([
      line(1, 'intent', 'add'),
      line(2, 'change', 'add', { outcome: 'applied', verified: 'confirmed', rules: ['release'] }),
      line(8, 'intent', 'remove'),
      line(9, 'change', 'remove', { outcome: 'applied', verified: 'confirmed' }),
    ]);
    expect(spans).toMatchObject([
      {
        granted: { moment: moment(2), event: 'event-2', verified: 'confirmed', rules: ['release'] },
        ended: { how: 'released', by: { moment: moment(9), event: 'event-9' } },
      },
    ]);
    const [span] = spans as [Span];
    expect([0, 1, 2, 8, 9].map((at) => certaintyAt(span, moment(at)))).toEqual([
      null,
      'given',
      'held',
      'returning',
      null,
    ]);
  });

  it('stays open while its removal is owed', () => {
    const { open } = foldAll([
      line(1, 'change', 'add', { outcome: 'applied' }),
      line(2, 'intent', 'remove'),
      line(3, 'change', 'remove', { outcome: 'owed', reason: 'unreachable' }),
    ]);
    expect(open).toMatchObject([{ owed: { reason: 'unreachable' }, ended: null }]);
    expect(open.map((span) => certaintyAt(span, moment(4)))).toEqual(['owed']);
  });

  it.each([
    ['without an answer', []],
    ['that was only accepted', [line(2, 'change', 'add', { outcome: 'pending', verified: 'accepted' })]],
    ['that a broken answer met', [line(2, 'change', 'add', { outcome: 'failed', status: 500 })]],
  ])('is only maybe there after a request %s', (_, more) => {
    const { open } = foldAll([line(1, 'intent', 'add'), ...more]);
    expect(open.map((span) => certaintyAt(span, moment(3)))).toEqual(['maybe']);
  });

  it('is nothing where the request was rejected, not even in between', () => {
    const { spans } = foldAll([
      line(1, 'intent', 'add'),
      line(3, 'change', 'add', { outcome: 'failed', status: 403 }),
    ]);
    expect(spans).toMatchObject([{ ended: { how: 'never-came' }, granted: null }]);
    expect(spans.map((span) => certaintyAt(span, moment(2)))).toEqual([null]);
  });

  it.each(['would', 'refused'] as const)('is not made by what was only %s', (outcome) => {
    expect(foldAll([line(1, 'change', 'add', { outcome })]).spans).toEqual([]);
  });

  it('ends as lost where it has to be given again', () => {
    const { spans } = foldAll([
      line(1, 'change', 'add', { outcome: 'applied' }),
      line(5, 'intent', 'add'),
      line(6, 'change', 'add', { outcome: 'applied' }),
    ]);
    expect(spans).toMatchObject([
      { granted: { event: 'event-1' }, ended: { how: 'lost', by: { moment: moment(5) } } },
      { granted: { event: 'event-6' }, ended: null },
    ]);
  });

  it('has no beginning in the log where only its removal stands there', () => {
    const { spans } = foldAll([line(4, 'change', 'remove', { outcome: 'applied' })]);
    expect(spans).toMatchObject([{ granted: null, asked: null, ended: { how: 'released' } }]);
  });

  it('is of the group that was made, whatever it had for an id before', () => {
    const made = { ...RELEASE, id: null };
    const { spans } = foldAll([
      line(1, 'intent', 'create', { item: made }),
      line(2, 'change', 'create', { outcome: 'applied' }),
      line(3, 'change', 'remove', { outcome: 'applied' }),
    ]);
    expect(spans).toMatchObject([{ item: { id: RELEASE.id }, ended: { how: 'released' } }]);
  });

  it('is one for each machine: a removal of the one ends nothing of the other', () => {
    const { open } = foldAll([
      line(1, 'change', 'add', { outcome: 'applied' }),
      line(2, 'change', 'add', { outcome: 'applied', device: 'ci' }),
      line(3, 'change', 'remove', { outcome: 'applied' }),
    ]);
    expect(open.map(({ device }) => device)).toEqual(['ci']);
  });

  it('keeps the order of the log where the clock was put back', () => {
    const { spans } = foldAll([
      line(50, 'change', 'add', { outcome: 'applied', seq: 1 }),
      line(5, 'change', 'remove', { outcome: 'applied', seq: 2 }),
    ]);
    expect(spans).toMatchObject([{ ended: { how: 'released', by: { moment: moment(50) } } }]);
  });
});

const ITEMS: readonly Item[] = [
  group('jit-a'),
  { ...group('jit-a'), id: null },
  group('jit-b'),
  { kind: 'role', name: 'deployer', id: null, type: 'work' },
];
const FACTS = fc.record({
  kind: fc.constantFrom('intent' as const, 'change' as const),
  op: fc.constantFrom('add' as const, 'create' as const, 'remove' as const),
  item: fc.constantFrom(...ITEMS),
  holder: fc.constantFrom('alice', 'bob'),
  outcome: fc.constantFrom('applied', 'would', 'failed', 'refused', 'pending', 'owed'),
  verified: fc.constantFrom('confirmed', 'contradicted', 'unverifiable', 'accepted'),
  status: fc.constantFrom(200, 403, 500),
  late: fc.boolean(),
});
/** Lines in the order in which they happened, some of them written late. */
const HISTORY = fc.array(FACTS, { maxLength: 40 }).map((all) =>
  all.map(({ kind, op, late, ...more }, index) => {
    const { item, holder } = more;
    const fields = kind === 'intent' ? { item, holder } : more;
    return line(index + 1, kind, op, { ...fields, ...(late ? { late: true as const } : {}) });
  }),
);

/** As they stand in the log: what is late comes after all that was in time until then. */
const asWritten = (history: readonly AuditLine[]): AuditLine[] =>
  [...history.filter(({ late }) => !late), ...history.filter(({ late }) => late)].map((each, index) => ({
    ...each,
    seq: index + 1,
  }));

const placed = (written: readonly AuditLine[]): AuditLine[] => [
  ...inOrder(written, written.filter(({ late }) => late === true).sort(byMoment)),
];

const stateByKey = (all: readonly { key: string; state: string | null }[]): string[] =>
  all.flatMap(({ key, state }) => (state === null ? [] : `${key} ${state}`)).sort();

const ofLedger = (lines: readonly AuditLine[]): string[] =>
  stateByKey(
    lines
      .reduce(replay, EMPTY_LEDGER)
      .holdings.map((each: Holding) => ({ key: each.subjectId + itemKey(each.item), state: each.state })),
  );

const ofSpans = (spans: readonly Span[], at: number): string[] =>
  stateByKey(spans.map((span) => ({ key: span.subjectId + itemKey(span.item), state: stateAt(span, at) })));

it('what is open at the end is what a ledger rebuilt from the log holds', () => {
  fc.assert(
    fc.property(HISTORY, (history) => {
      const { open } = foldAll(history);
      expect(ofSpans(open, Number.POSITIVE_INFINITY)).toEqual(ofLedger(history));
    }),
    { numRuns: 500 },
  );
});

/** A group that was made has its id in its span from the beginning on, while the ledger learns it with its making. */
const unnamed = (lines: readonly AuditLine[]): AuditLine[] =>
  lines.map((each) => ({ ...each, targetId: null }));

it('what was held at any moment is what the lines up to then rebuild, whenever they were written', () => {
  fc.assert(
    fc.property(HISTORY.map(unnamed), fc.integer({ min: 0, max: 41 }), (history, at) => {
      const { spans } = foldAll(placed(asWritten(history)));
      const until = history.filter((each) => Date.parse(each.at) <= moment(at));
      expect(ofSpans(spans, moment(at))).toEqual(ofLedger(until));
    }),
    { numRuns: 500 },
  );
});
