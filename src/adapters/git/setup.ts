// What install needs of git besides reading: the hooks directory, pins, refs that may hold the policy, a run of the hook.
import { realpath } from 'node:fs/promises';
import { basename, dirname, resolve, sep } from 'node:path';
import type { Failure } from '../../core/failure.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { GitSetup } from '../../flow/setup-ports.ts';
import { parseEntries } from './config-entries.ts';
import type { Environment } from './environment.ts';
import { feedGit } from './feed.ts';
import { createGit, type Git } from './git.ts';
import { policyRefs } from './policy-refs.ts';

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
      // Listed whole, not asked for by key: where git has nothing to say, simple-git waits 50 ms for more.
      const [asked, listed, version] = await Promise.all([
        git(['rev-parse', '--git-path', 'hooks']),
        git(['config', '--list', '--show-scope', '--show-origin', '-z']),
        git(['version']),
      ]);
      if (!asked.ok) return asked;
      if (!listed.ok) return listed;
      const moved = parseEntries(listed.value).findLast(({ key }) => key === 'core.hookspath');
      const configHooks = version.ok && hasConfigHooks(version.value);
      const command = configHooks
        ? await git(['config', '--local', '--no-includes', '--get', `${CONFIG_HOOK}.command`])
        : null;
      return ok({
        directory: resolve(top, asked.value.trimEnd()),
        top,
        moved: moved === undefined ? null : { scope: moved.scope, origin: moved.origin },
        config: command === null ? null : { command: command.ok ? command.value.replace(/\n$/, '') : null },
      });
    },
    tracked: async (paths) => {
      const asked = paths.map(async (path) => {
        const args = ['ls-files', '--error-unmatch', '--', `:(literal)${basename(path)}`];
        return (await git(args, { cwd: dirname(path) })).ok ? [path] : [];
      });
      return (await Promise.all(asked)).flat();
    },
    putConfigHook: async (command) => {
      for (const [key, value] of [
        ['command', command],
        ['event', 'post-checkout'],
      ] as const) {
        const there = await git(['config', '--local', '--no-includes', '--get-all', `${CONFIG_HOOK}.${key}`]);
        if (there.ok && there.value === `${value}\n`) continue;
        const set = await git(['config', '--local', '--replace-all', `${CONFIG_HOOK}.${key}`, value]);
        if (!set.ok) return set;
      }
      return ok(undefined);
    },
    // The whole section at once: an event without its command would break every checkout.
    takeConfigHook: () => removeSection(git, CONFIG_HOOK),
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
    // One by one: bounds and mode that the person set themselves stay.
    unpin: async (keys) => {
      for (const key of keys) {
        const there = await git(['config', '--local', '--no-includes', '--get-all', key]);
        if (!there.ok) continue;
        const unset = await git(['config', '--local', '--unset-all', key]);
        if (!unset.ok) return unset;
      }
      return ok(undefined);
    },
    policyRefs: () => policyRefs(top, env),
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

const CONFIG_HOOK = 'hook.scim-hook';

/** Git 2.54 and later run hooks from their config; earlier ones ignore the keys. */
export function hasConfigHooks(version: string): boolean {
  const [, major = 0, minor = 0] = /(\d+)\.(\d+)/.exec(version)?.map(Number) ?? [];
  return major > 2 || (major === 2 && minor >= 54);
}

async function removeSection(git: Git, name: string): Promise<Result<void, Failure>> {
  const removed = await git(['config', '--local', '--remove-section', name]);
  const absent =
    !removed.ok && removed.failure.code === 'git-failed' && /no such section/i.test(removed.failure.detail);
  return removed.ok || absent ? ok(undefined) : fail(removed.failure);
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
