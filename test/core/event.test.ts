import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  coalesce,
  type Head,
  type OpenEvent,
  parseSpoolLine,
  type Sighting,
  type SpoolLine,
  workedOn,
} from '../../src/core/event.ts';
import type { Move } from '../../src/core/reflog.ts';
import { counter, event, MAIN, NOW } from './samples.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(64);

describe('parseSpoolLine', () => {
  it.each([
    ['a branch', `1\t${A}\t${A}\t\tref: refs/heads/release/2.1`, { worktreeId: '', branch: 'release/2.1' }],
    ['a linked worktree', `1\t${A}\t${A}\tside\tref: refs/heads/x`, { worktreeId: 'side', branch: 'x' }],
    ['a detached HEAD', `1\t${A}\t${A}\t\t${A}`, { branch: null }],
    ['SHA-256', `1\t${B}\t${B}\t\t${B}`, { old: B, new: B, branch: null }],
    [
      'reftable, which has a constant there',
      `1\t${A}\t${A}\t\tref: refs/heads/.invalid`,
      { branch: undefined },
    ],
    ['a HEAD that could not be read', `1\t${A}\t${A}\t\t`, { branch: undefined }],
    ['a HEAD that is no branch', `1\t${A}\t${A}\t\tref: refs/remotes/origin/x`, { branch: undefined }],
    ['quotes and umlauts', `1\t${A}\t${A}\t\tref: refs/heads/ü"'$x`, { branch: 'ü"\'$x' }],
  ])('reads %s', (_, text, expected) => {
    expect(parseSpoolLine(text)).toMatchObject(expected);
  });

  it.each([
    '',
    '1',
    `2\t${A}\t${A}\t\tref: refs/heads/x`,
    `1\t${A}\t${A}\t`,
    `1\t${A}\t${A.slice(1)}\t\tref: refs/heads/x`,
    `1\t${A}\t${A.toUpperCase()}\t\tref: refs/heads/x`,
    `1\t${A}\t${A}\t\tref: refs/heads/x\textra`,
    `1\t${A}\t${A}1\t${A}\t${A}\t\tref: refs/heads/x`,
  ])('takes %j for none of ours', (text) => {
    expect(parseSpoolLine(text)).toBeNull();
  });

  it('never throws, and never takes garbage for a line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseSpoolLine(text)).toBeNull();
      }),
    );
  });

  it('reads a line that was cut short as none, or as one without its end', () => {
    const whole = `1\t${A}\t${A}\t\tref: refs/heads/release/2.1`;
    fc.assert(
      fc.property(fc.nat(whole.length - 1), (length) => {
        const branch = parseSpoolLine(whole.slice(0, length))?.branch;
        expect(branch === undefined || 'release/2.1'.startsWith(branch ?? '!')).toBe(true);
      }),
    );
  });
});

const on = (branch: string): Head => ({ on: 'branch', branch });
const detached = (holding: string | null): Head => ({ on: 'detached', holding });
const line = (branch: string | null | undefined): SpoolLine => ({ old: A, new: A, worktreeId: '', branch });

function look(
  seen: { lines?: (string | null | undefined)[] } & Partial<Omit<Sighting, 'lines'>>,
): OpenEvent[] {
  return coalesce({
    place: MAIN,
    head: on('main'),
    last: 'main',
    open: [],
    now: NOW,
    newId: counter('e'),
    ...seen,
    lines: (seen.lines ?? []).map((branch, index) => ({ line: line(branch), at: NOW - 100 + index })),
  });
}
const short = (events: readonly OpenEvent[]): string[] =>
  events.map(
    ({ kind, from, branch, renewal, superseded }) =>
      `${kind} ${from}→${branch}${renewal ? ' renewal' : ''}${superseded ? ' superseded' : ''}`,
  );

describe('coalesce', () => {
  it('makes a switch of a line', () => {
    expect(short(look({ head: on('r'), lines: ['r'] }))).toEqual(['switch main→r']);
  });

  it('lets only the last of a storm act', () => {
    expect(short(look({ head: on('main'), lines: ['a', 'b', 'main'] }))).toEqual([
      'switch main→a superseded',
      'switch a→b superseded',
      'switch b→main',
    ]);
  });

  it('lets A→B→A act once, for A', () => {
    expect(short(look({ lines: ['b', 'main'] }))).toEqual(['switch main→b superseded', 'switch b→main']);
  });

  it('takes a checkout of the current branch for a renewal, and only the last of several', () => {
    expect(short(look({ lines: ['main', 'main'] }))).toEqual(['settle main→main renewal']);
  });

  it('drops a renewal that a switch follows', () => {
    expect(short(look({ head: on('r'), lines: ['main', 'r'] }))).toEqual(['switch main→r']);
  });

  it('keeps a renewal that was open before, because it may have been told', () => {
    const open = event('old', { kind: 'settle', from: 'main', branch: 'main', renewal: true });
    expect(look({ head: on('x'), open: [open], lines: ['x'] })).toMatchObject([
      { id: 'old', superseded: true },
      { kind: 'switch', branch: 'x', superseded: false },
    ]);
  });

  it('gives a renewal to the switch that is still open for its branch', () => {
    const open = [event('old', { from: 'x', branch: 'main' })];
    const events = look({ open, lines: ['main'] });
    expect(events.map(({ id, superseded }) => [id, superseded])).toEqual([['old', false]]);
  });

  it('closes an open event that a later switch overtook, under its own id', () => {
    const events = look({ open: [event('old', { from: 'x', branch: 'main' })], head: on('r'), lines: ['r'] });
    expect(events.map(({ id, superseded }) => [id, superseded])).toEqual([
      ['old', true],
      ['e-1', false],
    ]);
  });

  it('makes a gap of a move nobody reported', () => {
    expect(short(look({ head: on('r') }))).toEqual(['gap main→r']);
    expect(short(look({ head: on('r'), lines: ['a'] }))).toEqual(['switch main→a superseded', 'gap a→r']);
  });

  it('says nothing of a worktree that is new and did nothing', () => {
    expect(look({ last: undefined, head: on('r') })).toEqual([]);
  });

  it('takes the first line of a new worktree for a switch, from nowhere', () => {
    expect(short(look({ last: undefined, head: on('main'), lines: ['main'] }))).toEqual(['switch null→main']);
  });

  it('sees no switch in a rebase: HEAD is detached, but the branch is being worked on', () => {
    expect(look({ head: detached('main') })).toEqual([]);
    expect(short(look({ head: detached('main'), lines: [null] }))).toEqual(['settle main→main renewal']);
  });

  it('sees one in a detached HEAD that nothing holds', () => {
    expect(short(look({ head: detached(null), lines: [null] }))).toEqual(['switch main→null']);
  });

  it('counts a lease from when a switch happened, whatever GIT_COMMITTER_DATE made of the reflog', () => {
    const move = (to: string, at: number): Move => ({
      kind: 'checkout',
      from: 'main',
      to,
      line: { old: A, new: A, at, message: '' },
    });
    const [past, future] = [NOW - 86_400_000_000, NOW + 86_400_000_000];
    for (const at of [past, future]) {
      const [reported] = look({ head: on('r'), lines: ['r'], moves: [move('r', at)] });
      expect(reported).toMatchObject({ kind: 'switch', at: NOW - 100 });
    }
    const [unreported] = look({ head: on('r'), moves: [move('r', future)] });
    expect(unreported).toMatchObject({ kind: 'gap', branch: 'r', at: NOW });
  });

  it('asks HEAD where the file doesn’t say (reftable)', () => {
    expect(short(look({ head: on('r'), lines: [undefined] }))).toEqual(['switch main→r']);
    expect(short(look({ head: on('r'), lines: [undefined, undefined] }))).toEqual(['switch main→r']);
  });

  it('always ends where HEAD is, with one acting event at most, and loses none that was open', () => {
    const branch = fc.constantFrom<string | null>('a', 'b', 'c', null);
    const head = branch.map((name) => (name === null ? detached(null) : on(name)));
    const reported = fc.array(fc.oneof(branch, fc.constant(undefined)), { maxLength: 6 });
    fc.assert(
      fc.property(
        head,
        fc.option(branch, { nil: undefined }),
        reported,
        reported,
        (now, last, first, then) => {
          const open = look({ head: now, last, lines: first });
          const events = look({ head: now, last: workedOn(now), open, lines: then, newId: counter('later') });
          const acting = events.filter((each) => !each.superseded);
          expect(acting.length).toBeLessThanOrEqual(1);
          for (const each of acting) expect(each.branch).toBe(workedOn(now));
          const kept = new Set(events.map((each) => each.id));
          for (const each of open) expect(kept).toContain(each.id);
        },
      ),
    );
  });
});
