// What a command gets: where it was typed, the environment, the screen, and from there the clone.
import type { Failure } from '../core/failure.ts';
import { fail, type Result } from '../core/result.ts';
import type { Here } from '../wire/here.ts';
import type { Screen } from './screen.ts';
import { type ExitCode, exitOf } from './words.ts';

export interface Context {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly screen: Screen;
}

/** Loaded when needed: `--help` opens no repository. */
export async function openHere({ cwd, env }: Context): Promise<Result<Here, Failure>> {
  const wire = await import('../wire/here.ts');
  return wire.openHere(cwd, env);
}

/** Runs a command's part that needs the clone; a failure is said, and becomes the exit code. */
export async function withHere(
  context: Context,
  run: (here: Here) => Promise<Result<ExitCode, Failure>>,
): Promise<ExitCode> {
  const here = await openHere(context);
  return here.ok ? within(context, here.value, run) : failWith(context, here.failure);
}

/** The same for a clone that is open already. */
export async function within(
  context: Context,
  here: Here,
  run: (here: Here) => Promise<Result<ExitCode, Failure>>,
): Promise<ExitCode> {
  try {
    const done = await run(here);
    return done.ok ? done.value : failWith(context, done.failure);
  } finally {
    await here.close();
  }
}

export function failWith({ screen }: Context, failure: Failure): ExitCode {
  screen.fail(failure);
  return exitOf(failure);
}

/** What commands that change access need: somebody accepted the rules of this clone. */
export function requireTrust(pinned: boolean): Result<void, Failure> {
  return pinned
    ? { ok: true, value: undefined }
    : fail({ code: 'untrusted', detail: 'scim-hook is not installed in this clone' });
}
