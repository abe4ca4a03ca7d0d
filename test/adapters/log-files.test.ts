// Reading logs: real files, whole, torn, huge, growing, rotated and unreadable, from both ends.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { openLogFiles, unreadable } from '../../src/adapters/disk/log-files.ts';
import { CHAIN_START, seal } from '../../src/core/audit-record.ts';

const root = mkdtempSync(join(tmpdir(), 'scim-hook-log-files-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
let directory = '';
beforeEach(() => {
  count += 1;
  directory = join(root, String(count));
  mkdirSync(directory);
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const START = Date.parse('2026-01-01T00:00:00Z');
const HOUR = 3_600_000;

/** Lines of a log, one an hour; `more` by their number. */
function stored(length: number, more: (at: number) => object = () => ({}), first = 0): string[] {
  let end = CHAIN_START;
  return Array.from({ length }, (_, at) => {
    const time = new Date(START + (first + at) * HOUR).toISOString();
    const fields = { kind: 'switch' as const, at: time, branch: `b/${at}`, ...more(at) };
    const sealed = seal(fields, { time, version: '1' }, end, sha256);
    end = sealed.end;
    return sealed.text;
  });
}

const file = (name: string, content: string | Buffer): { file: string } => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return { file: path };
};
const whole = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

test.each([
  ['nothing', '', []],
  ['only ends of lines', '\n\n\n', []],
  ['no end of the last line', 'a\nb', ['a', 'b']],
  ['ends of lines from Windows', 'a\r\nb\r\n', ['a', 'b']],
  ['zero bytes', 'a\0b\n\0\n', ['a\0b', '\0']],
  ['a torn line', '{"at":\n{"at":"x"}\n', ['{"at":', '{"at":"x"}']],
  ['characters of several bytes', 'ä€😀\nß\n', ['ä€😀', 'ß']],
])('a file with %s', (_, content, lines) => {
  const files = openLogFiles([file('log', content)]);
  expect([...files.forward()]).toEqual(lines);
  expect([...files.back()]).toEqual(lines.toReversed());
});

test('whatever is in a file, both ways give its lines, and those that are sought', () => {
  const word = fc.constantFrom('a', 'bb', '"x":"y"', 'ä', '\r', '', 'z'.repeat(700));
  const line = fc.array(word, { maxLength: 6 }).map((words) => words.join(' '));
  const group = fc.array(fc.constantFrom('a', 'bb b', '"x":"y"', 'ä', 'nowhere'), {
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 900 }),
      fc.array(group, { maxLength: 3 }),
      fc.boolean(),
      (lines, texts, ended) => {
        const source = file('log', lines.join('\n') + (ended ? '\n' : ''));
        const wanted = lines
          .map((each) => each.replace(/\r$/, ''))
          .filter(
            (each, at) =>
              (lines[at] ?? '') !== '' && texts.every((some) => some.some((text) => each.includes(text))),
          );
        const files = openLogFiles([source]);
        expect([...files.forward({ texts })]).toEqual(wanted);
        expect([...files.back({ texts })]).toEqual(wanted.toReversed());
      },
    ),
    { numRuns: 60 },
  );
});

test('lines longer than any buffer, and one that is too long to be a line', () => {
  const long = 'x'.repeat(5 * 1024 * 1024);
  const source = file('log', `first\n${long}\nlast\n`);
  const files = openLogFiles([source]);
  expect([...files.forward()].map((line) => line.length)).toEqual([5, long.length, 4]);
  expect([...files.back()].map((line) => line.length)).toEqual([4, long.length, 5]);
  expect([...files.back({ texts: [['xxx']] })]).toEqual([long]);

  for (const [before, after] of [
    ['', ''],
    ['first\n', 'last\n'],
    ['', 'last\n'],
    ['first\n', ''],
  ] as const) {
    const endless = Buffer.alloc(70 * 1024 * 1024, 'y');
    const lines = openLogFiles([
      file('log', Buffer.concat([Buffer.from(before), endless, Buffer.from(`\n${after}`)])),
    ]);
    const lengths = [...lines.forward()].map((line) => line.length);
    // Of the endless one, its beginning.
    expect(lengths).toEqual([...(before === '' ? [] : [5]), 4096, ...(after === '' ? [] : [4])]);
    expect([...lines.back()].map((line) => line.length)).toEqual(lengths.toReversed());
  }
});

test('starts where time does, by whatever moment is asked for', () => {
  const lines = stored(400, (at) => ({ branch: `b/${at}`.repeat(1 + (at % 7) * 50) }));
  const torn = lines.flatMap((line, at) => (at % 9 === 0 ? [line, '{"at":"torn'] : [line]));
  const files = openLogFiles([file('log', whole(torn))]);
  const readable = (all: Iterable<string>) => [...all].filter((line) => line.endsWith('}'));
  for (const hour of [-1, 0, 1, 57, 200, 398.5, 399, 400]) {
    const since = START + hour * HOUR;
    const wanted = lines.filter((_, at) => at >= hour);
    expect(readable(files.forward({ since })), String(hour)).toEqual(wanted);
    expect(readable(files.back({ since })), String(hour)).toEqual(wanted.toReversed());
  }
});

test('a directory of segments is one log; sealed ones before the time asked for are left alone', () => {
  const lines = stored(300);
  for (const [name, from, to] of [
    ['audit.000000000001.jsonl', 0, 100],
    ['audit.000000000101.jsonl', 100, 200],
    ['audit.jsonl', 200, 300],
  ] as const)
    file(name, whole(lines.slice(from, to)));
  const files = openLogFiles([{ directory }]);
  expect([...files.forward()]).toEqual(lines);
  expect([...files.back()]).toEqual(lines.toReversed());
  for (const at of [50, 100, 150, 250]) {
    const since = START + at * HOUR;
    expect([...files.forward({ since })]).toEqual(lines.slice(at));
    expect([...files.back({ since })]).toEqual(lines.slice(at).toReversed());
  }
  expect([...openLogFiles([{ directory: join(directory, 'none') }]).forward()]).toEqual([]);
});

test('what is written, rotated or cut off meanwhile', () => {
  const lines = stored(3000);
  const live = join(directory, 'audit.jsonl');
  file('audit.jsonl', whole(lines));
  const files = openLogFiles([{ directory }]);
  const forward = files.forward()[Symbol.iterator]();
  const back = files.back()[Symbol.iterator]();
  expect([forward.next().value, back.next().value]).toEqual([lines[0], lines.at(-1)]);
  appendFileSync(live, 'more\n');
  renameSync(live, join(directory, 'audit.000000000001.jsonl'));
  writeFileSync(live, 'new\n');
  const rest = (iterator: Iterator<string>) => [...{ [Symbol.iterator]: () => iterator }];
  expect(rest(forward)).toEqual(lines.slice(1));
  expect(rest(back)).toEqual(lines.slice(0, -1).toReversed());
  expect([...files.back()].slice(0, 3)).toEqual(['new', 'more', lines.at(-1)]);

  const cut = files.back()[Symbol.iterator]();
  cut.next();
  cut.next();
  truncateSync(join(directory, 'audit.000000000001.jsonl'), 1000);
  expect(rest(cut).length).toBeLessThan(3000);
});

test('several logs are merged by time', () => {
  const [one, two] = [stored(50, () => ({ device: '1' })), stored(50, () => ({ device: '2' }), 25)];
  const files = openLogFiles([file('one', `${whole(one)}torn\n`), file('two', whole(two)), file('none', '')]);
  const merged = [...files.forward()];
  const times = merged.flatMap((line) => /"time":"([^"]*)"/.exec(line)?.[1] ?? []);
  expect(merged).toHaveLength(101);
  expect(times).toEqual(times.toSorted());
  expect(merged.filter((line) => line.includes('"device":"2"'))).toEqual(two);
  expect([...files.back()].toSorted()).toEqual(merged.toSorted());
});

test('what is no file that can be read is a failure with its path', () => {
  const pipe = join(directory, 'pipe');
  execFileSync('mkfifo', [pipe]);
  expect(unreadable([{ file: pipe }])).toEqual({ code: 'disk', path: pipe, problem: 'EINVAL' });
  expect(unreadable([{ file: directory }])).toMatchObject({ code: 'disk', problem: 'EISDIR' });
  expect(unreadable([{ file: join(directory, 'none') }])).toMatchObject({ code: 'disk', problem: 'ENOENT' });
  expect(unreadable([{ directory: join(directory, 'none') }])).toBe(null);
  expect(unreadable([{ directory: file('a', '').file }])).toMatchObject({ code: 'disk', problem: 'ENOTDIR' });
});

test.skipIf(process.getuid?.() === 0)('nor what others keep to themselves (root reads everything)', () => {
  const secret = file('secret', 'x\n');
  expect(unreadable([secret])).toBe(null);
  chmodSync(secret.file, 0);
  expect(unreadable([secret])).toMatchObject({ code: 'disk', problem: 'EACCES' });
});
