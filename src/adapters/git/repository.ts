// One clone as the steps see it: worktrees, config, branches, and the policy at its pinned ref.
import type { Failure } from '../../core/failure.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { ConfigEntry } from '../../core/settings.ts';
import type { BranchState, PolicyFile, Repository } from '../../flow/ports.ts';
import { parseEntries } from './config-entries.ts';
import type { Environment } from './environment.ts';
import { createGit, type Git } from './git.ts';
import { firstHolding, policyAtRef } from './policy.ts';
import { everyTip } from './policy-refs.ts';
import { headMovedAt, readReflog } from './reflog.ts';
import { findRenames } from './renames.ts';
import { listWorktrees } from './worktrees.ts';

export interface RepositoryOptions {
  /** Absolute, symlinks resolved. */
  readonly commonDir: string;
  readonly env: Environment;
  /** Names of config files, in the order in which the first one counts. */
  readonly files: readonly string[];
  /** The config file as it lies in the worktree: only for a policy that is in no commit. */
  readonly readWorktreeFile: (top: string) => Promise<PolicyFile>;
}

export function openRepository(options: RepositoryOptions): Repository {
  const { commonDir, env } = options;
  const git = createGit(commonDir, env);
  return {
    commonDir,
    worktrees: () => listWorktrees(git, commonDir),
    settings: () => readSettingsOf(git),
    branches: () => listBranches(git),
    reflog: (gitDir, cursor, whole) => readReflog(git, commonDir, gitDir, cursor, whole),
    movedAt: headMovedAt,
    renames: async () => {
      const listed = await listBranches(git);
      const names = listed.ok ? listed.value.map(({ name }) => name) : [];
      return findRenames(git, commonDir, names);
    },
    committed: async () => {
      const tips = await everyTip(git);
      return tips.ok ? firstHolding(commonDir, env, tips.value, options.files) : tips;
    },
    policy: async (pin) => {
      if (!pin.startsWith('sha256:')) return policyAtRef(commonDir, env, pin, options.files);
      const worktrees = await listWorktrees(git, commonDir);
      if (!worktrees.ok) return worktrees;
      const main = worktrees.value[0];
      return main === undefined
        ? ok({ state: 'file-gone', commit: null })
        : ok(await options.readWorktreeFile(main.place.path));
    },
  };
}

/** Without includes: an `include.path` could point at a file that a branch carries. */
async function readSettingsOf(git: Git): Promise<Result<ConfigEntry[], Failure>> {
  const listed = await git(['config', '--no-includes', '--list', '--show-scope', '--show-origin', '-z']);
  if (!listed.ok) return listed;
  return ok(parseEntries(listed.value).map(({ scope, key, value }) => ({ scope, key, value })));
}

async function listBranches(git: Git): Promise<Result<BranchState[], Failure>> {
  const listed = await git([
    'for-each-ref',
    '--format=%(refname)%09%(upstream)%09%(upstream:track,nobracket)',
    'refs/heads',
  ]);
  if (!listed.ok) return fail(listed.failure);
  return ok(
    listed.value
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [ref = '', upstream = '', track = ''] = line.split('\t');
        return { name: ref.replace(/^refs\/heads\//, ''), upstreamGone: upstream !== '' && track === 'gone' };
      }),
  );
}
