import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { couldBecome, fillIn, isTemplate, matchesName, placeholders } from '../../src/core/name-pattern.ts';

const literal = fc.string().filter((text) => !/[*{}]/.test(text));

describe('matchesName', () => {
  it.each([
    ['jit-*', 'jit-release', true],
    ['jit-*', 'jit-', true],
    ['jit-*', 'JIT-release', false],
    ['jit-*', 'xjit-release', false],
    ['*-admin', 'db-admin', true],
    ['jit:*:release', 'jit:a:b:release', true],
    ['*', '', true],
    ['', 'jit', false],
    ['a.c', 'abc', false],
    ['jit-*', 'jit-\nrelease', true],
  ])('%j and %j: %s', (glob, name, expected) => {
    expect(matchesName(glob, name)).toBe(expected);
  });

  it('takes everything but the star as it stands', () => {
    fc.assert(
      fc.property(literal, literal, fc.string(), (before, after, middle) => {
        expect(matchesName(before, before)).toBe(true);
        expect(matchesName(before, after)).toBe(before === after);
        expect(matchesName(`${before}*${after}`, before + middle + after)).toBe(true);
      }),
    );
  });
});

describe('templates', () => {
  it('know their placeholders in order', () => {
    expect(isTemplate('env-{ticket}')).toBe(true);
    expect(isTemplate('env')).toBe(false);
    expect(placeholders('env-{ticket}-{stage}')).toEqual(['ticket', 'stage']);
    expect(placeholders('env')).toEqual([]);
  });

  it('are filled in once, whatever the value looks like', () => {
    expect(fillIn('env-{a}-{b}', { a: '{b}', b: '$&' })).toBe('env-{b}-$&');
  });

  it('could become every name that filling them in gives, and none without their literal parts', () => {
    fc.assert(
      fc.property(literal, literal, fc.string(), (before, after, value) => {
        const template = `${before}{x}${after}`;
        expect(couldBecome(template, fillIn(template, { x: value }))).toBe(true);
        expect(couldBecome(template, value)).toBe(
          value.length >= before.length + after.length && value.startsWith(before) && value.endsWith(after),
        );
      }),
    );
  });
});
