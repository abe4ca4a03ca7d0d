// A program that shows long text page by page, chosen as git chooses it, but never by a clone or a branch.
import { spawn } from 'node:child_process';
import type { ConfigEntry } from '../core/settings.ts';
import { pour } from './pour.ts';

type Env = Readonly<Record<string, string | undefined>>;

const SCOPES: readonly string[] = ['system', 'global'];
/** What only a shell understands. */
const SHELL = /[|&;<>()$`\\"'*?[\]#~=%\s]/;
/** The shell's word for a program that it can't find, or can't run. */
const NOT_STARTED: readonly (number | null)[] = [126, 127];

/** Null: none is wanted. */
export function pagerOf(env: Env, entries: readonly ConfigEntry[]): string | null {
  const configured = entries.filter(({ key, scope }) => key === 'core.pager' && SCOPES.includes(scope));
  const chosen = env['GIT_PAGER'] ?? configured.at(-1)?.value ?? env['PAGER'] ?? 'less';
  return chosen === '' || chosen === 'cat' || env['TERM'] === 'dumb' ? null : chosen;
}

/** False: it can't be started, and nothing was shown. */
export async function page(command: string, env: Env, pieces: Iterable<string>): Promise<boolean> {
  // Never our token in a child's environment. As git does: short text stays, colours work, the screen isn't cleared.
  const { SCIM_HOOK_TOKEN: _, ...rest } = env;
  const [file, args] = SHELL.test(command) ? ['sh', ['-c', command]] : [command, []];
  const child = spawn(file, args, {
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { LESS: 'FRX', LV: '-c', ...rest },
  });
  // Ctrl-C is the pager's as long as it runs.
  const leave = (): void => {};
  process.on('SIGINT', leave);
  try {
    const ended = new Promise<number | null>((resolve) => {
      child.on('error', () => resolve(127));
      child.on('close', resolve);
    });
    let isRead = true;
    // Whoever leaves the pager has read enough.
    child.stdin.on('error', () => {
      isRead = false;
    });
    await Promise.race([pour(child.stdin, pieces, () => isRead).then(() => child.stdin.end()), ended]);
    return !NOT_STARTED.includes(await ended);
  } finally {
    process.off('SIGINT', leave);
  }
}
