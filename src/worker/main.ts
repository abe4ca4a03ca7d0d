// The background worker: settles what the hook noted, stays a little for the next switch, and goes.
import './first.ts';
import { writeFileSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { VERSION } from '../version.ts';
import { work } from './work.ts';

/** Milliseconds; see WorkOptions. */
const LINGER = 5_000;
const PATIENCE = 15_000;

/** Nobody sees a background process fail; `status` tells what this says. */
function leaveWord(directory: string, error: unknown): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  try {
    writeFileSync(join(directory, 'crash'), `${new Date().toISOString()} scim-hook ${VERSION}\n${stack}\n`, {
      mode: 0o600,
    });
  } catch {
    // A disk that takes nothing takes no last words either.
  }
}

async function main(argument: string): Promise<void> {
  const directory = await realpath(argument);
  const commonDir = dirname(directory);
  const { uid } = await stat(directory);
  // A repository shared by several people: only its own person's spool is settled with their access.
  if (process.getuid !== undefined && uid !== process.getuid()) return;
  const die = (error: unknown): void => {
    leaveWord(directory, error);
    process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
  // The worktree that git ran in may be deleted; this directory is where all our work is.
  process.chdir(commonDir);
  const inForeground = process.env['SCIM_HOOK_FOREGROUND'] === '1';
  await work({
    commonDir,
    directory,
    env: { ...process.env },
    pid: process.pid,
    linger: inForeground ? 0 : LINGER,
    patience: PATIENCE,
    random: Math.random,
    tell: inForeground
      ? ({ events }) => process.stderr.write(`${JSON.stringify(events, null, 2)}\n`)
      : () => {},
  });
}

const [, , spool] = process.argv;
if (spool !== undefined) {
  main(spool).then(
    () => process.exit(0),
    () => process.exit(1),
  );
}
