// Full names of refs, as people read them.

/** `refs/remotes/origin/main` is `origin/main`. */
export const shortRef = (ref: string): string => ref.replace(/^refs\/(?:heads|remotes)\//, '');

/** The branch alone, whosever it is: `refs/remotes/origin/main` is `main`. Null for what is no branch. */
export const branchOf = (ref: string): string | null =>
  /^refs\/(?:heads|remotes\/[^/]+)\/(.+)$/.exec(ref)?.[1] ?? null;
