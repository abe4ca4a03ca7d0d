// Where `install --yes`, run by an npm script or by configuration management, has nothing to do and says so in one line.
import { sep } from 'node:path';
import type { Failure } from '../core/failure.ts';
import type { Context } from './context.ts';

/** Why there is nothing to install here, or null. */
export function whyNotHere({ cwd, env }: Pick<Context, 'cwd' | 'env'>): string | null {
  if (isSet(env['CI'])) return 'this is CI, where `scim-hook run` is the way';
  const cache = env['npm_config_cache'];
  // npm prepares a git dependency in a clone of its own, which it throws away.
  return cache && cwd.startsWith(`${cache}${sep}`) ? "this is a temporary clone of npm's" : null;
}

/** A failure that only says that there is no clone here. */
export function whyNoClone(failure: Failure): string | null {
  switch (failure.code) {
    case 'git-missing':
      return 'there is no git here';
    case 'no-repository':
    case 'bare-repository':
      return 'this is no git work tree';
    default:
      return null;
  }
}

/** As most tools read the variable. */
const isSet = (value: string | undefined): boolean => !/^(?:|0|false)$/i.test(value ?? '');
