// What `doctor` says of switches that came late, or in a form of later: from the spool and the log as they stand.
import { expect, it } from 'vitest';
import { CHAIN_START, seal } from '../../src/core/audit-record.ts';
import { checkFormat, checkGaps } from '../../src/core/checks/backlog.ts';
import { checkLock, type PathFacts } from '../../src/core/checks/disk.ts';
import { NOW } from './samples.ts';

const HOUR = 3_600_000;
const span = (milliseconds: number): string => `${milliseconds / HOUR} h`;
const speech = { span, words: () => ({ message: '', remedy: '' }) };

const line = (kind: 'gap' | 'switch', repo: string, ago: number): string => {
  const time = new Date(NOW - ago).toISOString();
  const fields = { kind, repo, branch: 'release/1', at: time };
  return seal(fields, { time, version: '1' }, CHAIN_START, () => '').text;
};

it('tells switches of the last day that no hook noted, of this clone only', () => {
  const tail = [line('switch', 'here', 0), line('gap', 'here', 2 * HOUR), line('gap', 'here', 3 * HOUR)];
  const elsewhere = [line('gap', 'there', HOUR), line('gap', 'here', 25 * HOUR), 'torn'];
  expect(checkGaps(elsewhere, 'here', NOW, speech)).toBeNull();
  expect(checkGaps([...tail, ...elsewhere], 'here', NOW, speech)).toMatchObject({
    check: 'spool',
    state: 'warning',
    says: expect.stringMatching(/^2 switches were noted by no hook .* the last, to release\/1, 2 h ago\.$/),
    remedy: expect.stringContaining('core.hooksPath'),
  });
});

it('tells lines of a newer format, and takes torn ones for none', () => {
  expect(checkFormat('/spool', ['1\ta\tb', 'torn', '', '0\t'])).toBeNull();
  expect(checkFormat('/spool', ['1\ta', '3\tx', '2\ty'])).toMatchObject({
    state: 'warning',
    says: expect.stringContaining('format 3'),
    remedy: expect.stringContaining('scim-hook@latest'),
  });
});

it('tells a lock from before the clock was set back', () => {
  const lock: PathFacts = {
    path: '/lock',
    kind: 'directory',
    mine: true,
    mode: 0o700,
    readable: true,
    writable: true,
    free: null,
    changed: NOW + 2 * HOUR,
  };
  expect(checkLock({ lock, now: NOW, held: 0 }, span)).toMatchObject({
    state: 'warning',
    says: expect.stringContaining('set back by 2 h'),
  });
});
