// Rows on narrow and wide terminals and in pipes: cut at words, never inside one, and nothing lost.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowLines, wrap } from '../../src/cli/layout.ts';
import { wrap as fitted } from '../../src/cli/wrap.ts';

const dim = (text: string): string => `<${text}>`;
const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '/'), minLength: 1, maxLength: 30 }), {
  minLength: 1,
  maxLength: 20,
});

describe('a row', () => {
  it('stays whole in a pipe', () => {
    const text = 'word '.repeat(80).trim();
    expect(rowLines({ name: 'name', text }, undefined, 9, dim)).toEqual([`<name     > ${text}`]);
  });
  it('is cut beside its name, or below it where that leaves too little room', () => {
    const row = { name: 'name', text: 'one two three four five six seven' };
    expect(rowLines(row, 40, 9, dim)).toEqual(['<name     > one two three four five six', '          seven']);
    expect(rowLines(row, 30, 9, dim)).toEqual(['<name>', '  one two three four five six', '  seven']);
  });
  it('keeps its own lines and their indent, and is painted over whole lines', () => {
    const paint = (line: string): string => `[${line}]`;
    expect(rowLines({ name: 'n', text: 'head:\n  a fault', paint }, 80, 2, dim)).toEqual([
      '<n > [head:]',
      '   [  a fault]',
    ]);
  });
});

describe('wrap', () => {
  it('fits, loses no word, and cuts none', () => {
    fc.assert(
      fc.property(
        words,
        fc.integer({ min: 20, max: 300 }),
        fc.integer({ min: 0, max: 22 }),
        (each, columns, indent) => {
          const lines = wrap(each.join(' '), columns, indent);
          expect(lines.join(' ').split(' ')).toEqual(each);
          const room = Math.max(20, Math.min(columns, 110) - indent);
          for (const line of lines) expect(line.length <= room || !line.includes(' '), line).toBe(true);
        },
      ),
    );
  });
});

describe('what was cut for a terminal', () => {
  it('is not cut again on its way there', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 40, max: 120 }), (text, columns) => {
        const lines = rowLines({ name: 'name', text: text.join(' ') }, columns, 9, (name) => name);
        for (const line of lines) {
          if (line.length <= columns) expect(fitted(line, columns)).toBe(line);
        }
      }),
    );
  });
});
