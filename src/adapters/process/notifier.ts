// Runs the command line of `scim-hook.notify` by a shell of its own, which outlives us but not its time.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Notifier } from '../../flow/ports.ts';

/** Seconds. */
const BOUND = 30;

/**
 * The command, and a watch that ends the whole process group when its time is over: we may be gone by then. The
 * document is kept at 3, because a background command of a shell reads /dev/null.
 */
const SCRIPT = `exec 3<&0 </dev/null
sh -c "$1" <&3 3<&- & command=$!
exec 3<&-
( trap 'kill "$sleep"; exit' TERM; sleep ${BOUND} & sleep=$!; wait "$sleep" && kill -KILL 0 ) & watch=$!
wait "$command"
kill "$watch"`;

type Env = Readonly<Record<string, string | undefined>>;

export interface NotifierOptions {
  readonly env: Env;
  /** Out of reach of whatever branch is checked out. */
  readonly directory: string;
}

export function openNotifier({ env, directory }: NotifierOptions): Notifier {
  return {
    tell: async (command, notice) => {
      try {
        await run(command, `${JSON.stringify(notice)}\n`, withoutOurs(env), directory);
      } catch {
        // A disk that is full, a machine without a shell: the log and `status` have it all the same.
      }
    },
  };
}

/** The document goes through a file without a name: the command may be slow to read it, or never do, and nobody waits. */
async function run(command: string, document: string, env: Env, cwd: string): Promise<void> {
  const path = join(tmpdir(), `scim-hook-${randomUUID()}`);
  const written = await open(path, 'wx', 0o600);
  try {
    await written.writeFile(document);
  } finally {
    await written.close();
  }
  const input = await open(path, 'r');
  try {
    await rm(path, { force: true });
    await new Promise<void>((resolve) => {
      const child = spawn('sh', ['-c', SCRIPT, 'scim-hook-notify', command], {
        cwd,
        env: { ...env },
        stdio: [input.fd, 'ignore', 'ignore'],
        // A group of its own: neither Ctrl-C nor a closing terminal is meant for it.
        detached: true,
        windowsHide: true,
      });
      child.once('spawn', resolve);
      child.once('error', () => resolve());
      child.unref();
    });
  } finally {
    await input.close();
  }
}

/** No token, and nothing that would have the command's own git calls wake us. */
const withoutOurs = (env: Env): Env => ({
  ...Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('SCIM_HOOK'))),
  SCIM_HOOK: '0',
});
