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

/** A rebase leaves the branch for a while (`to` is null then) and comes back to it, or to the one it was told to rebase. */
export interface Rebase {
  readonly kind: 'rebase';
  readonly from: null;
  readonly to: string | null;
  readonly line: ReflogLine;
}

const RENAMED = /^Branch: renamed refs\/heads\/(\S+) to refs\/heads\/(\S+)$/;

/** One line of a reflog file: ids, who, when, a tab, why (git-reflog's own format); null for anything else. */
export function parseReflogLine(text: string): ReflogLine | null {
  // Git takes `<`, `>` and newlines out of names, and leaves tabs: the first `>` ends who it was, whatever they are called.
  const parts = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) [^>]*> (\d{1,12}) [+-]\d{4}(?:\t(.*))?$/.exec(text);
  const [, old, next, seconds, message = ''] = parts ?? [];
  if (old === undefined || next === undefined || seconds === undefined) return null;
  return { old, new: next, at: Number(seconds) * 1000, message };
}

export function moveOf(line: ReflogLine): Move | Rebase | null {
  const { message } = line;
  const checkout = /^checkout: moving from (\S+) to (\S+)$/.exec(message);
  const [, from, to] = checkout ?? RENAMED.exec(message) ?? [];
  if (from !== undefined && to !== undefined)
    return { kind: checkout === null ? 'rename' : 'checkout', from, to, line };
  // `pull --rebase (start)` and the like: git puts the command before it.
  if (/ \(start\): checkout \S/.test(message)) return { kind: 'rebase', from: null, to: null, line };
  const back = / (?:\((?:finish|abort)\)|finished): returning to refs\/heads\/(\S+)$/.exec(message)?.[1];
  return back === undefined ? null : { kind: 'rebase', from: null, to: back, line };
}

/** Git writes a rename of HEAD's branch twice: that the old one went, and that the new one came. */
export const isSameRename = (move: Move | Rebase, before: Move | Rebase | undefined): boolean =>
  move.kind === 'rename' && before?.kind === 'rename' && move.from === before.from && move.to === before.to;

const isOid = (text: string): boolean => /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(text);

/** The branch that HEAD was on before a move; null: none, or the line doesn't say. */
export const branchMovedFrom = ({ from }: Move | Rebase): string | null =>
  from === null || isOid(from) ? null : from;

/**
 * The branch that a move led to; null: it was none. `next`: what HEAD was on when it moved on, a branch or an object id,
 * null for none, undefined where nothing says.
 */
export function branchMovedTo({ to }: Move, next: string | null | undefined): string | null {
  if (isOid(to) || next === null || (next !== undefined && isOid(next))) return null;
  // HEAD may have gone elsewhere without a word, so that another branch proves nothing; `main~2` is no branch's name.
  return next === to || !/^(?:HEAD|@)$|[~^:]|@\{/.test(to) ? to : null;
}

/** Where and when a branch's own reflog says that one was renamed. */
export interface Rename {
  readonly from: string;
  readonly to: string;
  readonly at: number;
}

export function renameOf({ message, at }: Pick<ReflogLine, 'message' | 'at'>): Rename | null {
  const [, from, to] = RENAMED.exec(message) ?? [];
  return from === undefined || to === undefined ? null : { from, to, at };
}

/**
 * The name that a branch lives on under; null where none of the renames since (milliseconds) leads to one that is there.
 * A copied branch has the renames of the one it was copied from, so what counts is where they lead, not who has them.
 */
export function livesOnAs(
  name: string,
  since: number,
  renames: readonly Rename[],
  isThere: (name: string) => boolean,
): string | null {
  let at = Math.floor(since / 1000) * 1000;
  let now = name;
  for (const _ of renames) {
    const next = renames
      .filter((rename) => rename.from === now && rename.at >= at)
      .reduce<Rename | null>((last, rename) => (last === null || rename.at > last.at ? rename : last), null);
    if (next === null) return null;
    if (isThere(next.to)) return next.to;
    now = next.to;
    at = next.at;
  }
  return null;
}
