// Logs as our writer seals them, of events that are begun, carried out and closed; and what a check of one says.
import { createHash } from 'node:crypto';
import { type AuditFields, CHAIN_START, type ChainEnd, seal } from '../../src/core/audit-record.ts';
import { Chain } from '../../src/core/log/chain.ts';
import { isCutOff, storedLine } from '../../src/core/log/stored-line.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const START = Date.parse('2026-11-23T18:16:06.950Z');
export const DEVICE = '5f0c2d3e-7f76-453a-919d-413861904646';

/** One event after the other: its own line, an intent, what came of it, its closing line. */
export function* history(device = DEVICE): Generator<AuditFields> {
  const at = new Date(START).toISOString();
  yield { kind: 'log-start', at };
  for (let number = 0; ; number += 1) {
    const about = { at, device, event: `event-${number}`, branch: `release/${number}` };
    const step = { ...about, op: 'add', target: 'group', name: 'jit-release', rules: ['release'] } as const;
    yield { ...about, kind: 'switch', from: 'main' };
    yield { ...step, kind: 'intent' };
    yield { ...step, kind: 'change', outcome: 'applied', verified: 'confirmed', ms: 84 };
    yield { ...about, kind: 'sync', outcome: 'applied', ms: 312 };
  }
}

/** The texts of lines, each following the one before. */
export function sealed(fields: Iterable<AuditFields>, after: ChainEnd = CHAIN_START, from = START): string[] {
  let end = after;
  return [...fields].map((each, index) => {
    const stamp = { time: new Date(from + index * 1_000).toISOString(), version: '0.1.0' };
    const line = seal(each, stamp, end, sha256);
    end = line.end;
    return line.text;
  });
}

export function logOf(count: number, device = DEVICE): string[] {
  const fields = history(device);
  return sealed(Array.from({ length: count }, () => fields.next().value as AuditFields));
}

export const endOf = (lines: readonly string[]): ChainEnd => {
  const { seq, hash } = JSON.parse(lines.at(-1) ?? '') as ChainEnd;
  return { seq, hash };
};

/** Feeds a chain with these lines, as a reader without a quick road would. */
export function checked(lines: readonly string[], file = 'audit.jsonl', chain = new Chain()): Chain {
  lines.forEach((text, index) => {
    const place = { file, line: index + 1 };
    if (text === '') return;
    const line = storedLine(text, place, sha256);
    if (line !== null) chain.feed(line);
    else chain.fragment(isCutOff(text) ? 'torn' : 'garbage', place);
  });
  chain.finish();
  return chain;
}

export const said = ({
  findings,
}: Pick<Chain, 'findings'>): { is: string; line: number; seq: number | null }[] =>
  findings.shown.map(({ is, line, seq }) => ({ is, line, seq }));
