// What install needs of git besides reading: the hooks directory, pins, refs that may hold the policy, a run of the hook.
import { realpath } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { fail, ok } from '../../core/result.ts';
import type { GitSetup } from '../../flow/ports.ts';
import type { Environment } from './environment.ts';
import { createGit, feedGit, type Git } from './git.ts';

export interface SetupOptions {
  readonly commonDir: string;
  /** A worktree: a relative core.hooksPath means something else in each. */
  readonly top: string;
  readonly env: Environment;
  /** What the hook's worker shall inherit, as from a checkout that the person types. */
  readonly hookEnv: Environment;
}

export function openGitSetup({ commonDir, top, env, hookEnv }: SetupOptions): GitSetup {
  const git = createGit(top, env);
  return {
    hooks: async () => {
      const asked = await git(['rev-parse', '--git-path', 'hooks']);
      if (!asked.ok) return asked;
      const directory = resolve(top, asked.value.trimEnd());
      const moved = await git(['config', '--show-origin', '--get', 'core.hooksPath']);
      const parent = await realpath(dirname(directory)).catch(() => dirname(directory));
      const elsewhere =
        moved.ok && moved.value.trim() !== '' && parent !== commonDir
          ? moved.value.trim().split('\t')[0]
          : undefined;
      return ok({ directory, elsewhere: elsewhere ?? null });
    },
    effective: async (key) => {
      const value = await git(['config', '--get', key]);
      return value.ok && value.value.trim() !== '' ? value.value.replace(/\n$/, '') : null;
    },
    carrier: (key) => carrier(git, commonDir, top, key),
    pin: async (values) => {
      for (const [key, value] of Object.entries(values)) {
        const there = await git(['config', '--local', '--no-includes', '--get-all', key]);
        if (there.ok && there.value === `${value}\n`) continue;
        const set = await git(['config', '--local', '--replace-all', key, value]);
        if (!set.ok) return set;
      }
      return ok(undefined);
    },
    unpin: async () => {
      const removed = await git(['config', '--local', '--remove-section', 'scim-hook']);
      const absent =
        !removed.ok &&
        removed.failure.code === 'git-failed' &&
        /no such section/i.test(removed.failure.detail);
      return removed.ok || absent ? ok(undefined) : fail(removed.failure);
    },
    policyRefs: async () => ok(await policyRefs(git)),
    isBranchName: async (name) => {
      // `--branch` would expand @{-1}; a full name is taken as it is.
      const checked = await git(['check-ref-format', `refs/heads/${name}`]);
      return checked.ok && !name.startsWith('-');
    },
    runHook: async (place) => {
      const head = await git(['rev-parse', '--verify', '-q', 'HEAD']);
      const oid = head.ok && head.value.trim() !== '' ? head.value.trim() : '0'.repeat(40);
      // Asked of git itself: it decides whether, and which, hook runs.
      const ran = await feedGit(
        place.path,
        hookEnv,
        ['hook', 'run', 'post-checkout', '--', oid, oid, '1'],
        '',
      );
      if (ran === null || (ran.status !== 0 && /is not a git command/.test(ran.stderr))) return null;
      return { status: ran.status ?? 1, output: ran.stderr };
    },
  };
}

/** An `include.path` may name a tracked file; what git's own directory holds, no branch can change. */
async function carrier(git: Git, commonDir: string, top: string, key: string): Promise<string | null> {
  const shown = await git(['config', '--show-origin', '-z', '--get', key]);
  const origin = shown.ok ? shown.value.split('\0')[0] : undefined;
  if (origin?.startsWith('file:') !== true) return null;
  const file = await realpath(resolve(top, origin.slice('file:'.length))).catch(() => null);
  if (file === null) return null;
  const asked = await git(['worktree', 'list', '--porcelain', '-z']);
  const listed = asked.ok ? asked : await git(['worktree', 'list', '--porcelain']);
  const paths = listed.ok ? listed.value.split(/[\0\n]/) : [];
  const tops = paths.flatMap((line) =>
    line.startsWith('worktree ') ? [line.slice('worktree '.length)] : [],
  );
  const inside = (directory: string): boolean => file.startsWith(`${directory}${sep}`);
  return !inside(commonDir) && [top, ...tops].some(inside) ? file : null;
}

/** The remote's default branch first: what is reviewed there is what counts. Then local branches. */
export async function policyRefs(git: Git): Promise<string[]> {
  const listed = await git([
    'for-each-ref',
    '--format=%(refname)%09%(symref)%09%(HEAD)',
    'refs/remotes',
    'refs/heads',
  ]);
  if (!listed.ok) return [];
  const refs = listed.value
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', symref = '', head = ''] = line.split('\t');
      return { name, symref, isCurrent: head === '*' };
    });
  const names = new Set(refs.filter((ref) => ref.symref === '').map((ref) => ref.name));
  const remoteDefault =
    refs.find((ref) => ref.name === 'refs/remotes/origin/HEAD')?.symref ??
    refs.find((ref) => /^refs\/remotes\/[^/]+\/HEAD$/.test(ref.name))?.symref;
  const current = refs.find((ref) => ref.isCurrent)?.name;
  const local = [...names].filter((name) => name.startsWith('refs/heads/'));
  const wished = [
    remoteDefault,
    'refs/remotes/origin/main',
    'refs/remotes/origin/master',
    'refs/heads/main',
    'refs/heads/master',
    current,
    ...local,
  ];
  return [...new Set(wished)].filter((name): name is string => name !== undefined && names.has(name));
}
