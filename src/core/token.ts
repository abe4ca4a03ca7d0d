// A pasted token: what can be sent as one (RFC 6750 section 2.1), and in words why the rest can't.
import { fail, ok, type Result } from './result.ts';

/** Blanks and line ends around it come from copying, and are no part of it. The problem never quotes the token. */
export function parseToken(text: string): Result<string, string> {
  const token = text.trim();
  if (token === '') return fail('is empty');
  if (/[\r\n]/.test(token)) return fail('has more than one line');
  if (/^bearer\s/i.test(token)) return fail('starts with "Bearer", which is not a part of it');
  if (/\s/.test(token)) return fail('has a blank in it');
  return /^[\x21-\x7e]+$/.test(token) ? ok(token) : fail('has a character that is not visible ASCII');
}
