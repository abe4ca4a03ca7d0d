import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Newest } from '../../../src/core/log/newest.ts';
import { pack, unpack } from '../../../src/core/log/report-data.ts';
import { similar } from '../../../src/core/log/similar.ts';

it('rows come out of their packing as they went in', () => {
  const row = fc.record({
    person: fc.constantFrom('alice', 'bob', '__proto__', ''),
    what: fc.string(),
    since: fc.option(fc.nat()),
  });
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      expect(unpack(JSON.parse(JSON.stringify(pack(rows))))).toEqual(rows);
    }),
  );
});

it('keeps the newest, and counts them all', () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 10 }), (moments, most) => {
      const newest = new Newest<number>(most, (moment) => moment);
      for (const moment of moments) newest.add(moment);
      expect(newest.newest()).toEqual(moments.toSorted((a, b) => b - a).slice(0, most));
      expect(newest.count).toBe(moments.length);
    }),
  );
});

describe('similar', () => {
  const names = ['release-push', 'jit-oncall', 'Admins', 'prod-db'];
  const distance = (a: string, b: string): number =>
    [...a].filter((letter, index) => letter !== b[index]).length + Math.abs(a.length - b.length);

  it.each([
    ['admins', ['Admins']],
    ['oncall', ['jit-oncall']],
    ['release-pusj', ['release-push']],
    ['nothing-like-it', []],
  ])('%s', (asked, found) => {
    expect(similar(asked, names, distance)).toEqual(found);
  });
});
