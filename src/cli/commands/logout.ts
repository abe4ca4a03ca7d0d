// `logout`: has git's credential helper forget the token, and proves that it did.
import type { Failure } from '../../core/failure.ts';
import { ok, type Result } from '../../core/result.ts';
import { chooseKeeper, logout } from '../../flow/login.ts';
import { type Context, failWith } from '../context.ts';
import type { LogoutDocument } from '../login-documents.ts';
import { plain } from '../screen.ts';
import type { ExitCode } from '../words.ts';

export interface LogoutOptions {
  readonly endpoint?: string;
  readonly username?: string;
}

export async function runLogout(context: Context, options: LogoutOptions): Promise<ExitCode> {
  const done = await forget(context, options);
  if (!done.ok) return failWith(context, done.failure);
  const { screen } = context;
  const { endpoint, removed, environment } = done.value;
  if (screen.json) screen.document(done.value);
  screen.line(
    removed
      ? `git gives no token for ${plain(endpoint)} any more.`
      : `git kept no token for ${plain(endpoint)}; nothing to forget.`,
  );
  if (environment && !screen.json) {
    screen.note('SCIM_HOOK_TOKEN is still set here, and goes on being used: `unset SCIM_HOOK_TOKEN`.');
  }
  return 0;
}

async function forget(
  { cwd, env }: Context,
  { endpoint, username }: LogoutOptions,
): Promise<Result<LogoutDocument, Failure>> {
  const { openLoginPlace } = await import('../../wire/login.ts');
  const place = await openLoginPlace(cwd, env);
  if (!place.ok) return place;
  const { helpers, entries, proposed } = place.value;
  const options = { endpoint: endpoint ?? null, username: username ?? null, proposed };
  const keeper = await chooseKeeper(entries, options);
  if (!keeper.ok) return keeper;
  const removed = await logout(helpers, keeper.value);
  if (!removed.ok) return removed;
  return ok({
    endpoint: keeper.value.endpoint,
    username: keeper.value.username,
    removed: removed.value,
    environment: Boolean(env['SCIM_HOOK_TOKEN']),
  });
}
