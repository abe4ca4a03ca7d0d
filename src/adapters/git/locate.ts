// Finds the clone somebody stands in, and the worktree of it.
import { realpath } from 'node:fs/promises';
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
