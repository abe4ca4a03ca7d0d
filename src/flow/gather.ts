// From the spool and the HEAD of every worktree to the open events, coalesced.
import { type Early, earlyOf, withoutTold } from '../core/early.ts';
import { coalesce, type OpenEvent, type SpoolLine, workedOn } from '../core/event.ts';
import { interleave, type Step, unreported } from '../core/interleave.ts';
import type { Place } from '../core/lease.ts';
import type { Claim, Clock, Ids, Progress, ReflogCursor, Worktree } from './ports.ts';
import { isNew, type Tails } from './tails.ts';

/** Where each worktree is, and how far its reflog was read. */
export type Known = Required<Pick<Progress, 'heads' | 'reflogs' | 'looked' | 'early'>>;

export interface Gathered {
  readonly events: readonly OpenEvent[];
  readonly known: Known;
  readonly doubts: Doubts;
}

/** What is worth another look: git and the hook write one after the other, and we may have looked in between. */
export interface Doubts {
  /** By git dir: HEAD went where no line told of; the hook runs after it moved, and its line may be on its way. */
  readonly late: readonly string[];
  /** By git dir: the last line doesn't say where HEAD was by then, and it was read before that line was. */
  readonly unsure: readonly string[];
  /** A rebase has detached HEAD and not yet written down what it works on (`rebase --apply`). */
  readonly starting: boolean;
}

/** Pure but for the ids and the clock, so that a dry run can do it too. */
export function gather(
  ports: { readonly clock: Clock; readonly ids: Ids },
  claim: Pick<Claim, 'lines' | 'progress'>,
  worktrees: readonly Worktree[],
  tails: Tails,
): Gathered {
  const now = ports.clock.now();
  const { heads, open } = claim.progress;
  const events: OpenEvent[] = open.flatMap((event) => {
    if (event.place === null) return [event];
    // Whatever was open in a worktree that is gone must not grant anything to it any more.
    return isKnown(worktrees, event.place.gitDir) ? [] : [{ ...event, superseded: true }];
  });
  const seen: Record<string, string | null> = {};
  const reflogs: Record<string, ReflogCursor> = {};
  const early: Record<string, readonly Early[]> = {};
  const late: string[] = [];
  const unsure: string[] = [];
  for (const worktree of worktrees) {
    const { gitDir } = worktree.place;
    const last = heads[gitDir];
    const mine = open.filter((event) => event.place?.gitDir === gitDir);
    const told = withoutTold(
      claim.lines.filter(({ line }) => line.worktreeId === worktree.id),
      claim.progress.early?.[gitDir] ?? [],
      now,
    );
    const { lines } = told;
    const tail = tails.get(gitDir);
    const kept = tail?.cursor ?? claim.progress.reflogs?.[gitDir];
    if (kept !== undefined) reflogs[gitDir] = kept;
    const moves = tail?.moves ?? [];
    const steps = interleave(lines, moves, workedOn(worktree.head));
    const ahead = earlyOf(steps, now);
    if (told.early.length + ahead.length > 0) early[gitDir] = [...told.early, ...ahead];
    if (worktree.away === true) {
      events.push(...mine.map((event) => ({ ...event, superseded: true })));
      // What didn't come to act is found once more, as a gap, when it is back.
      const missed = mine.length + lines.length > 0;
      if (missed || last !== undefined) seen[gitDir] = missed ? null : (last ?? null);
      continue;
    }
    const came = isNew(claim.progress, gitDir);
    if (last === undefined && lines.length === 0 && moves.length === 0 && !came) {
      events.push(...mine);
      continue;
    }
    seen[gitDir] = workedOn(worktree.head);
    const byHand = mine.filter((event) => event.byHand === true);
    const ofHead = mine.filter((event) => event.byHand !== true);
    const coalesced = coalesce({
      place: worktree.place,
      head: worktree.head,
      last,
      open: ofHead,
      lines,
      moves,
      isNew: came,
      now,
      since: claim.progress.looked,
      newId: () => ports.ids.event(),
    });
    events.push(...byHand, ...coalesced);
    const end = coalesced.at(-1);
    const silent = end?.kind === 'gap' && !ofHead.some(({ id }) => id === end.id);
    if (silent || unreported(lines, moves) > 0) late.push(gitDir);
    if (isUnsure(steps.at(-1), worktree)) unsure.push(gitDir);
  }
  const gone = vanished(ports, heads, worktrees, now);
  events.push(...gone);
  late.push(...gone.map(({ place: { gitDir } }) => gitDir));
  const detached = worktrees.filter(({ head }) => head.on === 'detached' && head.holding === null);
  const starting = detached.some(({ place }) => {
    const move = tails.get(place.gitDir)?.moves.at(-1);
    return move?.kind === 'rebase' && move.to === null;
  });
  // Where reflogs are off, that can't be told from any other way to detach.
  const perhaps = detached.some(
    ({ id, place: { gitDir } }) =>
      typeof heads[gitDir] === 'string' &&
      tails.get(gitDir)?.cursor.offset === 0 &&
      claim.lines.findLast(({ line }) => line.worktreeId === id)?.line.branch === null,
  );
  return {
    events,
    known: { heads: seen, reflogs, early, looked: now },
    doubts: { late, unsure, starting: starting || perhaps },
  };
}

/** HEAD itself has to say where that was; but is it of before? */
function isUnsure(last: Step<SpoolLine> | undefined, { head }: Worktree): boolean {
  const branch = last?.reported?.line.branch;
  if (last?.reported == null || typeof branch === 'string') return false;
  if (branch === null) return head.on === 'branch';
  return head.on !== 'branch' || last.logged?.move.to !== head.branch;
}

/** A worktree that is gone is on no branch any more; nothing fires a hook for that. */
function vanished(
  ports: { readonly ids: Ids },
  heads: Progress['heads'],
  worktrees: readonly Worktree[],
  now: number,
): (OpenEvent & { readonly place: Place })[] {
  return Object.entries(heads)
    .filter(([gitDir]) => !isKnown(worktrees, gitDir))
    .map(([gitDir, from]) => ({
      id: ports.ids.event(),
      kind: 'gap' as const,
      place: { gitDir, path: gitDir },
      from,
      branch: null,
      at: now,
      renewal: false,
      superseded: false,
    }));
}

const isKnown = (worktrees: readonly Worktree[], gitDir: string): boolean =>
  worktrees.some((worktree) => worktree.place.gitDir === gitDir);
