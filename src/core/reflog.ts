// HEAD's reflog as a list of moves: git's own record of every switch, also of those that no hook reported.

export interface ReflogLine {
  /** Object ids before and after. */
  readonly old: string;
  readonly new: string;
  /** Milliseconds since the epoch, to the second. */
  readonly at: number;
  readonly message: string;
}

/**
 * What a line says of where HEAD went. `from` is the branch, or an object id where HEAD was on none; `to` is what was
 * typed: a branch, or anything else that names a commit.
 */
export interface Move {
  readonly kind: 'checkout' | 'rename';
  readonly from: string;
  readonly to: string;
  readonly line: ReflogLine;
}

/** One line of a reflog file: ids, who, when, a tab, why (git-reflog's own format); null for anything else. */
export function parseReflogLine(text: string): ReflogLine | null {
  const parts = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) .*?(\d{1,12}) [+-]\d{4}(?:\t(.*))?$/.exec(text);
  const [, old, next, seconds, message = ''] = parts ?? [];
  if (old === undefined || next === undefined || seconds === undefined) return null;
  return { old, new: next, at: Number(seconds) * 1000, message };
}

export function moveOf(line: ReflogLine): Move | null {
  const checkout = /^checkout: moving from (\S+) to (\S+)$/.exec(line.message);
  const rename = /^Branch: renamed refs\/heads\/(\S+) to refs\/heads\/(\S+)$/.exec(line.message);
  const [, from, to] = checkout ?? rename ?? [];
  if (from === undefined || to === undefined) return null;
  return { kind: checkout === null ? 'rename' : 'checkout', from, to, line };
}

/** The branch that a move led to: the next one began there, or HEAD is there now. Null: it was none. */
export const branchMovedTo = (move: Move, next: Move | undefined, truth: string | null): string | null =>
  (next === undefined ? truth : next.from) === move.to ? move.to : null;

/** Where a branch's own reflog says it was renamed to; null where it doesn't. `name`: the branch as it is called now. */
export const wasRenamed = (message: string, old: string, name: string): boolean =>
  message.startsWith(`Branch: renamed refs/heads/${old} to refs/heads/`) && name !== old;
