// Events: from what the hook wrote and what HEAD says now to what is still to be settled, storms coalesced.
import type { Place } from './lease.ts';
import { branchMovedTo, type Move } from './reflog.ts';
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
  /** What the hook reported since, oldest first, each with its time. */
  readonly lines: readonly { readonly line: SpoolLine; readonly at: number }[];
  /** What git's reflog has since, oldest first. */
  readonly moves?: readonly Move[];
  readonly now: number;
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
  const { moves = [] } = seen;
  const steps = interleave(seen.lines, moves);
  steps.forEach((step, index) => {
    const isLast = index === steps.length - 1;
    switch (step.by) {
      case 'hook': {
        const { branch } = step.line;
        // What the last line reports is where HEAD was a moment ago: a rebase looks detached there, and HEAD knows better.
        const reported = isLast && (branch === null || branch === undefined) ? truth : branch;
        if (reported !== undefined) add('switch', reported, step.at);
        return;
      }
      case 'reflog': {
        const { move } = step;
        // Git writes what GIT_COMMITTER_DATE says: a lease must not last the longer for it.
        const when = Math.min(move.line.at, seen.now);
        if (move.kind === 'rename') {
          if (at === move.from) add('branch-renamed', move.to, when);
          return;
        }
        const branch = branchMovedTo(move, moves[moves.indexOf(move) + 1], truth);
        // A bisect detaches by checkouts of its own, and works on the same branch all the time.
        const bisects = seen.head.on === 'detached' && seen.head.holding !== null && seen.head.holding === at;
        if (branch !== null || !bisects) add('gap', branch, when);
      }
    }
  });
  const silent = at !== truth && (at !== undefined || seen.lines.length > 0);
  if (silent) add('gap', truth, seen.now);
  return supersede(events);
}

type Step =
  | { readonly by: 'hook'; readonly line: SpoolLine; readonly at: number }
  /** No hook reported it. */
  | { readonly by: 'reflog'; readonly move: Move };

/**
 * What the hook and the reflog tell, in one order. From the end backwards each checkout of the reflog is matched with
 * the hook's line of the same move; what is left over in the reflog nobody reported, what is left over in the spool git
 * wrote no such line for (a new worktree, a rebase, reflogs that are off).
 */
function interleave(lines: Sighting['lines'], moves: readonly Move[]): Step[] {
  const steps: Step[] = [];
  let next = lines.length - 1;
  for (const move of moves.toReversed()) {
    const match = move.kind === 'rename' ? -1 : lastMatch(lines, next, move);
    if (match === -1) {
      steps.push({ by: 'reflog', move });
      continue;
    }
    for (; next >= match; next -= 1) {
      const reported = lines[next];
      // Of all but the last line the reflog knows the second, which the spool only bounds. Of the last one, the only one
      // that acts, the spool has the time from the system; the reflog has it from GIT_COMMITTER_DATE.
      const isBound = next === match && next < lines.length - 1;
      if (reported !== undefined)
        steps.push({ by: 'hook', ...reported, at: isBound ? timeOf(reported.at, move) : reported.at });
    }
  }
  for (; next >= 0; next -= 1) {
    const reported = lines[next];
    if (reported !== undefined) steps.push({ by: 'hook', ...reported });
  }
  return steps.reverse();
}

/** The spool's time is that of its last line, so the reflog's second counts unless they agree as far as it goes. */
const timeOf = (at: number, { line }: Move): number =>
  Math.floor(at / 1000) * 1000 === line.at ? at : Math.min(at, line.at);

function lastMatch(lines: Sighting['lines'], from: number, { to, line }: Move): number {
  for (let index = from; index >= 0; index -= 1) {
    const reported = lines[index]?.line;
    const same = reported?.old === line.old && reported.new === line.new;
    if (same && (reported.branch === null || reported.branch === undefined || reported.branch === to))
      return index;
  }
  return -1;
}

/** The last switch acts; a renewal acts only where there is no switch to act for it. */
function supersede(events: readonly OpenEvent[]): OpenEvent[] {
  const live = events.filter((event) => !event.superseded);
  const last = live.at(-1);
  const switched =
    last?.renewal === true
      ? live.findLast((event) => !event.renewal && event.branch === last.branch)
      : undefined;
  const acting = switched ?? last;
  const renewed = switched !== undefined && last !== undefined ? { renewed: last.at } : {};
  return events
    .filter((event) => event === acting || !event.renewal)
    .map((event) => (event === acting ? { ...event, ...renewed } : { ...event, superseded: true }));
}
