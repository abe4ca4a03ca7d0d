// Switches that git's reflog told of before the hook's line came: when it comes, it is no second switch.
import type { SpoolLine } from './event.ts';
import type { Reported, Step } from './interleave.ts';

/** A checkout that was told without its line. */
export interface Early {
  readonly old: string;
  readonly new: string;
  readonly to: string;
  /** When it was told, in milliseconds since the epoch. */
  readonly at: number;
}

/** Milliseconds that a hook may take from git's line in the reflog to its own. After that nobody reported it. */
const LAG = 5_000;

/** The lines that tell anything new, and what is still waited for. */
export function withoutTold(
  lines: readonly Reported<SpoolLine>[],
  early: readonly Early[],
  now: number,
): { readonly lines: readonly Reported<SpoolLine>[]; readonly early: readonly Early[] } {
  const left = [...lines];
  const waiting = early.filter((each) => {
    if (now - each.at > LAG || now < each.at) return false;
    const index = left.findIndex(({ line }) => isSame(line, each));
    if (index !== -1) left.splice(index, 1);
    return index === -1;
  });
  return { lines: left, early: waiting };
}

const isSame = (line: SpoolLine, { old, new: next, to }: Early): boolean =>
  line.old === old &&
  line.new === next &&
  (line.branch === null || line.branch === undefined || line.branch === to);

/** What of a look was told by the reflog alone. */
export const earlyOf = (steps: readonly Step<SpoolLine>[], now: number): Early[] =>
  steps.flatMap(({ reported, logged }) =>
    reported === null && logged?.move.kind === 'checkout' && logged.move.to !== null
      ? [{ old: logged.move.line.old, new: logged.move.line.new, to: logged.move.to, at: now }]
      : [],
  );
