// Finds the clone somebody stands in, and the worktree of it.
import { realpath, stat } from 'node:fs/promises';
import type { Failure } from '../../core/failure.ts';
import type { Place } from '../../core/lease.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { carriedBy, embeddedIn, isReached } from './embedded.ts';
import type { Environment } from './environment.ts';
import { createGit } from './git.ts';

export interface Located {
  readonly commonDir: string;
  readonly place: Place;
}

export async function locate(directory: string, env: Environment): Promise<Result<Located, Failure>> {
  const git = createGit(directory, env);
  const asked = ['--path-format=absolute', '--is-bare-repository', '--git-common-dir', '--git-dir'];
  // A call of its own, because in a bare repository this one fails.
  const [found, top] = await Promise.all([
    git(['rev-parse', ...asked]),
    git(['rev-parse', '--show-toplevel']),
  ]);
  if (!found.ok) return found;
  const [bare, common, own] = found.value.split('\n');
  if (common === undefined || own === undefined) return fail({ code: 'bare-repository', directory });
  const [commonDir, gitDir] = [await realpath(common), await realpath(own)];
  if (!(await isReached(await realpath(directory), gitDir))) {
    const carrier = (await embeddedIn(gitDir)) ?? (await embeddedIn(commonDir));
    if (carrier !== null) return fail({ code: 'embedded-repository', gitDir, top: carrier });
  }
  if (bare === 'true') return fail({ code: 'bare-repository', directory });
  if (!top.ok) return fail({ code: 'bare-repository', directory });
  return ok({
    commonDir,
    place: { gitDir, path: top.value.trimEnd() },
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
  if ((await carriedBy(commonDir, env)) !== null) return ok(false);
  const git = createGit(commonDir, env);
  const found = await git(['rev-parse', '--path-format=absolute', '--git-common-dir']);
  if (!found.ok) return found.failure.code === 'no-repository' ? ok(false) : found;
  // A directory inside of another repository answers too.
  return ok((await realpath(found.value.trimEnd())) === commonDir);
}
