// Which refs may hold the policy, and which of them counts without a look: only what git knows, nothing guessed for anybody.
import type { Failure } from '../../core/failure.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { PolicyRefs } from '../../flow/setup-ports.ts';
import type { Environment } from './environment.ts';
import { feedGit } from './feed.ts';
import { createGit, type Git, whyGitFailed } from './git.ts';
import type { Tip } from './policy.ts';

/** The remote's default branch first: what is reviewed there is what counts. Then local branches. */
export async function policyRefs(directory: string, env: Environment): Promise<Result<PolicyRefs, Failure>> {
  const git = createGit(directory, env);
  const [listed, remotes, head] = await Promise.all([
    git(['for-each-ref', '--format=%(refname)%09%(symref)%09%(HEAD)', 'refs/remotes', 'refs/heads']),
    git(['remote']),
    defaultOfOrigin(directory, env),
  ]);
  if (!listed.ok) return listed;
  if (!remotes.ok) return remotes;
  if (!head.ok) return head;
  const refs = listed.value.split('\n').flatMap((line) => {
    const [name = '', symref = '', mark = ''] = line.split('\t');
    return name === '' || symref !== '' ? [] : [{ name, isCurrent: mark === '*' }];
  });
  const names = refs.map(({ name }) => name);
  const current = refs.find(({ isCurrent }) => isCurrent)?.name;
  const reviewed = head.value;
  // Anybody who may push can push a `master` beside a default branch of another name.
  const remote = reviewed === null ? ['refs/remotes/origin/main', 'refs/remotes/origin/master'] : [reviewed];
  const local = names.filter((name) => name.startsWith('refs/heads/'));
  const wished = [...remote, 'refs/heads/main', 'refs/heads/master', current, ...local];
  return ok({
    proposed: [...new Set(wished)]
      .filter((name) => name !== undefined)
      .filter((name) => names.includes(name)),
    reviewed,
    isAlone: remotes.value.trim() === '' && !names.some((name) => name.startsWith('refs/remotes/')),
  });
}

/** Asked by itself, because `for-each-ref` leaves out a symbolic ref whose branch was not fetched. */
async function defaultOfOrigin(directory: string, env: Environment): Promise<Result<string | null, Failure>> {
  const args = ['symbolic-ref', '-q', 'refs/remotes/origin/HEAD'];
  const fed = await feedGit(directory, env, args, '');
  if (fed === null) return fail({ code: 'git-missing' });
  // There is none, or it is a branch that somebody gave this name.
  if (fed.status === 1) return ok(null);
  if (fed.status !== 0) return fail(whyGitFailed(args, directory, fed.stderr));
  const name = fed.stdout.toString('utf8').trim();
  return ok(name.startsWith('refs/remotes/origin/') ? name : null);
}

/** Every branch, local or a remote's, and HEAD, which may be on none. Each commit once: clones have thousands of refs. */
export async function everyTip(git: Git): Promise<Result<Tip[], Failure>> {
  const listed = await git([
    'for-each-ref',
    '--format=%(objectname)%09%(refname)',
    'refs/heads',
    'refs/remotes',
  ]);
  if (!listed.ok) return listed;
  const tips = new Map<string, string>();
  for (const line of listed.value.split('\n')) {
    const [oid = '', name = ''] = line.split('\t');
    if (name !== '' && !tips.has(oid)) tips.set(oid, name);
  }
  return ok([
    ...[...tips].map(([revision, name]) => ({ name, revision })),
    { name: 'HEAD', revision: 'HEAD' },
  ]);
}
