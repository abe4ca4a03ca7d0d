// The names of all branches a clone knows, its own and those of its remotes.

import type { Failure } from '../../core/failure.ts';
import { branchOf } from '../../core/ref-name.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Environment } from './environment.ts';
import { createGit } from './git.ts';

export async function branchNames(directory: string, env: Environment): Promise<Result<string[], Failure>> {
  const git = createGit(directory, env);
  const listed = await git(['for-each-ref', '--format=%(refname)%09%(symref)', 'refs/heads', 'refs/remotes']);
  if (!listed.ok) return listed;
  const names = listed.value.split('\n').flatMap((line) => {
    const [ref = '', symref = ''] = line.split('\t');
    const name = branchOf(ref);
    return name === null || symref !== '' ? [] : [name];
  });
  return ok([...new Set(names)].sort());
}
