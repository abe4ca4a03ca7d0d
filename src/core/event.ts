// Events: from what the hook wrote and what HEAD says now to what is still to be settled, storms coalesced.
import { interleave, type Reported, type Step } from './interleave.ts';
import type { Place } from './lease.ts';
import { branchMovedFrom, branchMovedTo, isSameRename, type Move, type Rebase } from './reflog.ts';
import type { EventKind } from './vocabulary.ts';

/** One line of the spool. It is a hint: HEAD, read again, is the truth. */
export interface SpoolLine {
  /** Object ids before and after; all zeros for a fresh clone or worktree. */
  readonly old: string;
  readonly new: string;
  /** The name under `worktrees/` in the common dir; empty for the main worktree. */
  readonly worktreeId: string;
  /** A branch, `null` for a detached HEAD, `undefined` where the file didn't say (reftable). */
  readonly branch: string | null | undefined;
}

/** Where a worktree stands. `holding`: HEAD is detached because this branch is being rebased or bisected. */
export type Head =
  | { readonly on: 'branch'; readonly branch: string }
  | { readonly on: 'detached'; readonly holding: string | null };

/** What waits to be settled. It keeps its id however often it is tried. */
export interface OpenEvent {
  readonly id: string;
  readonly kind: EventKind;
  /** Null for events that are not about one worktree. */
  readonly place: Place | null;
  readonly from: string | null;
  readonly branch: string | null;
  /** Milliseconds since the epoch: when the thing happened, as well as is known. */
  readonly at: number;
  /** A checkout of the branch that was current already: it renews, but is no switch and is logged only for its changes. */
  readonly renewal: boolean;
  /** The branch was checked out once more since: from then on counts what it grants. */
  readonly renewed?: number;
  /** A lease by hand (`sync --branch`): it doesn't say where HEAD is. */
  readonly byHand?: true;
  /** The run that asks (`scim-hook run`). */
  readonly run?: string;
  /** A later one in the same worktree came before this was settled: it is closed without having acted. */
  readonly superseded: boolean;
}

const VERSION = '1';

/** Reads one line, without its newline; null for what isn't one of ours (torn by a full disk, say). */
export function parseSpoolLine(text: string): SpoolLine | null {
  const [version, old, next, worktreeId, head, ...rest] = text.split('\t');
  if (version !== VERSION || old === undefined || next === undefined || worktreeId === undefined) return null;
  if (head === undefined || rest.length > 0 || !isOid(old) || !isOid(next)) return null;
  return { old, new: next, worktreeId, branch: branchOf(head) };
}

const isOid = (text: string): boolean => /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(text);

function branchOf(head: string): string | null | undefined {
  const ref = /^ref: refs\/heads\/(.+)$/.exec(head)?.[1];
  // With the reftable format the file holds a constant: git-worktree's HEAD has to be asked instead.
  if (ref !== undefined) return ref === '.invalid' ? undefined : ref;
  return isOid(head) ? null : undefined;
}

/** The branch a worktree works on: while it is rebased, that is still the branch that was checked out. */
export const workedOn = (head: Head): string | null => (head.on === 'branch' ? head.branch : head.holding);

export interface Sighting {
  readonly place: Place;
  readonly head: Head;
  /** What we last knew this worktree to be on; undefined when it is new to us. */
  readonly last: string | null | undefined;
  /** Events of this worktree that earlier wake-ups left open, oldest first. */
  readonly open: readonly OpenEvent[];
  /** What the hook reported since, oldest first. */
  readonly lines: readonly Reported<SpoolLine>[];
  /** What git's reflog has since, oldest first. */
  readonly moves?: readonly (Move | Rebase)[];
  /** It came while we knew the clone, so that it is somewhere for the first time. */
  readonly isNew?: boolean;
  readonly now: number;
  /** When we looked last: what is new happened since. */
  readonly since?: number | undefined;
  readonly newId: () => string;
}

/**
 * The open events of one worktree after a look at its HEAD. Only the last acts, and only for where HEAD is now; the
 * others are superseded. A HEAD that nobody reported becomes a `gap`.
 */
export function coalesce(seen: Sighting): OpenEvent[] {
  const truth = workedOn(seen.head);
  const events: OpenEvent[] = [...seen.open];
  let at = seen.last;
  const add = (kind: EventKind, branch: string | null, when: number): void => {
    // A rename is no switch, and none that nobody reported either.
    const renewal = at !== undefined && branch === at && kind !== 'branch-renamed';
    events.push({
      id: seen.newId(),
      kind: renewal ? 'settle' : kind,
      place: seen.place,
      from: at ?? null,
      branch,
      at: when,
      renewal,
      superseded: false,
    });
    at = branch;
  };
  const moves = (seen.moves ?? []).filter((move, index, all) => !isSameRename(move, all[index - 1]));
  /** What a rebase was called from a hook's line, so that its end is no gap. */
  let rebasing: 'switch' | 'gap' = 'gap';
  const steps = interleave(seen.lines, moves, truth);
  steps.forEach((step, index) => {
    const { reported, logged } = step;
    const isLast = index === steps.length - 1;
    const move = logged?.move;
    const when = timeOf(reported, move?.line.at, seen);
    if (move !== undefined) {
      const from = branchMovedFrom(move);
      if (at === undefined && from !== null) at = from;
      // HEAD was elsewhere by then, and no line says how it came there (`switch --orphan`, `symbolic-ref`).
      if (from !== null && from !== at) add('gap', from, when);
      if (move.kind === 'rename') {
        add('branch-renamed', move.to, when);
        return;
      }
      if (move.kind === 'rebase' && move.to !== null) {
        add(rebasing, move.to, when);
        rebasing = 'gap';
        return;
      }
      if (move.kind === 'rebase' && reported !== null) rebasing = 'switch';
      if (move.kind === 'rebase' && !(isLast && reported !== null)) return;
    }
    const kind = reported === null ? 'gap' : 'switch';
    const branch = branchAfter(step, index);
    if (branch !== undefined) add(kind, branch, when);
  });
  const silent = at !== truth && (at !== undefined || seen.lines.length > 0 || seen.isNew === true);
  if (silent) add('gap', truth, seen.now);
  return supersede(events, new Set(seen.open));

  /** Where HEAD was after one step; undefined: nobody can say. */
  function branchAfter({ reported, logged }: Step<SpoolLine>, index: number): string | null | undefined {
    const told = reported?.line.branch;
    if (typeof told === 'string') return told;
    const move = logged?.move;
    const isLast = index === steps.length - 1;
    // Detached by a checkout, and gone on to another branch since, which no line says (`symbolic-ref`).
    const isLeft =
      told === null && move?.kind === 'checkout' && move.to !== truth && seen.head.on === 'branch';
    // What the last line reports is where HEAD was a moment ago: a rebase looks detached there, and HEAD knows better.
    if (isLast && !isLeft) return truth;
    const next = leftFrom(index + 1);
    const isTold = told === null && (isLast || next === undefined);
    const branch = move === undefined || move.kind === 'rebase' || isTold ? told : branchMovedTo(move, next);
    // A bisect detaches by checkouts of its own, and works on the same branch all the time.
    const bisects = seen.head.on === 'detached' && seen.head.holding !== null && seen.head.holding === at;
    return branch === null && bisects ? at : branch;
  }

  /** Where HEAD was at the beginning of one step, as git has it. */
  function leftFrom(index: number): string | null | undefined {
    const step = steps[index];
    if (step === undefined) return truth;
    const move = step.logged?.move;
    if (move === undefined) return undefined;
    // A rebase that begins doesn't say what of, and one that ends does.
    return move.from ?? move.to ?? leftFrom(index + 1);
  }
}

/**
 * The spool's time is that of its last line; the reflog's is to the second, and whatever GIT_COMMITTER_DATE said. So for
 * the lines before, the reflog's counts where it can be true, and where they don't agree as far as it goes.
 */
function timeOf(reported: Reported<SpoolLine> | null, logged: number | undefined, seen: Sighting): number {
  const { since, now } = seen;
  // A file's time is by the clock of the disk, which may be another machine's.
  const latest = Math.min(Math.max(reported?.at ?? now, since ?? 0), now);
  if (reported?.isExact === true) return latest;
  if (logged === undefined || since === undefined || logged > latest || logged + 1000 <= since) return latest;
  return Math.floor(latest / 1000) * 1000 === logged && reported !== null ? latest : logged;
}

/**
 * The last switch acts; a renewal acts only where there is no switch to act for it. One that was open before may have its
 * line in the log, so it is to be closed as well.
 */
function supersede(events: readonly OpenEvent[], known: ReadonlySet<OpenEvent>): OpenEvent[] {
  const live = events.filter((event) => !event.superseded);
  const last = live.at(-1);
  const switched =
    last?.renewal === true
      ? live.findLast((event) => !event.renewal && event.branch === last.branch)
      : undefined;
  const acting = switched ?? last;
  const renewed = switched !== undefined && last !== undefined ? { renewed: last.at } : {};
  return events
    .filter((event) => event === acting || !event.renewal || known.has(event))
    .map((event) => (event === acting ? { ...event, ...renewed } : { ...event, superseded: true }));
}
