// One order for what the hook reported and what the reflog has: both know most switches, and neither knows all.
import type { Move, Rebase } from './reflog.ts';

/** What the hook wrote. */
export interface Reported<Line extends Seen> {
  readonly line: Line;
  /** Milliseconds since the epoch: not written later than that. */
  readonly at: number;
  /** Nor earlier: it is the last of its file, and that is the file's time. */
  readonly isExact?: true;
}
interface Seen {
  readonly old: string;
  readonly new: string;
  readonly branch: string | null | undefined;
}

/** One thing that happened to HEAD: told by the hook, by the reflog, or by both. */
export interface Step<Line extends Seen> {
  readonly reported: Reported<Line> | null;
  readonly logged: { readonly move: Move | Rebase } | null;
}

/** How many of each are compared with one another at a time: memory and time are bounded, whatever lies there. */
const WINDOW = 1_000;

/**
 * The most that can be matched, each once and in its order. What is left over in the reflog nobody reported; what is left
 * over in the spool git wrote no such line for (a new worktree, a reflog action of its own, reflogs that are off).
 */
export function interleave<Line extends Seen>(
  lines: readonly Reported<Line>[],
  moves: readonly (Move | Rebase)[],
  truth: string | null,
): Step<Line>[] {
  const steps: Step<Line>[] = [];
  /** Where HEAD was when what was taken last began; undefined: nobody says. */
  let next: string | null | undefined = truth;
  let left = lines.length;
  let logged = moves.length;
  const take = (both: 'line' | 'move' | 'both'): void => {
    const reported = both === 'move' ? null : (lines[left - 1] ?? null);
    const move = both === 'line' ? undefined : moves[logged - 1];
    if (both !== 'move') left -= 1;
    if (both !== 'line') logged -= 1;
    next = move === undefined ? undefined : (move.from ?? move.to ?? next);
    steps.push({ reported, logged: move === undefined ? null : { move } });
  };
  // From the end backwards, because the end is what acts.
  while (left > 0 && logged > 0) {
    const [line, move] = [lines[left - 1]?.line, moves[logged - 1]];
    if (line !== undefined && move !== undefined && isSame(line, move)) {
      take('both');
      continue;
    }
    const [firstLine, firstMove] = [Math.max(0, left - WINDOW), Math.max(0, logged - WINDOW)];
    const best = matches(lines.slice(firstLine, left), moves.slice(firstMove, logged));
    // Near the beginning of a window the best is only the best within it.
    const isAll = firstLine === 0 && firstMove === 0;
    const until = left + logged - (isAll ? left + logged : WINDOW / 2);
    while (left > firstLine && logged > firstMove && left + logged > until) {
      const is = best(left - firstLine, logged - firstMove);
      // Of two that match nothing, that one was later which led to where HEAD was then.
      const leads = next !== undefined && lines[left - 1]?.line.branch === next;
      take(is === 'either' ? (leads ? 'line' : 'move') : is);
    }
  }
  while (logged > 0) take('move');
  while (left > 0) take('line');
  return steps.reverse();
}

/**
 * How many switches at the end no line is there for, each line taken for the earliest that it can be of: theirs may be on
 * their way. Nobody reports one that was followed by one that is reported.
 */
export function unreported(lines: readonly Reported<Seen>[], moves: readonly (Move | Rebase)[]): number {
  // Matched from the other end.
  const steps = interleave(lines.toReversed(), moves.toReversed(), null);
  const last = steps.findIndex(({ reported, logged }) => reported !== null && logged !== null);
  const open = last === -1 ? steps : steps.slice(0, last);
  return open.filter(({ logged }) => logged?.move.kind === 'checkout').length;
}

/** A HEAD that the hook couldn't read, or that looked detached to it (a symbolic link), may be any branch. */
function isSame({ old, new: next, branch }: Seen, { kind, to, line }: Move | Rebase): boolean {
  if (kind === 'rename' || old !== line.old || next !== line.new) return false;
  return branch === null || branch === undefined || branch === to;
}

/** The longest common subsequence; the answer says which of both to take last, given how many of each are left. */
function matches(
  lines: readonly Reported<Seen>[],
  moves: readonly (Move | Rebase)[],
): (left: number, logged: number) => 'line' | 'move' | 'both' | 'either' {
  const width = moves.length + 1;
  const most = new Uint16Array((lines.length + 1) * width);
  const at = (left: number, logged: number): number => most[left * width + logged] ?? 0;
  const same = (left: number, logged: number): boolean => {
    const [reported, move] = [lines[left - 1], moves[logged - 1]];
    return reported !== undefined && move !== undefined && isSame(reported.line, move);
  };
  for (let left = 1; left <= lines.length; left += 1) {
    for (let logged = 1; logged <= moves.length; logged += 1) {
      most[left * width + logged] = same(left, logged)
        ? at(left - 1, logged - 1) + 1
        : Math.max(at(left - 1, logged), at(left, logged - 1));
    }
  }
  return (left, logged) => {
    if (same(left, logged)) return 'both';
    const [without, withAll] = [at(left, logged - 1), at(left - 1, logged)];
    return without === withAll ? 'either' : without > withAll ? 'move' : 'line';
  };
}
