// Reading on in the log: from a line that is known, whatever happened to the files meanwhile.
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openShipLog } from '../../src/adapters/disk/ship-log.ts';
import { type Position, positionOf, startingAt } from '../../src/core/ship/position.ts';
import { BEGIN, closing, LogHome } from '../support/log-lines.ts';

const many = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => closing(`release/${from + index}`));

const numbers = (home: LogHome, position: Position): number[] =>
  [...openShipLog(home.directory).after(position)].map(({ line }) => line.seq);

test('goes on after any line, in a file of many pieces, and hands out the stored bytes', async () => {
  await using home = new LogHome();
  await home.append(...many(1_000));
  const all = home.stored();
  expect(all.map(({ text }) => `${text}\n`).join('')).toBe(readFileSync(home.file, 'utf8'));
  for (const at of [1, 2, 77, 500, 999, 1_000]) {
    const from = positionOf(all[at - 1]?.line ?? expect.fail());
    expect(numbers(home, from)).toEqual(all.slice(at).map(({ line }) => line.seq));
  }
  expect(numbers(home, positionOf(all.at(-1)?.line ?? expect.fail()))).toEqual([]);
});

test('begins with what is written from a time on', async () => {
  await using home = new LogHome();
  await home.append(...many(300));
  const time = Date.parse(home.lines()[200]?.time ?? '');
  expect(numbers(home, startingAt(time))[0]).toBe(201);
  expect(numbers(home, startingAt(home.now + 1))).toEqual([]);
  expect(numbers(home, startingAt(BEGIN - 1))).toHaveLength(301);
});

test('goes over from a sealed file to the next', async () => {
  await using home = new LogHome();
  await home.append(...many(10));
  const sealed = readFileSync(home.file, 'utf8').split('\n').slice(0, 6);
  const rest = readFileSync(home.file, 'utf8').split('\n').slice(6);
  renameSync(home.file, join(home.directory, 'audit.000000000001.jsonl'));
  writeFileSync(join(home.directory, 'audit.000000000001.jsonl'), `${sealed.join('\n')}\n`);
  writeFileSync(home.file, rest.join('\n'));
  const lines = home.lines();
  expect(lines.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  for (const at of [3, 6, 7])
    expect(numbers(home, positionOf(lines[at - 1] ?? expect.fail()))).toEqual(
      lines.slice(at).map(({ seq }) => seq),
    );
});

test('leaves out what is torn, and a line that is being written', async () => {
  await using home = new LogHome();
  await home.append(closing('release/1'));
  appendFileSync(home.file, '{"at":"2026-11-2');
  await home.append(closing('release/2'));
  const whole = home.lines();
  appendFileSync(home.file, readFileSync(home.file, 'utf8').slice(0, 100));
  expect(home.lines()).toEqual(whole);
  expect(numbers(home, positionOf(whole[1] ?? expect.fail()))).toEqual([3]);
});

test('a log that lost its end, or was replaced, goes on by time', async () => {
  await using home = new LogHome();
  await home.append(...many(5));
  const before = home.stored();
  const last = positionOf(before.at(-1)?.line ?? expect.fail());
  const kept = before.slice(0, 3).map(({ text }) => `${text}\n`);
  writeFileSync(home.file, kept.join(''));
  expect(numbers(home, last)).toEqual([]);
  await home.append(closing('hotfix/1'), closing('hotfix/2'), closing('hotfix/3'), closing('hotfix/4'));
  // Number 6 is another line now; what left before isn't sent again.
  expect(numbers(home, last)).toEqual([4, 5, 6, 7]);
  writeFileSync(home.file, '');
  await home.append(closing('hotfix/5'));
  expect(numbers(home, last)).toEqual([1, 2]);
});

test('of a log whose beginning was taken away, what is there', async () => {
  await using home = new LogHome();
  await home.append(...many(5));
  const stored = home.stored();
  writeFileSync(
    home.file,
    stored
      .slice(3)
      .map(({ text }) => `${text}\n`)
      .join(''),
  );
  expect(numbers(home, positionOf(stored[0]?.line ?? expect.fail()))).toEqual([4, 5, 6]);
});

test('where there is no log, there is nothing', async () => {
  await using home = new LogHome();
  expect(numbers(home, startingAt(0))).toEqual([]);
});
