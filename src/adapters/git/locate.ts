// Finds the clone somebody stands in, and the worktree of it.
import { realpath, stat } from 'node:fs/promises';
import type { Failure } from '../../core/failure.ts';
import type { Place } from '../../core/lease.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Environment } from './environment.ts';
import { createGit } from './git.ts';

export interface Located {
  readonly commonDir: string;
  readonly place: Place;
}

export async function locate(directory: string, env: Environment): Promise<Result<Located, Failure>> {
  const git = createGit(directory, env);
  const asked = ['--path-format=absolute', '--is-bare-repository', '--git-common-dir', '--git-dir'];
  const found = await git(['rev-parse', ...asked]);
  if (!found.ok) return found;
  const [bare, commonDir, gitDir] = found.value.split('\n');
  if (bare === 'true' || commonDir === undefined || gitDir === undefined)
    return fail({ code: 'bare-repository', directory });
  const top = await git(['rev-parse', '--show-toplevel']);
  if (!top.ok) return fail({ code: 'bare-repository', directory });
  return ok({
    commonDir: await realpath(commonDir),
    place: { gitDir: await realpath(gitDir), path: top.value.trimEnd() },
  });
}

/** Whether a clone that we knew is still one. Only where it certainly isn't, not where nobody can tell. */
export async function isClone(commonDir: string, env: Environment): Promise<Result<boolean, Failure>> {
  try {
    await stat(commonDir);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return ok(false);
    return fail({ code: 'disk', path: commonDir, problem: code });
  }
  const git = createGit(commonDir, env);
  const found = await git(['rev-parse', '--path-format=absolute', '--git-common-dir']);
  if (!found.ok) return found.failure.code === 'no-repository' ? ok(false) : found;
  // A directory inside of another repository answers too.
  return ok((await realpath(found.value.trimEnd())) === commonDir);
}
