// The worktrees of a clone and where each HEAD is, with git's own marks of a rebase or bisect that is under way.
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Head } from '../../core/event.ts';
import type { Failure } from '../../core/failure.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Worktree } from '../../flow/ports.ts';
import type { Git } from './git.ts';

interface Listed {
  readonly path: string;
  readonly branch: string | null;
  readonly bare: boolean;
}

export async function listWorktrees(git: Git, commonDir: string): Promise<Result<Worktree[], Failure>> {
  const ids = await idsOf(join(commonDir, 'worktrees'));
  if (!ids.ok) return ids;
  const linked = await linkedGitDirs(commonDir, ids.value);
  // Before HEAD and again after it: a rebase that ends or begins in between would look like a plain detached HEAD.
  const gitDirs = [commonDir, ...linked.map((each) => each.gitDir)];
  const marks = new Map(
    await Promise.all(gitDirs.map(async (gitDir) => [gitDir, await branchBeingWorkedOn(gitDir)] as const)),
  );
  const listed = await git(['worktree', 'list', '--porcelain']);
  if (!listed.ok) return listed;
  const [main, ...others] = parsePorcelain(listed.value);
  const worktrees: Worktree[] = [];
  if (main && !main.bare) {
    worktrees.push({
      id: '',
      place: { gitDir: commonDir, path: main.path },
      head: await headOf(main, commonDir, marks),
    });
  }
  const reaches = await Promise.all(linked.map(({ gitDir, path }) => reachOf(gitDir, path)));
  for (const [at, { id, gitDir, path }] of linked.entries()) {
    const reach = reaches[at];
    const match = others.find((other) => other.path === path);
    if (reach === 'gone' || (match === undefined && reach === 'there')) continue;
    worktrees.push({
      id,
      place: { gitDir, path },
      head: match === undefined ? NOWHERE : await headOf(match, gitDir, marks),
      ...(reach === 'away' ? { away: true as const } : {}),
    });
  }
  return ok(worktrees);
}

const NOWHERE: Head = { on: 'detached', holding: null };

/**
 * One whose directory was deleted is listed until it is pruned, but nobody works in it. On a disk that isn't mounted it
 * looks the same, which is what `git worktree lock` is for; and what can't be read now may well be there.
 */
async function reachOf(gitDir: string, path: string): Promise<'there' | 'away' | 'gone'> {
  try {
    await readFile(join(path, '.git'), 'utf8');
    return 'there';
  } catch (error) {
    if (!isAbsent(error)) return 'away';
    return (await isLocked(gitDir)) ? 'away' : 'gone';
  }
}

const isLocked = (gitDir: string): Promise<boolean> =>
  stat(join(gitDir, 'locked')).then(
    () => true,
    (error: unknown) => !isAbsent(error),
  );

const isAbsent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

/** `worktree list --porcelain`: blocks of lines, the main worktree first. Paths with newlines come quoted and match nothing. */
function parsePorcelain(text: string): Listed[] {
  return text
    .split('\n\n')
    .filter((block) => block.startsWith('worktree '))
    .map((block) => {
      const lines = block.split('\n');
      const field = (name: string): string | undefined =>
        lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1);
      return {
        path: field('worktree') ?? '',
        branch: field('branch')?.replace(/^refs\/heads\//, '') ?? null,
        bare: lines.includes('bare'),
      };
    });
}

/** What can't be read is no empty list: every worktree in it would lose what it has. */
async function idsOf(directory: string): Promise<Result<string[], Failure>> {
  try {
    return ok(await readdir(directory));
  } catch (error) {
    if (isAbsent(error)) return ok([]);
    const problem = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return fail({ code: 'disk', path: directory, problem });
  }
}

async function linkedGitDirs(
  commonDir: string,
  ids: readonly string[],
): Promise<{ id: string; gitDir: string; path: string }[]> {
  const found = await Promise.all(
    ids.map(async (id) => {
      const gitDir = join(commonDir, 'worktrees', id);
      const link = await readFile(join(gitDir, 'gitdir'), 'utf8').catch(() => null);
      // The file may be relative to its own directory (worktree.useRelativePaths, git 2.48).
      return link === null ? [] : [{ id, gitDir, path: dirname(resolve(gitDir, link.trimEnd())) }];
    }),
  );
  return Promise.all(
    found.flat().map(async (each) => ({ ...each, path: await realpath(each.path).catch(() => each.path) })),
  );
}

async function headOf(
  listed: Listed,
  gitDir: string,
  marks: ReadonlyMap<string, string | null>,
): Promise<Head> {
  if (listed.branch !== null) return { on: 'branch', branch: listed.branch };
  return { on: 'detached', holding: marks.get(gitDir) ?? (await branchBeingWorkedOn(gitDir)) };
}

/** Rebase and bisect detach HEAD and write down where they will come back to. */
async function branchBeingWorkedOn(gitDir: string): Promise<string | null> {
  // One look at the directory: asking for each file that isn't there takes three times as long, in each of many worktrees.
  const there = new Set(await readdir(gitDir).catch(() => []));
  for (const mark of ['rebase-merge/head-name', 'rebase-apply/head-name', 'BISECT_START']) {
    if (!there.has(mark.split('/')[0] ?? mark)) continue;
    const text = await readFile(join(gitDir, mark), 'utf8').catch(() => null);
    const name = text?.trim().replace(/^refs\/heads\//, '');
    // `detached HEAD`, or the object id that a bisect began from: no branch is being worked on.
    if (
      name !== undefined &&
      name !== '' &&
      !name.includes(' ') &&
      !/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(name)
    )
      return name;
  }
  return null;
}
