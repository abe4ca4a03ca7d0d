// Runs somebody's command with our own input and output, passes on the signals that ask us to end, and outlives it.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
/** What a terminal sends to everything that runs in its foreground, the command included. */
const BY_KEYBOARD: ReadonlySet<string> = new Set(['SIGINT', 'SIGQUIT']);

export interface Signals {
  /** The first that came; null for none. */
  readonly received: NodeJS.Signals | null;
  /** From now on signals go to this process; null: they are only noted. */
  passTo(child: { kill(signal: NodeJS.Signals): boolean } | null): void;
  /** Back to what signals do by themselves. */
  release(): void;
}

/** While these are caught, nothing but `kill -9` keeps us from giving back. */
export function catchSignals(): Signals {
  const terminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY === true);
  let received: NodeJS.Signals | null = null;
  let child: { kill(signal: NodeJS.Signals): boolean } | null = null;
  const onSignal = (signal: NodeJS.Signals): void => {
    received ??= signal;
    // Ctrl-C reaches the command by itself; a second one from us makes many a program give up its clean-up.
    if (!(terminal && BY_KEYBOARD.has(signal))) child?.kill(signal);
  };
  for (const signal of ENDING) process.on(signal, onSignal);
  return {
    get received() {
      return received;
    },
    passTo: (next) => {
      child = next;
    },
    release: () => {
      for (const signal of ENDING) process.off(signal, onSignal);
    },
  };
}

/** A signal's exit status, as shells have it. */
export const statusOf = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

export interface CommandEnd {
  /** As a shell would report it: 128 + n for a signal, 127 for a command that isn't there, 126 for one that can't run. */
  readonly status: number;
  /** Why it could not be started, as the system names it. */
  readonly problem: string | null;
}

export function runCommand(
  [file = '', ...args]: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  signals: Signals,
): Promise<CommandEnd> {
  if (file === '') return Promise.resolve({ status: 127, problem: 'ENOENT' });
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env: { ...env }, stdio: 'inherit' });
    signals.passTo(child);
    const end = (ended: CommandEnd): void => {
      signals.passTo(null);
      resolve(ended);
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      // Also what a signal that couldn't be passed on ends in, while the command runs.
      if (child.pid !== undefined) return;
      end({ status: error.code === 'ENOENT' ? 127 : 126, problem: error.code ?? error.message });
    });
    child.on('close', (status, signal) => {
      if (child.pid === undefined) return;
      end({ status: signal === null ? (status ?? 1) : statusOf(signal), problem: null });
    });
  });
}
