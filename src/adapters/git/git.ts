// Runs git through simple-git, where its output is all that matters.
import { type SimpleGit, simpleGit } from 'simple-git';
import type { Failure } from '../../core/failure.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Environment } from './environment.ts';

export type Git = (
  args: readonly string[],
  options?: { readonly cwd?: string },
) => Promise<Result<string, Failure>>;

/** One process a call, so that calls run side by side: simple-git queues those of one instance. */
export function createGit(directory: string, env: Environment): Git {
  return async (args, options = {}) => {
    try {
      // The person's own choice of config files; what a repository could slip in was dropped from the environment.
      const unsafe = { allowUnsafeConfigPaths: true };
      // By itself simple-git takes a status other than 0 for success where nothing was said about it.
      const errors = (error: Buffer | Error | undefined, { exitCode }: { exitCode: number }) =>
        error ?? (exitCode === 0 ? undefined : new Error(`exit status ${exitCode}`));
      // Nothing that is run here leaves a child behind which would hold its output open; without this, simple-git waits
      // for one, and every process of ours ends 50 ms later than it could.
      const completion = { onExit: false };
      const baseDir = options.cwd ?? directory;
      const git: SimpleGit = simpleGit({ baseDir, unsafe, errors, completion }).env({ ...env });
      return ok(await git.raw([...args]));
    } catch (error) {
      return fail(
        whyGitFailed(args, options.cwd ?? directory, error instanceof Error ? error.message : String(error)),
      );
    }
  };
}

export function whyGitFailed(args: readonly string[], directory: string, message: string): Failure {
  if (/spawn git ENOENT|Cannot use simple-git on a directory/.test(message)) {
    return message.includes('ENOENT') ? { code: 'git-missing' } : { code: 'no-repository', directory };
  }
  if (/dubious ownership/.test(message)) return { code: 'foreign-repository', path: directory };
  if (/not a git repository/i.test(message)) return { code: 'no-repository', directory };
  return { code: 'git-failed', command: `git ${args.join(' ')}`, detail: message.trim().slice(0, 500) };
}
