// What git's reflogs have since the last look, for every worktree that is there.
import type { Claim, Ports, ReflogTail, Worktree } from './ports.ts';

/** By git dir. */
export type Tails = ReadonlyMap<string, ReflogTail>;

export async function readTails(
  { repository }: Pick<Ports, 'repository'>,
  { heads, reflogs = {} }: Claim['progress'],
  worktrees: readonly Worktree[],
): Promise<Tails> {
  // A worktree that came while we were here is ours from its beginning; the first look at a clone begins now.
  const isKnown = Object.keys(heads).length > 0;
  const read = worktrees
    .filter(({ away }) => away !== true)
    .map(async ({ place: { gitDir } }) => {
      const isNew = isKnown && !(gitDir in heads);
      return [gitDir, await repository.reflog(gitDir, reflogs[gitDir] ?? null, isNew)] as const;
    });
  return new Map(await Promise.all(read));
}
