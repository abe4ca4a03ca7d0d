// What git's reflogs have since the last look, for every worktree that is there.
import type { Claim, Ports, ReflogTail, Worktree } from './ports.ts';

/**
 * A worktree that came while we were here is ours from its beginning. At the first look at a clone nothing is: what is
 * checked out there already is granted nothing before it is checked out again.
 */
export const isNew = ({ heads, reflogs = {} }: Claim['progress'], gitDir: string): boolean =>
  Object.keys(reflogs).length > 0 && !(gitDir in reflogs) && !(gitDir in heads);

/** By git dir. */
export type Tails = ReadonlyMap<string, ReflogTail>;

export async function readTails(
  { repository }: Pick<Ports, 'repository'>,
  progress: Claim['progress'],
  worktrees: readonly Worktree[],
): Promise<Tails> {
  const read = worktrees
    .filter(({ away }) => away !== true)
    .map(async ({ place: { gitDir } }) => {
      const cursor = progress.reflogs?.[gitDir] ?? null;
      return [gitDir, await repository.reflog(gitDir, cursor, isNew(progress, gitDir))] as const;
    });
  return new Map(
    (await Promise.all(read)).flatMap(([gitDir, tail]) => (tail === null ? [] : [[gitDir, tail]])),
  );
}
