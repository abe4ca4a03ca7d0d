import { describe, expect, it } from 'vitest';
import { type Closed, isNews, noticeOf } from '../../src/core/notice.ts';
import type { ChangeOutcome, EventOutcome } from '../../src/core/vocabulary.ts';
import { EVENT_OUTCOMES } from '../../src/core/vocabulary.ts';
import { event } from './samples.ts';

const closed = (outcome: EventOutcome, over = true): Closed => ({
  event: event('e'),
  ended: { outcome },
  over,
});
const report = (outcome: ChangeOutcome, stillOwed = false) => ({
  change: {
    op: 'remove',
    item: { kind: 'group', name: 'jit', id: 'g-1' },
    rules: ['one'],
    why: 'x',
  } as const,
  outcome,
  stillOwed,
});

describe('what is worth a notice', () => {
  it('is what failed, was refused or is owed', () => {
    const told = EVENT_OUTCOMES.filter((outcome) => isNews(closed(outcome), [report('owed')]));
    expect(told).toEqual(['failed', 'refused', 'owed']);
  });

  it('is nothing before its closing line is durable', () => {
    expect(EVENT_OUTCOMES.filter((outcome) => isNews(closed(outcome, false), [report('owed')]))).toEqual([]);
  });

  it('is no other try of what was owed before, unless something else is owed too', () => {
    expect(isNews(closed('owed'), [report('owed', true)])).toBe(false);
    expect(isNews(closed('owed'), [report('owed', true), report('owed')])).toBe(true);
    expect(isNews(closed('failed'), [report('owed', true), report('failed')])).toBe(true);
  });
});

it('a notice says what became of each change, and leaves out what is not known', () => {
  const source = { device: 'd', repo: 'r', subject: null, mode: 'enforce' } as const;
  const notice = noticeOf(closed('owed'), source, [report('owed')]);
  expect(notice).toMatchObject({ version: 1, event: 'e', outcome: 'owed', subject: null });
  expect(notice.changes).toEqual([
    { op: 'remove', kind: 'group', name: 'jit', id: 'g-1', rules: ['one'], why: 'x', outcome: 'owed' },
  ]);
  expect('reason' in notice).toBe(false);
});
