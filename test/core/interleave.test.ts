// What the hook reported and what the reflog has, brought into one order: nothing twice, nothing lost.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coalesce, type Head, type OpenEvent, type SpoolLine, workedOn } from '../../src/core/event.ts';
import { interleave, unreported } from '../../src/core/interleave.ts';
import { type Move, moveOf, type Rebase } from '../../src/core/reflog.ts';
import { counter, MAIN, NOW } from './samples.ts';

const OID = { x: '1'.repeat(40), y: '2'.repeat(40) };
type Oid = keyof typeof OID;
type Reported = { line: SpoolLine; at: number };

const move = (message: string, old: Oid = 'x', next: Oid = 'x', at = NOW - 5_000): Move | Rebase => {
  const found = moveOf({ old: OID[old], new: OID[next], at: Math.floor(at / 1000) * 1000, message });
  if (found === null) throw new Error(`no move: ${message}`);
  return found;
};
const went = (from: string, to: string, ...more: [Oid?, Oid?, number?]): Move | Rebase =>
  move(`checkout: moving from ${from} to ${to}`, ...more);
const told = (branch: string | null | undefined, old: Oid = 'x', next: Oid = 'x'): Reported => ({
  line: { old: OID[old], new: OID[next], worktreeId: '', branch },
  at: NOW,
});
const look = (
  head: Head | string,
  lines: readonly Reported[],
  moves: readonly (Move | Rebase)[],
  last: string | null | undefined = 'main',
): OpenEvent[] =>
  coalesce({
    place: MAIN,
    head: typeof head === 'string' ? { on: 'branch', branch: head } : head,
    last,
    open: [],
    lines,
    moves,
    now: NOW,
    since: NOW - 60_000,
    newId: counter('e'),
  });
const short = (events: readonly OpenEvent[]): string[] =>
  events.map(({ kind, from, branch }) => `${kind} ${from}→${branch}`);

describe('unreported', () => {
  it.each([
    ['nothing, where there is nothing', [], [], 0],
    ['all, where nothing was reported', [], [went('main', 'r'), went('r', 'p')], 2],
    ['none before one that was reported', [told('p')], [went('main', 'r'), went('r', 'p')], 0],
    ['those after it', [told('r')], [went('main', 'r'), went('r', 'p')], 1],
    [
      'those after the first that a line can be of',
      [told('r')],
      [went('m', 'r'), went('r', 'm'), went('m', 'r')],
      2,
    ],
    ['none, whatever lines came without a move', [told('r'), told('orphan')], [went('main', 'r')], 0],
  ] as const)('is %s', (_, lines, moves, expected) => {
    expect(unreported(lines, moves)).toBe(expected);
  });

  it('is no rename, and no rebase: nobody reports those', () => {
    const { line } = went('main', 'r');
    expect(unreported([], [{ kind: 'rename', from: 'main', to: 'r', line }])).toBe(0);
    expect(unreported([], [{ kind: 'rebase', from: null, to: 'r', line }])).toBe(0);
  });
});

describe('events of hook and reflog together', () => {
  it('a detached HEAD that the hook saw is told, wherever HEAD went without a word since', () => {
    const detached = [told(null), [went('main', 'x')]] as const;
    expect(short(look('r', [detached[0]], detached[1]))).toEqual(['switch main→null', 'gap null→r']);
    // `switch --orphan` is in no reflog.
    expect(short(look('r', [detached[0], told('r')], detached[1]))).toEqual([
      'switch main→null',
      'switch null→r',
    ]);
  });

  it('one that only looks detached, because it is a symbolic link, is on its branch', () => {
    expect(short(look('r', [told(null)], [went('main', 'r')]))).toEqual(['switch main→r']);
  });

  it('a switch that both know is one', () => {
    expect(short(look('r', [told('r')], [went('main', 'r')]))).toEqual(['switch main→r']);
  });

  it('a switch that only the reflog has is a gap, of the second in which it was', () => {
    const [gap] = look('r', [], [went('main', 'r')]);
    expect(gap).toMatchObject({ kind: 'gap', from: 'main', branch: 'r', superseded: false });
    expect(gap?.at).toBe(Math.floor((NOW - 5_000) / 1000) * 1000);
  });

  it('the last line of the spool has a time of its own, however long nobody looked', () => {
    const [month, day] = [30 * 86_400_000, 86_400_000];
    const look = (isExact: boolean): OpenEvent[] =>
      coalesce({
        place: MAIN,
        head: { on: 'branch', branch: 'r' },
        last: 'main',
        open: [],
        lines: [{ ...told('r'), at: NOW - 50, ...(isExact ? { isExact: true } : {}) }],
        moves: [went('main', 'r', 'x', 'x', NOW - day)],
        now: NOW,
        since: NOW - month,
        newId: counter('e'),
      });
    expect(look(true)).toMatchObject([{ kind: 'switch', at: NOW - 50 }]);
    expect(look(false)).toMatchObject([{ kind: 'switch', at: Math.floor((NOW - day) / 1000) * 1000 }]);
  });

  it.each([
    ['was before the last look', NOW - 10 * 60_000],
    ['is still to come', NOW + 3_600_000],
  ])('a time that %s is what GIT_COMMITTER_DATE said', (_, at) => {
    expect(look('r', [], [went('main', 'r', 'x', 'x', at)])).toMatchObject([{ kind: 'gap', at: NOW }]);
    const reported = [{ ...told('r'), at: NOW - 50 }];
    expect(look('r', reported, [went('main', 'r', 'x', 'x', at)])).toMatchObject([{ at: NOW - 50 }]);
  });

  it('a disk whose clock is another one can’t put a switch before the last look, nor after now', () => {
    const at = (time: number): number | undefined => look('r', [{ ...told('r'), at: time }], [])[0]?.at;
    expect([at(NOW - 3_600_000), at(NOW - 10), at(NOW + 3_600_000)]).toEqual([NOW - 60_000, NOW - 10, NOW]);
  });

  it('there and back, unreported, are two gaps', () => {
    expect(short(look('main', [], [went('main', 'r'), went('r', 'main')]))).toEqual([
      'gap main→r',
      'gap r→main',
    ]);
  });

  it('branches at the same commit are told apart by their names', () => {
    const moves = [went('main', 'r'), went('r', 'plain'), went('plain', 'r')];
    expect(short(look('r', [told('r'), told('plain')], moves))).toEqual([
      'switch main→r',
      'switch r→plain',
      'gap plain→r',
    ]);
  });

  it('an unreported one between reported ones stands where it was', () => {
    const moves = [went('main', 'a'), went('a', 'b', 'x', 'y'), went('b', 'c', 'y', 'x')];
    expect(short(look('c', [told('a'), told('c', 'y', 'x')], moves))).toEqual([
      'switch main→a',
      'gap a→b',
      'switch b→c',
    ]);
  });

  it('an orphan, which git writes no move for, stands between what led there and on', () => {
    const moves = [went('main', 'a'), went('orphan', 'b')];
    expect(short(look('b', [told('orphan'), told('b')], moves))).toEqual([
      'gap main→a',
      'switch a→orphan',
      'switch orphan→b',
    ]);
  });

  it('a line that git wrote no move for stands where it was', () => {
    const moves = [went('main', 'a'), went('b', 'c')];
    expect(short(look('c', [told('a'), told('b'), told('c')], moves))).toEqual([
      'switch main→a',
      'switch a→b',
      'switch b→c',
    ]);
  });

  it('a HEAD that the hook couldn’t read is where the reflog says (reftable, a symbolic link)', () => {
    const moves = [went('main', 'a'), went('a', 'b')];
    for (const unread of [null, undefined]) {
      expect(short(look('b', [told(unread), told(unread)], moves))).toEqual(['switch main→a', 'switch a→b']);
    }
  });

  it('where HEAD was without a word is told by where the next move began', () => {
    expect(short(look('r', [told('r')], [went('orphan', 'r')]))).toEqual([
      'gap main→orphan',
      'switch orphan→r',
    ]);
  });

  it('a rename is no gap, and what follows it begins under the new name', () => {
    const rename = move('Branch: renamed refs/heads/main to refs/heads/trunk');
    // Git writes it twice.
    expect(short(look('r', [told('r')], [rename, rename, went('trunk', 'r')]))).toEqual([
      'branch-renamed main→trunk',
      'switch trunk→r',
    ]);
  });

  it('a rebase is no switch, whenever we look, unless it was of another branch', () => {
    const start = move('rebase (start): checkout main', 'x', 'y');
    const finish = move('rebase (finish): returning to refs/heads/topic', 'y', 'y');
    const during: Head = { on: 'detached', holding: 'topic' };
    const line = told(null, 'x', 'y');
    expect(look(during, [line], [start], 'topic').every(({ renewal }) => renewal)).toBe(true);
    expect(look('topic', [line], [start, finish], 'topic').every(({ renewal }) => renewal)).toBe(true);
    expect(look('topic', [], [finish], 'topic').every(({ renewal }) => renewal)).toBe(true);
    expect(look('topic', [], [start, finish], 'topic').every(({ renewal }) => renewal)).toBe(true);
    expect(short(look('topic', [line], [start, finish], 'plain'))).toEqual(['switch plain→topic']);
    expect(short(look('topic', [], [start, finish], 'plain'))).toEqual(['gap plain→topic']);
    expect(
      short(look('r', [line, told('r', 'y', 'x')], [start, went('topic', 'r', 'y', 'x')], 'topic')),
    ).toEqual(['switch topic→r']);
  });

  it('a worktree that came without its hook is a gap from nowhere', () => {
    const seen = { place: MAIN, head: { on: 'branch', branch: 'r' }, last: undefined, open: [] } as const;
    const more = { lines: [], now: NOW, newId: counter('e') };
    expect(short(coalesce({ ...seen, ...more, isNew: true }))).toEqual(['gap null→r']);
    expect(coalesce({ ...seen, ...more })).toEqual([]);
  });
});

/** What somebody did: each step to a branch, at one of two commits, which the hook and the reflog may have missed. */
const walk = fc.array(
  fc.record({
    to: fc.constantFrom('a', 'b', 'c', 'd'),
    oid: fc.constantFrom<Oid>('x', 'y'),
    hook: fc.constantFrom('told', 'told', 'unread', 'missed'),
    log: fc.boolean(),
  }),
  { maxLength: 30 },
);

describe('any walk', () => {
  const play = (
    steps: typeof walk extends fc.Arbitrary<infer Steps> ? Steps : never,
    reflog: 'all' | 'some',
  ) => {
    const lines: Reported[] = [];
    const moves: (Move | Rebase)[] = [];
    let [at, oid]: [string, Oid] = ['main', 'x'];
    let done = 0;
    for (const step of steps) {
      if (step.to === at) continue;
      done += 1;
      if (step.hook !== 'missed') lines.push(told(step.hook === 'told' ? step.to : undefined, oid, step.oid));
      if (reflog === 'all' || step.log) moves.push(went(at, step.to, oid, step.oid));
      [at, oid] = [step.to, step.oid];
    }
    return { lines, moves, at, done };
  };

  it('has every line and every move once, each in its order', () => {
    fc.assert(
      fc.property(walk, (steps) => {
        const { lines, moves } = play(steps, 'some');
        const order = interleave(lines, moves, 'b30000');
        expect(order.flatMap(({ reported }) => reported ?? [])).toEqual(lines);
        expect(order.flatMap(({ logged }) => logged?.move ?? [])).toEqual(moves);
      }),
    );
  });

  it('is told as it was where the reflog has it all, whatever the hook missed', () => {
    fc.assert(
      fc.property(walk, (steps) => {
        const { lines, moves, at } = play(steps, 'all');
        const events = look(at, lines, moves);
        expect(events.map(({ from, branch }) => `${from}→${branch}`)).toEqual(
          moves.map(({ from, to }) => `${from}→${to}`),
        );
        expect(events.filter(({ kind }) => kind === 'switch')).toHaveLength(lines.length);
      }),
    );
  });

  it('leads from branch to branch without a hole, ends where HEAD is, and acts once, for that', () => {
    fc.assert(
      fc.property(walk, (steps) => {
        const { lines, moves, at } = play(steps, 'some');
        const events = look(at, lines, moves).filter(({ renewal }) => !renewal);
        let here: string | null = 'main';
        for (const event of events) {
          expect(event.from).toBe(here);
          here = event.branch;
        }
        expect(here).toBe(at);
        const acting = events.filter(({ superseded }) => !superseded);
        expect(acting.length <= 1 && acting.every(({ branch }) => branch === at)).toBe(true);
        expect(events.length === 0 || acting.length === 1).toBe(true);
        expect(workedOn({ on: 'branch', branch: at })).toBe(at);
      }),
    );
  });

  it('is as it was without reflogs', () => {
    const all = [told('a'), told('b'), told('a')];
    expect(short(look('a', all, []))).toEqual(['switch main→a', 'switch a→b', 'switch b→a']);
  });

  it('of many thousands is matched in little time and memory', () => {
    const moves = Array.from({ length: 30_000 }, (_, index) => went(`b${index}`, `b${index + 1}`));
    const lines = moves.flatMap(({ to }, index) => (index % 3 === 0 ? [] : [told(to)]));
    const order = interleave(lines, moves, 'b30000');
    expect(order.filter(({ reported, logged }) => reported !== null && logged !== null)).toHaveLength(
      lines.length,
    );
  });
});
