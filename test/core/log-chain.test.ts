// Every way to tamper with a log is found, at its line; what a crash or a full disk leaves is told apart from it.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { AuditFields, AuditLine } from '../../src/core/audit-record.ts';
import { canonicalise, type Json } from '../../src/core/jcs.ts';
import { Chain } from '../../src/core/log/chain.ts';
import { checked, DEVICE, endOf, logOf, said, sealed, sha256 } from '../support/sealed-log.ts';

const COUNT = 21;
const log = logOf(COUNT);
const at = (line: number): string => log[line - 1] ?? '';
const end = (line: number) => endOf(log.slice(0, line));
const with_ = (line: number, text: string): string[] => log.with(line - 1, text);
/** After all of them. */
const TIME = Date.parse('2026-11-23T18:17:00.000Z');
const forged = (after: ReturnType<typeof end>, fields: Partial<AuditFields> = {}): string =>
  sealed([{ kind: 'trust', at: '2026-11-23T18:16:06.950Z', ...fields }], after, TIME)[0] ?? '';
const edited = (line: number, change: Partial<AuditLine>): string =>
  canonicalise({ ...(JSON.parse(at(line)) as object), ...change } as unknown as Json);
/** With a hash that fits what it says now. */
const resealed = (line: number, change: object): string => {
  const { hash: _, ...body } = { ...(JSON.parse(at(line)) as AuditLine), ...change };
  const text = body as unknown as { [key: string]: Json };
  return canonicalise({ ...text, hash: sha256(canonicalise(text)) });
};

test('a log as it was written is whole', () => {
  const chain = checked(log);
  expect(said(chain)).toEqual([]);
  expect(chain.notes.shown).toEqual([]);
  expect({
    lines: chain.lines,
    first: chain.first?.seq,
    last: chain.last?.seq,
    device: chain.device,
  }).toEqual({ lines: COUNT, first: 1, last: COUNT, device: DEVICE });
});

describe('tampering is found at its line', () => {
  const cases: readonly [
    string,
    readonly string[],
    readonly { is: string; line: number; seq?: number | null }[],
  ][] = [
    ['a value was altered', with_(9, edited(9, { branch: 'mainx' })), [{ is: 'altered', line: 9, seq: 9 }]],
    ['a member was added', with_(9, edited(9, { late: true })), [{ is: 'altered', line: 9 }]],
    ['the hash was altered', with_(9, edited(9, { hash: 'f'.repeat(64) })), [{ is: 'altered', line: 9 }]],
    ['prev was altered', with_(9, edited(9, { prev: 'f'.repeat(64) })), [{ is: 'altered', line: 9 }]],
    ['seq was altered', with_(9, edited(9, { seq: 900 })), [{ is: 'altered', line: 9, seq: 900 }]],
    [
      'altered, with a hash that fits',
      with_(9, resealed(9, { branch: 'x' })),
      [{ is: 'broken-link', line: 10 }],
    ],
    [
      'the first, with a hash that fits',
      with_(1, resealed(1, { at: 'x' })),
      [{ is: 'broken-link', line: 2 }],
    ],
    ['the last is altered', with_(COUNT, edited(COUNT, { ms: 1 })), [{ is: 'altered', line: COUNT }]],
    ['a line was taken out', log.toSpliced(8, 1), [{ is: 'gap', line: 9, seq: 10 }]],
    ['five lines were taken out', log.toSpliced(8, 5), [{ is: 'gap', line: 9, seq: 14 }]],
    ['the first was taken out', log.slice(1), [{ is: 'no-beginning', line: 1, seq: 2 }]],
    [
      'two neighbours changed places',
      log.toSpliced(8, 2, at(10), at(9)),
      [{ is: 'swapped', line: 9, seq: 10 }],
    ],
    ['the last two did', log.toSpliced(19, 2, at(21), at(20)), [{ is: 'swapped', line: 20, seq: 21 }]],
    [
      'two far ones did',
      with_(5, at(15)).with(14, at(5)),
      [
        { is: 'gap', line: 5, seq: 15 },
        { is: 'out-of-order', line: 6, seq: 6 },
        { is: 'out-of-order', line: 15, seq: 5 },
      ],
    ],
    ['a line was told again', log.toSpliced(12, 0, at(9)), [{ is: 'replayed', line: 13, seq: 9 }]],
    ['the last was told again', [...log, at(COUNT)], [{ is: 'replayed', line: COUNT + 1 }]],
    [
      'a line was forged, in its place',
      log.toSpliced(9, 0, forged(end(9))),
      [{ is: 'fork', line: 11, seq: 10 }],
    ],
    [
      'a line was forged, of its own',
      log.toSpliced(9, 0, forged({ seq: 9, hash: 'e'.repeat(64) })),
      [{ is: 'inserted', line: 10, seq: 10 }],
    ],
    [
      'forged after the last',
      [...log, forged({ seq: COUNT, hash: 'e'.repeat(64) })],
      [{ is: 'broken-link', line: COUNT + 1 }],
    ],
    [
      'a number was skipped, with the right link',
      [...log, forged({ seq: COUNT + 3, hash: end(COUNT).hash })],
      [{ is: 'wrong-number', line: COUNT + 1, seq: COUNT + 4 }],
    ],
    ['the log was begun anew', [...log, ...logOf(3)], [{ is: 'restart', line: COUNT + 1, seq: 1 }]],
    [
      'not JSON any more',
      with_(9, at(9).replace('"kind"', 'kind')),
      [{ is: 'unreadable', line: 9, seq: null }],
    ],
    ['its last quote is gone', with_(9, at(9).replace(/"}$/, 'x}')), [{ is: 'unreadable', line: 9 }]],
    ['its end is gone', with_(9, at(9).slice(0, 100)), [{ is: 'unreadable', line: 9 }]],
    [
      'a member’s name was altered',
      with_(9, at(9).replace('"prev"', '"prex"')),
      [{ is: 'unreadable', line: 9 }],
    ],
    [
      'two lines became one',
      log.toSpliced(8, 2, at(9) + at(10)),
      [
        { is: 'unreadable', line: 9 },
        { is: 'gap', line: 10 },
      ],
    ],
    ['something else stands there', log.toSpliced(9, 0, 'hello'), [{ is: 'unreadable', line: 10 }]],
    [
      'the clock ran backwards',
      [...log, ...sealed([{ kind: 'trust', at: 'x' }], end(COUNT), TIME - 3_600_000)],
      [{ is: 'time-backwards', line: COUNT + 1 }],
    ],
  ];
  it.each(cases)('%s', (_, lines, found) => {
    const chain = checked(lines);
    expect(said(chain).filter(({ is }) => is !== 'unanswered')).toMatchObject(found);
  });
});

describe('what is no break', () => {
  it('a line in another spelling says the same', () => {
    expect(said(checked(with_(9, JSON.stringify(JSON.parse(at(9)), null, 1).replaceAll('\n', ' '))))).toEqual(
      [],
    );
    const reversed = Object.fromEntries(Object.entries(JSON.parse(at(9)) as object).reverse());
    expect(said(checked(with_(9, JSON.stringify(reversed))))).toEqual([]);
  });

  it.each([1, 5, 20, 100, 300])(
    'what a crash left after %i bytes, between lines and at the end',
    (length) => {
      const rest = at(10).slice(0, length);
      for (const lines of [log.toSpliced(9, 0, rest), [...log, rest], [rest, ...log]]) {
        const chain = checked(lines);
        expect(said(chain)).toEqual([]);
        expect(chain.notes.shown).toMatchObject([{ is: 'torn', line: lines.indexOf(rest) + 1 }]);
      }
    },
  );

  it('a line of a later version that is whole', () => {
    const newer = resealed(COUNT, { v: 2, news: [1.5] });
    expect(checked(with_(COUNT, newer))).toMatchObject({
      findings: { count: 0 },
      notes: { shown: [{ is: 'newer', v: 2 }, expect.anything()] },
    });
    const unknown = with_(COUNT, edited(COUNT, { v: 2 } as object));
    expect(said(checked(unknown))).toMatchObject([{ is: 'newer-unchecked', line: COUNT }]);
  });
});

describe('two writers that did not see each other', () => {
  const sides = (lines: number): [string[], string[]] => {
    const note = (branch: string): AuditFields[] =>
      Array.from({ length: lines }, () => ({ kind: 'trust', at: 'x', branch }));
    return [sealed(note('a'), end(COUNT), TIME), sealed(note('b'), end(COUNT), TIME)];
  };

  it('are one fork, however long they go on', () => {
    const [a, b] = sides(4);
    const mixed = a.flatMap((line, index) => [line, b[index] ?? '']);
    expect(checked([...log, ...mixed])).toMatchObject({
      findings: {
        count: 1,
        shown: [{ is: 'fork', line: COUNT + 2, other: { line: COUNT + 1 }, after: COUNT }],
      },
    });
    expect(said(checked([...log, ...a, ...b]))).toMatchObject([{ is: 'fork', line: COUNT + 5 }]);
  });
});

describe('old lines that were let go of', () => {
  const start = (dropped: number, droppedHash: string): string =>
    forged(end(COUNT), { kind: 'log-start', dropped, droppedHash } as Partial<AuditFields>);

  it('are no break where a line says so', () => {
    const chain = checked([...log.slice(9), start(9, end(9).hash)]);
    expect(said(chain)).toEqual([]);
    expect(chain.dropped).toBe(9);
    expect(chain.notes.shown).toMatchObject([
      { is: 'dropped', count: 9, line: 1, seq: 10, other: { line: 13 } },
    ]);
  });

  it('nor where the one line that is left says so', () => {
    expect(said(checked([start(COUNT, end(COUNT).hash)]))).toEqual([]);
  });

  it.each([
    ['more are gone than it says', log.slice(10), start(9, end(9).hash), 'no-beginning'],
    ['another line is the first', log.slice(9), start(9, 'e'.repeat(64)), 'wrong-beginning'],
    ['nobody says so', log.slice(9), '', 'no-beginning'],
  ])('but are where %s', (_, lines, last, is) => {
    expect(said(checked([...lines, last]))).toMatchObject([{ is, line: 1 }]);
  });
});

describe('segments', () => {
  const fed = (...files: readonly (readonly [first: number, lines: readonly string[]])[]): Chain => {
    const chain = new Chain();
    for (const [index, [first, lines]] of files.entries()) {
      chain.begin(first);
      if (index < files.length - 1)
        checked(lines, `audit.${first}`, Object.assign(chain, { finish: () => {} }));
      else
        checked(
          lines,
          `audit.${first}`,
          Object.assign(chain, { finish: Chain.prototype.finish.bind(chain) }),
        );
    }
    return chain;
  };

  it('are one chain', () => {
    expect(said(fed([1, log.slice(0, 8)], [9, log.slice(8)]))).toEqual([]);
  });

  it('of which one is missing', () => {
    const chain = fed([1, log.slice(0, 8)], [14, log.slice(13)]);
    expect(chain.findings.shown).toMatchObject([
      { is: 'gap', file: 'audit.14', line: 1, seq: 14, missing: 5 },
    ]);
  });

  it('of which the first is missing, or one has another name', () => {
    expect(said(fed([9, log.slice(8)]))).toMatchObject([{ is: 'no-beginning', line: 1, seq: 9 }]);
    expect(said(fed([1, log.slice(0, 8)], [10, log.slice(8)]))).toMatchObject([{ is: 'misnamed', line: 1 }]);
  });
});

describe('what was begun', () => {
  const intent = (event: string): AuditFields => ({
    kind: 'intent',
    at: 'x',
    event,
    op: 'add',
    target: 'group',
    name: 'jit',
  });
  const sync = (event: string, outcome: 'applied' | 'pending' = 'applied'): AuditFields => ({
    kind: 'sync',
    at: 'x',
    event,
    outcome,
  });
  const found = (...fields: AuditFields[]) => checked(sealed([{ kind: 'log-start', at: 'x' }, ...fields]));

  it('and closed without a word of what came of it is unresolved', () => {
    expect(found(intent('e'), sync('e')).findings.shown).toMatchObject([
      { is: 'unanswered', line: 2, op: 'add', name: 'jit', event: 'e' },
    ]);
  });

  it('and is open still may be under way', () => {
    const chain = found(intent('e'), sync('e', 'pending'), { kind: 'switch', at: 'x', event: 'f' });
    expect(chain.findings.count).toBe(0);
    expect(chain.notes.shown).toMatchObject([
      { is: 'open-intent', line: 2, event: 'e' },
      { is: 'open-event', line: 4, kind: 'switch', event: 'f' },
    ]);
  });

  it('is closed once', () => {
    expect(said(found(sync('e'), sync('f'), sync('e')))).toMatchObject([{ is: 'closed-twice', line: 4 }]);
  });
});

type Mutation = (lines: readonly string[], pick: (below: number) => number) => readonly string[];

/** One thing done to a log, wherever. */
const MUTATIONS: Readonly<Record<string, Mutation>> = {
  byte: (lines, pick) => {
    const line = pick(lines.length);
    const text = lines[line] ?? '';
    const place = pick(text.length);
    const other = String.fromCharCode(0x20 + pick(0x5f));
    return lines.with(line, text.slice(0, place) + other + text.slice(place + 1));
  },
  cut: (lines, pick) => {
    const line = pick(lines.length);
    const text = lines[line] ?? '';
    return lines.with(line, text.slice(0, pick(text.length)));
  },
  delete: (lines, pick) => lines.toSpliced(pick(lines.length), 1 + pick(3)),
  swap: (lines, pick) => {
    const [a, b] = [pick(lines.length), pick(lines.length)];
    return lines.with(a, lines[b] ?? '').with(b, lines[a] ?? '');
  },
  replay: (lines, pick) => lines.toSpliced(pick(lines.length), 0, lines[pick(lines.length)] ?? ''),
  forge: (lines, pick) => {
    const place = 1 + pick(lines.length - 1);
    return lines.toSpliced(place, 0, forged(endOf(lines.slice(0, place))));
  },
  respell: (lines, pick) => {
    const line = pick(lines.length);
    return lines.with(line, JSON.stringify(JSON.parse(lines[line] ?? ''), null, ' ').replaceAll('\n', ''));
  },
};

/** What a parser makes of the lines: where that is the same, the log says the same. */
const meaning = (lines: readonly string[]): string[] =>
  lines.flatMap((text) => {
    try {
      return [canonicalise(JSON.parse(text) as Json)];
    } catch {
      return [];
    }
  });

test('whatever one thing is done to a log is found, or the log says the same, or its end is gone', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 40 }),
      fc.constantFrom(...Object.keys(MUTATIONS)),
      fc.infiniteStream(fc.nat()),
      (count, name, numbers) => {
        const lines = logOf(count);
        const pick = (below: number): number => (numbers.next().value as number) % Math.max(1, below);
        const mutated = (MUTATIONS[name] as Mutation)(lines, pick);
        const chain = checked(mutated);
        const breaks = chain.findings.shown.filter(({ is }) => is !== 'unanswered');
        const before = meaning(lines);
        const after = meaning(mutated);
        // Only a second place can tell that the end is missing.
        const isBeginning =
          after.length <= before.length && after.every((text, index) => text === before[index]);
        if (isBeginning) expect(breaks.filter(({ is }) => is !== 'unreadable')).toEqual([]);
        else expect(breaks).not.toEqual([]);
        const first = mutated.findIndex((text, index) => text !== lines[index]);
        if (breaks.length > 0 && first !== -1)
          expect(breaks[0]?.line).toBeGreaterThanOrEqual(first === 0 ? 1 : first + 1);
      },
    ),
    { numRuns: 1_000 },
  );
});
