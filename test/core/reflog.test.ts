// Reading reflogs: every form git writes, and messages and names that somebody made up to be misread.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  branchMovedTo,
  livesOnAs,
  type Move,
  moveOf,
  parseReflogLine,
  type Rename,
} from '../../src/core/reflog.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const AT = 1_764_000_000;
const text = (message: string, who = 'Alice <alice@acme.example>', [old, next] = [A, B]): string =>
  `${old} ${next} ${who} ${AT} +0100\t${message}`;
const told = (message: string): string => {
  const line = parseReflogLine(text(message));
  const move = line === null ? null : moveOf(line);
  return move === null ? 'nothing' : `${move.kind} ${move.from}→${move.to}`;
};

describe('a line of a reflog', () => {
  it.each([
    ['checkout: moving from main to release/1', 'checkout main→release/1'],
    [`checkout: moving from ${A} to ü"'$x`, `checkout ${A}→ü"'$x`],
    ['checkout: moving from main to HEAD~2', 'checkout main→HEAD~2'],
    ['Branch: renamed refs/heads/a to refs/heads/b/c', 'rename a→b/c'],
    ['rebase (start): checkout main', 'rebase null→null'],
    ['pull -q --rebase (start): checkout 0f3c', 'rebase null→null'],
    ['rebase (finish): returning to refs/heads/topic', 'rebase null→topic'],
    ['rebase (abort): returning to refs/heads/topic', 'rebase null→topic'],
    ['rebase finished: returning to refs/heads/topic', 'rebase null→topic'],
    ['pull --rebase (finish): returning to refs/heads/topic', 'rebase null→topic'],
  ])('tells of %j', (message, expected) => {
    expect(told(message)).toBe(expected);
  });

  it.each([
    '',
    'commit: checkout: moving from a to b',
    'checkout: moving from a to b to c',
    'checkout: moving from a to b\tcheckout: moving from c to d',
    'checkout: moving from  to b',
    ' checkout: moving from a to b',
    'Branch: renamed refs/heads/a to refs/heads/b and more',
    'Branch: renamed refs/tags/a to refs/tags/b',
    'rebase (finish): returning to refs/heads/a b',
    'reset: moving to HEAD',
    'custom',
  ])('tells of no move where the message is %j', (message) => {
    expect(told(message)).toBe('nothing');
  });

  it('has its time, its ids and its message, of either length, with or without a message', () => {
    const long = 'c'.repeat(64);
    expect(parseReflogLine(text('x', 'A <a>', [long, long]))).toEqual({
      old: long,
      new: long,
      at: AT * 1000,
      message: 'x',
    });
    expect(parseReflogLine(`${A} ${B} A <a> ${AT} -1130`)).toMatchObject({ message: '' });
    expect(parseReflogLine(text(`commit: ${'ü'.repeat(5_000)}`))?.message).toHaveLength(5_008);
  });

  it('is not misread through a name with a tab in it', () => {
    const who = 'Alice 1 +0000\tcheckout: moving from main to evil <a@x.example>';
    const line = parseReflogLine(text('checkout: moving from main to plain', who));
    expect(line?.at).toBe(AT * 1000);
    expect(line === null ? null : moveOf(line)).toMatchObject({ from: 'main', to: 'plain' });
  });

  it('is itself or nothing, however it was cut short', () => {
    const whole = text('checkout: moving from main to release/1');
    fc.assert(
      fc.property(fc.nat(whole.length - 1), (length) => {
        const line = parseReflogLine(whole.slice(0, length));
        expect(line === null || 'checkout: moving from main to release/1'.startsWith(line.message)).toBe(
          true,
        );
      }),
    );
  });

  it('comes back as it was written, whatever the name and the message', () => {
    const word = fc.string({ unit: 'grapheme' }).map((each) => each.replace(/[<>\n\r\u2028\u2029]/g, ''));
    fc.assert(
      fc.property(word, word, fc.nat({ max: 4_000_000_000 }), (who, message, seconds) => {
        const line = parseReflogLine(`${A} ${B} ${who} <${who}> ${seconds} +0000\t${message}`);
        expect(line).toEqual({ old: A, new: B, at: seconds * 1000, message });
      }),
    );
  });
});

describe('where a move led to', () => {
  const to = (name: string): Move => ({
    kind: 'checkout',
    from: 'main',
    to: name,
    line: { old: A, new: A, at: 0, message: '' },
  });
  it.each([
    ['a branch: the next one began there', 'r', 'r', 'r'],
    ['a tag: the next one began at an object', 'r', A, null],
    ['a tag, and HEAD is on none', 'r', null, null],
    ['an object', A, A, null],
    ['a branch, from where HEAD went on without a word', 'r', 'x', 'r'],
    ['a branch, as far as anybody knows', 'r', undefined, 'r'],
    ['a commit, from where HEAD went on without a word', 'main~2', 'x', null],
    ['HEAD itself', 'HEAD', undefined, null],
  ])('%s', (_, name, next, expected) => {
    expect(branchMovedTo(to(name), next)).toBe(expected);
  });
});

describe('a branch that was renamed', () => {
  const renamed = (from: string, to: string, at: number): Rename => ({ from, to, at: at * 1000 });
  const name = (from: string, since: number, there: string[], ...renames: Rename[]): string | null =>
    livesOnAs(from, since * 1000 + 900, renames, (each) => there.includes(each));

  it('lives on under the last name of a chain', () => {
    expect(name('a', 1, ['c'], renamed('a', 'b', 2), renamed('b', 'c', 2))).toBe('c');
  });
  it('is gone where what it was renamed to is', () => {
    expect(name('a', 1, ['x'], renamed('a', 'b', 2))).toBeNull();
    expect(name('a', 1, ['b'])).toBeNull();
  });
  it('is not the one of that name that was renamed before', () => {
    expect(name('a', 5, ['b'], renamed('a', 'b', 4))).toBeNull();
    expect(name('a', 5, ['b'], renamed('a', 'b', 5))).toBe('b');
  });
  it('lives on under the name, not under that of a copy, which has the same lines', () => {
    expect(name('a', 1, ['b', 'copy'], renamed('a', 'b', 2), renamed('a', 'b', 2))).toBe('b');
  });
  it('ends in no loop', () => {
    expect(name('a', 1, [], renamed('a', 'b', 2), renamed('b', 'a', 2))).toBeNull();
  });
  it('never lives on under a name that isn’t there', () => {
    const names = fc.constantFrom<string>('a', 'b', 'c', 'd');
    const renames = fc.array(fc.record({ from: names, to: names, at: fc.nat(5_000) }), { maxLength: 12 });
    fc.assert(
      fc.property(renames, fc.uniqueArray(names), fc.nat(5_000), (all, there, since) => {
        const found = livesOnAs('a', since, all, (each) => there.includes(each));
        expect(found === null || there.includes(found)).toBe(true);
      }),
    );
  });
});
