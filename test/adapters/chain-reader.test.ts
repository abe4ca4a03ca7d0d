// Reading stored lines fast says what a parser says, whatever stands there; and lines as we write them take the quick road.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { readLog, readStoredLines } from '../../src/adapters/disk/chain-reader.ts';
import type { AuditFields, AuditLine } from '../../src/core/audit-record.ts';
import { shapeOf } from '../../src/core/log/line-shape.ts';
import { isCutOff, type StoredLine, storedLine } from '../../src/core/log/stored-line.ts';
import { lease } from '../core/samples.ts';
import { logOf, sealed, sha256 } from '../support/sealed-log.ts';

const root = mkdtempSync(join(tmpdir(), 'scim-hook-chain-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const file = join(root, 'audit.jsonl');

type Read = Partial<StoredLine> | { fragment: string; line: number };

function read(bytes: string | Buffer): Read[] {
  writeFileSync(file, bytes);
  const all: Read[] = [];
  readStoredLines(file, {
    line: ({ file: _, ...line }) => all.push(line),
    fragment: (fragment, { line }) => all.push({ fragment, line }),
  });
  return all;
}

/** The same, the slow way. A log that says less of a step that nobody asks about says the same. */
const parsed = (text: string): Read[] =>
  text.split('\n').flatMap((each, index): Read[] => {
    const trimmed = each.replace(/\r$/, '');
    if (trimmed === '') return [];
    const line = storedLine(trimmed, { file, line: index + 1 }, sha256);
    if (line === null) return [{ fragment: isCutOff(trimmed) ? 'torn' : 'garbage', line: index + 1 }];
    const { file: _, ...rest } = line;
    return [rest];
  });

/** What the hash of an altered line should be is of no interest, only that it is another one. */
const plain = (reads: readonly Read[]): unknown =>
  JSON.parse(
    JSON.stringify(
      reads.map((each) =>
        'hash' in each && each.computed !== each.hash ? { ...each, computed: 'another' } : each,
      ),
    ),
  );

/** One line with every member that a line can have. */
const everything: Required<
  Omit<AuditLine, 'v' | 'version' | 'seq' | 'time' | 'prev' | 'hash' | 'dropped' | 'droppedHash'>
> = {
  kind: 'change',
  at: '2026-11-23T18:16:06.950Z',
  event: 'e',
  device: 'd',
  repo: 'r',
  worktree: '/home/ä/src',
  branch: null,
  from: 'mäin',
  mode: 'enforce',
  endpoint: 'https://idp.example.com',
  subject: 'alice@acme.example',
  subjectId: 's',
  policy: 'p',
  rulesBlob: 'b',
  rules: ['one', 'two'],
  fromRules: ['three'],
  op: 'add',
  target: 'group',
  name: '日本 {jit} [release]',
  targetId: 't',
  type: 'direct',
  before: 'absent',
  managed: true,
  lease: null,
  expires: null,
  outcome: 'applied',
  reason: 'no-rule',
  verified: 'confirmed',
  status: 200,
  requestId: 'q',
  transaction: 'x',
  clone: 'c',
  marker: 'm',
  attempts: 1,
  harmed: [],
  restored: false,
  ms: 0,
  late: true,
  leases: [
    lease('a', {
      wants: [{ target: { kind: 'group', by: 'name', value: 'jit' }, rules: ['one'] } as never],
      policy: { commit: null, blob: 'b' },
    }),
    lease('b', { expires: null, worktree: null }),
  ],
  ended: ['one'],
};

test('a line with every member takes the quick road, and so does each without one of them', () => {
  const required = new Set(['kind', 'at']);
  const variants = [
    everything,
    ...Object.keys(everything)
      .filter((name) => !required.has(name))
      .map((name) => ({ ...everything, [name]: undefined })),
  ];
  for (const fields of variants) {
    const [text = ''] = sealed([fields as AuditFields]);
    expect(shapeOf(text), text).not.toBeNull();
    expect(plain(read(`${text}\n`))).toEqual(plain(parsed(text)));
    expect(read(text)).toMatchObject([{ hash: sha256(text.replace(/"hash":"[^"]*",/, '')) }]);
  }
});

const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constant('a\\b"c\ud800'),
);
const fields: fc.Arbitrary<AuditFields> = fc.record(
  {
    kind: fc.constantFrom('intent' as const, 'change' as const, 'sync' as const, 'switch' as const),
    at: texts,
    event: texts,
    branch: fc.option(texts),
    name: texts,
    op: fc.constantFrom('add' as const, 'remove' as const),
    outcome: fc.constantFrom('applied' as const, 'pending' as const),
    rules: fc.array(texts, { maxLength: 3 }),
    ms: fc.nat(),
    leases: fc.constantFrom([], [lease('a')], [lease('a'), lease('b', { worktree: null })]),
  },
  { requiredKeys: ['kind', 'at'] },
);

test('whatever a line says, and whatever is done to its bytes, it is read as a parser reads it', () => {
  fc.assert(
    fc.property(
      fc.array(fields, { minLength: 1, maxLength: 4 }),
      fc.option(fc.tuple(fc.nat(), fc.constantFrom(...Buffer.from('"\\{}[],:0x \n\r\t\u007f'), 0x80, 0xff))),
      (all, change) => {
        const bytes = Buffer.from(`${sealed(all).join('\n')}\n`);
        if (change !== null) bytes[change[0] % bytes.length] = change[1];
        expect(plain(read(bytes))).toEqual(plain(parsed(bytes.toString('utf8'))));
      },
    ),
    { numRuns: 400 },
  );
});

test('names out of order, twice, or in a list that ends in a comma are no form of ours', () => {
  const [text = ''] = logOf(2).slice(1);
  for (const other of [
    text.replace('"branch":"release/0","device"', '"device":"x","branch":"release/0","device"'),
    text.replace('"kind":"switch"', '"kind":"switch","kind":"switch"'),
    text.replace('"v":1', '"v":01'),
    text.replace('"v":1', '"v":-0'),
    text.replace('"release/0"', '"release/\t0"'),
    `${text},`,
  ])
    expect(shapeOf(other), other).toBeNull();
});

test('lines longer than a chunk, without an end, or with another end of line', () => {
  const long = sealed([{ kind: 'trust', at: 'x', branch: 'é'.repeat(400_000) }])[0] ?? '';
  const lines = [long, ...logOf(3000), long];
  for (const text of [lines.join('\n'), `${lines.join('\r\n')}\r\n`, `\n\n${lines.join('\n\n')}\n`])
    expect(plain(read(text))).toEqual(plain(parsed(text)));
});

test('files are read one after the other, and the last one under whatever name it has by then', () => {
  const [first, second] = [join(root, 'a'), join(root, 'b')];
  const [one = '', two = '', three = ''] = logOf(3);
  writeFileSync(first, `${one}\n`);
  writeFileSync(second, `${two}\n`);
  const files = [
    { path: first, first: 1 },
    { path: second, first: null },
  ];
  const seen: unknown[] = [];
  const done = readLog(
    files,
    { line: ({ seq, line }) => seen.push([seq, line]), fragment: () => {} },
    ({ path }) => {
      seen.push(path);
      // Rotation, while the first is read.
      if (path === first) {
        rmSync(second);
        writeFileSync(second, `${three}\n`);
      }
    },
  );
  expect(done).toMatchObject({ ok: true });
  expect(seen).toEqual([first, [1, 1], second, [2, 1]]);
  expect(
    readLog([{ path: join(root, 'none'), first: null }], { line() {}, fragment() {} }, () => {}),
  ).toMatchObject({
    ok: false,
    failure: { code: 'disk', problem: 'ENOENT' },
  });
});
