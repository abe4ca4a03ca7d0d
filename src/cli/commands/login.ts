// `login`: takes the token from a person or a pipe, has git keep it, and says whether the directory accepts it.
import type { Failure } from '../../core/failure.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { parseToken } from '../../core/token.ts';
import { type Checked, chooseKeeper, type Keeper, login } from '../../flow/login.ts';
import { type Context, failWith } from '../context.ts';
import type { LoginDocument } from '../login-documents.ts';
import { plain } from '../screen.ts';
import { type ExitCode, wordsOf } from '../words.ts';

export interface LoginOptions {
  readonly endpoint?: string;
  readonly username?: string;
}

export async function runLogin(context: Context, options: LoginOptions): Promise<ExitCode> {
  const done = await takeToken(context, options);
  if (!done.ok) return failWith(context, done.failure);
  const { keeper, checked } = done.value;
  const failure = typeof checked === 'object' ? checked : null;
  const document: LoginDocument = {
    endpoint: keeper.endpoint,
    username: keeper.username,
    kept: true,
    checked: typeof checked === 'object' ? 'failed' : checked,
    detail: failure === null ? null : wordsOf(failure).message,
  };
  if (context.screen.json) context.screen.document(document);
  else show(context, document);
  return 0;
}

async function takeToken(
  { cwd, env, screen }: Context,
  {
    endpoint = null,
    username = null,
  }: { readonly endpoint?: string | null; readonly username?: string | null },
): Promise<Result<{ keeper: Keeper; checked: Checked }, Failure>> {
  const { openLoginPlace } = await import('../../wire/login.ts');
  const place = await openLoginPlace(cwd, env);
  if (!place.ok) return place;
  const { helpers, entries, proposed, connectorWith } = place.value;
  const keeper = await chooseKeeper(entries, { endpoint, username, proposed });
  if (!keeper.ok) return keeper;
  if (!(await helpers.isConfigured())) {
    const { endpoint: of } = keeper.value;
    return fail({ code: 'token-not-kept', endpoint: of, helper: null, platform: process.platform });
  }
  const typed = await screen.secret(`Token for ${plain(keeper.value.endpoint)} (it is not shown): `);
  if (typed === null) return fail({ code: 'token-not-given' });
  const token = parseToken(typed);
  if (!token.ok) return fail({ code: 'token-invalid', problem: token.failure });
  const connector = connectorWith(token.value);
  try {
    const ports = { helpers, connector };
    const checked = await screen.during('Checking', () =>
      login(ports, entries, keeper.value, token.value, process.platform),
    );
    return checked.ok ? ok({ keeper: keeper.value, checked: checked.value }) : checked;
  } finally {
    await connector.close();
  }
}

function show({ screen, env }: Context, { endpoint, username, checked, detail }: LoginDocument): void {
  const said =
    checked === 'accepted'
      ? 'and the directory accepts it'
      : checked === 'unasked'
        ? 'not checked: the endpoint is not accepted here yet (`scim-hook install` does that)'
        : 'not checked';
  screen.line(`git keeps the token for ${plain(endpoint)} as "${plain(username)}"; ${said}.`);
  if (detail !== null) screen.note(plain(detail));
  if (env['SCIM_HOOK_TOKEN'])
    screen.note('SCIM_HOOK_TOKEN is set here: where it is, it is used instead of the one that git keeps.');
}
