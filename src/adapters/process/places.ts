// Where our files are (DESIGN section 7).
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/** An XDG variable counts only when it is absolute (XDG Base Directory Specification). */
const xdg = (env: Env, name: string, fallback: string): string => {
  const value = env[name];
  return value !== undefined && isAbsolute(value) ? value : join(home(env), fallback);
};

const home = (env: Env): string => env['HOME'] || homedir();

/** `pinned` is what install wrote into this clone's config: a GUI without the shell's variables must find the same. */
export function stateHome(env: Env, pinned: string | null): string {
  return pinned ?? (env['SCIM_HOOK_HOME'] || join(xdg(env, 'XDG_STATE_HOME', '.local/state'), 'scim-hook'));
}

export const workerBundle = (env: Env): string =>
  join(xdg(env, 'XDG_DATA_HOME', '.local/share'), 'scim-hook', 'worker.cjs');

/** Spool and pid of one clone. */
export const spoolDirectory = (commonDir: string): string => join(commonDir, 'scim-hook');

/** Rules in no commit, as they were accepted. */
export const acceptedFile = (spool: string): string => join(spool, 'accepted');
