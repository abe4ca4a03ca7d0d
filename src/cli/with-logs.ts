// Runs a command's part that reads logs, each by itself; that one can't be read is said, and becomes the exit code.
import type { StoredLog } from '../flow/log-cover.ts';
import { LogUnreadable } from '../flow/log-ports.ts';
import { type LogPlace, openLogPlace } from '../wire/log-place.ts';
import { storedLogs } from '../wire/stored-logs.ts';
import { type Context, failWith } from './context.ts';
import type { ExitCode } from './words.ts';

export async function withLogs(
  context: Context,
  from: readonly string[] | undefined,
  run: (logs: readonly StoredLog[], place: LogPlace) => ExitCode | Promise<ExitCode>,
): Promise<ExitCode> {
  const place = await openLogPlace(context.cwd, context.env, from);
  if (!place.ok) return failWith(context, place.failure);
  try {
    return await run(storedLogs(place.value), place.value);
  } catch (error) {
    if (error instanceof LogUnreadable) return failWith(context, error.failure);
    throw error;
  }
}
