import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalise, type Json } from '../../src/core/jcs.ts';

describe('canonicalise', () => {
  it('sorts keys by UTF-16 code units, as the example of RFC 8785 section 3.2.3', () => {
    const example = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    expect(Object.values(JSON.parse(canonicalise(example)) as object)).toEqual([
      // JSON.parse puts a key that is an array index first.
      'One',
      'Carriage Return',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
    expect(canonicalise(example).startsWith('{"\\r":"Carriage Return","1":"One","\u0080":')).toBe(true);
  });

  it('spells strings as the example of RFC 8785 section 3.2.2', () => {
    const text = '\u20ac$\u000f\nA\'B"\\\\"/';
    expect(canonicalise({ string: text, literals: [null, true, false] })).toBe(
      '{"literals":[null,true,false],"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('spells integers as ECMAScript does', () => {
    expect(canonicalise([0, -0, 1, -1, 9007199254740991, -9007199254740991])).toBe(
      '[0,0,1,-1,9007199254740991,-9007199254740991]',
    );
  });

  it('goes into arrays and objects, and keeps the order of arrays', () => {
    expect(canonicalise({ b: [{ d: 1, c: 2 }, []], a: {} })).toBe('{"a":{},"b":[{"c":2,"d":1},[]]}');
  });

  const json = fc.jsonValue({ maxDepth: 4, noUnicodeString: false }) as fc.Arbitrary<Json>;

  it('says the same value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalise(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is one spelling for one value, whatever the order of its keys', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalise(turned(value))).toBe(canonicalise(value));
        expect(canonicalise(JSON.parse(canonicalise(value)) as Json)).toBe(canonicalise(value));
      }),
    );
  });

  it('is what JSON.stringify says of a value whose keys are sorted', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string({ minLength: 1 }).map((key) => `k${key}`),
          fc.string(),
        ),
        (object) => {
          const sorted = Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
          expect(canonicalise(object)).toBe(JSON.stringify(sorted));
        },
      ),
    );
  });
});

/** The same value with the keys of its objects the other way round. */
function turned(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(turned);
  return Object.fromEntries(
    Object.entries(value as { [key: string]: Json })
      .toReversed()
      .map(([key, each]) => [key, turned(each)]),
  );
}
