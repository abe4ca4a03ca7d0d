// Tells a git directory that lies among the files of a work tree: whoever wrote those files chose what its config says.
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { Environment } from './environment.ts';
import { feedGit } from './feed.ts';

/** Whether git, standing in `directory`, gets to `gitDir` by a `.git`: git tracks nothing of that name, so no branch has one. */
export async function isReached(directory: string, gitDir: string): Promise<boolean> {
  for (const top of upwards(directory)) {
    if (top === gitDir) return false;
    if ((await dotGit(top)) === gitDir) return true;
  }
  return false;
}

/**
 * The work tree that `gitDir` lies in as files like any others, or null. Git itself isn't asked: it would look no
 * further than the next directory up that poses as a git directory in the same way.
 */
export async function embeddedIn(gitDir: string): Promise<string | null> {
  for (const top of upwards(dirname(gitDir))) {
    const own = await dotGit(top);
    if (own !== null) return gitDir === own || gitDir.startsWith(`${own}${sep}`) ? null : top;
  }
  return null;
}

/**
 * The same where only the git directory is known, as to the worker: one from `--separate-git-dir` may lie in another
 * clone, and nothing in it leads to the `.git` that names it. But no branch of that other clone carries it.
 */
export async function carriedBy(gitDir: string, env: Environment): Promise<string | null> {
  const top = await embeddedIn(gitDir);
  if (top === null) return null;
  const listed = await feedGit(top, env, ['ls-files', '-z', '--', gitDir], '');
  return listed?.status === 0 && listed.stdout.length === 0 ? null : top;
}

function upwards(directory: string): string[] {
  const above = dirname(directory);
  return above === directory ? [directory] : [directory, ...upwards(above)];
}

/** What a directory's `.git` is or names; null where it has none. */
async function dotGit(top: string): Promise<string | null> {
  const path = join(top, '.git');
  try {
    if ((await stat(path)).isDirectory()) return await realpath(path);
    const named = /^gitdir: (.+?)[\r\n]*$/s.exec(await readFile(path, 'utf8'))?.[1];
    return named === undefined ? null : await realpath(resolve(top, named));
  } catch {
    return null;
  }
}
