import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseToken } from '../../src/core/token.ts';

describe('a pasted token', () => {
  it.each([
    ['abc.DEF-123~+/=', 'abc.DEF-123~+/='],
    ['  abc\r\n', 'abc'],
  ])('%j is taken', (text, token) => {
    expect(parseToken(text)).toEqual({ ok: true, value: token });
  });

  it.each([
    ['', 'empty'],
    ['\n\n', 'empty'],
    ['a\nb', 'line'],
    ['a b', 'blank'],
    ['bearer abc', 'Bearer'],
    ['tokén', 'visible ASCII'],
    ['a\u0000b', 'visible ASCII'],
    ['a\u007fb', 'visible ASCII'],
  ])('%j is not, and the words say why', (text, words) => {
    expect(parseToken(text)).toMatchObject({ ok: false, failure: expect.stringContaining(words) });
  });

  it('is always a header value, and never in its own fault', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 8 }), (text) => {
        const parsed = parseToken(text);
        if (parsed.ok) expect(parsed.value).toMatch(/^[\x21-\x7e]+$/);
        else expect(parsed.failure).not.toContain(text.trim() || 'nothing');
      }),
    );
  });
});
