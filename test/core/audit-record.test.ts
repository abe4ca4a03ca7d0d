import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AuditFields,
  CHAIN_START,
  isIntact,
  parseAuditLine,
  seal,
} from '../../src/core/audit-record.ts';
import { canonicalise, type Json } from '../../src/core/jcs.ts';
import { CHANGE_OUTCOMES, EVENT_KINDS, REASONS } from '../../src/core/vocabulary.ts';
import { lease } from './samples.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const stamp = { time: '2026-11-23T18:16:07.091Z', version: '0.1.0' };
const change: AuditFields = {
  kind: 'change',
  at: '2026-11-23T18:16:06.950Z',
  event: 'e',
  op: 'add',
  target: 'group',
  name: 'jit-release',
  outcome: 'applied',
};

const fields: fc.Arbitrary<AuditFields> = fc.record(
  {
    kind: fc.constantFrom(...EVENT_KINDS, 'change' as const, 'sync' as const),
    at: fc.constant(change.at),
    branch: fc.option(fc.string({ unit: 'grapheme' })),
    name: fc.string({ unit: 'grapheme' }),
    outcome: fc.constantFrom(...CHANGE_OUTCOMES),
    reason: fc.constantFrom(...REASONS),
    rules: fc.array(fc.string()),
    ms: fc.nat(),
    leases: fc.constantFrom([lease('a')], [lease('a'), lease('b', { expires: null, worktree: null })]),
    ended: fc.array(fc.uuid()),
  },
  { requiredKeys: ['kind', 'at'] },
);

const parse = (text: string) => {
  const line = parseAuditLine(text);
  if (line === null) throw new Error(`no line: ${text}`);
  return line;
};

describe('seal', () => {
  it('puts a line into the chain, in canonical spelling', () => {
    const { text, end } = seal(change, stamp, CHAIN_START, sha256);
    expect(text).toBe(
      `{"at":"2026-11-23T18:16:06.950Z","event":"e","hash":"${end.hash}","kind":"change","name":"jit-release","op":"add","outcome":"applied","prev":"${'0'.repeat(64)}","seq":1,"target":"group","time":"2026-11-23T18:16:07.091Z","v":1,"version":"0.1.0"}`,
    );
    expect(end.seq).toBe(1);
  });

  it('hashes the line without its hash, so that anybody can check it', () => {
    const { text } = seal(change, stamp, CHAIN_START, sha256);
    const { hash, ...body } = JSON.parse(text) as { [key: string]: Json };
    expect(sha256(canonicalise(body))).toBe(hash);
  });

  it('gives a line one line, whatever it says, and every line the hash of the one before', () => {
    fc.assert(
      fc.property(fc.array(fields, { minLength: 1, maxLength: 6 }), (all) => {
        let end = CHAIN_START;
        for (const each of all) {
          const sealed = seal(each, stamp, end, sha256);
          expect(sealed.text).not.toMatch(/[\n\r]/);
          const line = parse(sealed.text);
          expect([line.prev, line.seq]).toEqual([end.hash, end.seq + 1]);
          expect(line).toMatchObject(each);
          expect(isIntact(line, sha256)).toBe(true);
          end = sealed.end;
        }
      }),
    );
  });

  it('lets no field of the caller’s stand in for the chain’s own', () => {
    const sly = { ...change, seq: 99, prev: 'f'.repeat(64), v: 7, time: 'never' };
    const line = parse(seal(sly, stamp, CHAIN_START, sha256).text);
    expect(line).toMatchObject({ seq: 1, prev: '0'.repeat(64), v: 1, time: stamp.time });
    expect(isIntact(line, sha256)).toBe(true);
  });
});

describe('isIntact', () => {
  it('sees every edit of every field', () => {
    const line = parse(seal({ ...change, branch: null, rules: ['r'] }, stamp, CHAIN_START, sha256).text);
    for (const key of Object.keys(line)) {
      expect(isIntact({ ...line, [key]: 'edited' }, sha256)).toBe(false);
      const without = Object.fromEntries(Object.entries(line).filter(([name]) => name !== key));
      expect(isIntact(without as typeof line, sha256)).toBe(false);
    }
    expect(isIntact({ ...line, late: true }, sha256)).toBe(false);
  });

  it('doesn’t mind how the line is spelt', () => {
    const { text } = seal(change, stamp, CHAIN_START, sha256);
    const spaced = JSON.stringify(JSON.parse(text), null, 2);
    expect(isIntact(parse(spaced), sha256)).toBe(true);
  });
});

describe('parseAuditLine', () => {
  it.each(['', 'null', '7', '"text"', '[]', '{}', '{"kind":"change"', '{"kind":"change","seq":1}'])(
    'takes %j for none of ours',
    (text) => {
      expect(parseAuditLine(text)).toBeNull();
    },
  );

  it('takes no line that was cut short', () => {
    const { text } = seal(change, stamp, CHAIN_START, sha256);
    fc.assert(
      fc.property(fc.nat(text.length - 1), (length) => parseAuditLine(text.slice(0, length)) === null),
    );
  });
});
