import { describe, expect, it } from 'vitest';
import { earlyOf, withoutTold } from '../../src/core/early.ts';
import type { SpoolLine } from '../../src/core/event.ts';

const [A, B] = ['a'.repeat(40), 'b'.repeat(40)];
const line = (branch: string | null, old = A, next = B): { line: SpoolLine; at: number } => ({
  line: { old, new: next, worktreeId: '', branch },
  at: 1_000,
});
const early = (to: string, at = 1_000) => ({ old: A, new: B, to, at });
const branches = (lines: readonly { line: SpoolLine }[]) => lines.map(({ line: { branch } }) => branch);

describe('withoutTold', () => {
  it('takes out the line of what was told before it came, once', () => {
    const left = withoutTold([line('x'), line('y'), line('x')], [early('x')], 1_100);
    expect(branches(left.lines)).toEqual(['y', 'x']);
    expect(left.early).toEqual([]);
  });

  it('goes on waiting for a line that has not come, for a while', () => {
    expect(withoutTold([line('y')], [early('x')], 1_100).early).toEqual([early('x')]);
    expect(withoutTold([line('x')], [early('x')], 7_000)).toEqual({ lines: [line('x')], early: [] });
  });

  it('is not fooled by a clock that was put back', () => {
    expect(withoutTold([line('x')], [early('x', 9_000)], 1_100)).toEqual({ lines: [line('x')], early: [] });
  });

  it('knows a line whose branch the hook could not read by its commits', () => {
    expect(withoutTold([line(null)], [early('x')], 1_100).lines).toEqual([]);
    expect(withoutTold([line('x', B, A)], [early('x')], 1_100).lines).toHaveLength(1);
  });
});

it('earlyOf is what the reflog alone told, and no rename', () => {
  const move = (kind: 'checkout' | 'rename') => ({
    move: { kind, from: 'm', to: 'x', line: { old: A, new: B, at: 0, message: '' } },
  });
  const steps = [
    { reported: line('y'), logged: null },
    { reported: line('x'), logged: move('checkout') },
    { reported: null, logged: move('checkout') },
    { reported: null, logged: move('rename') },
  ];
  expect(earlyOf(steps, 5)).toEqual([{ old: A, new: B, to: 'x', at: 5 }]);
});
