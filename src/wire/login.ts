// What `login` and `logout` need, in a clone or outside of one: git's config, its credential helpers, a way to ask.
import { openCredentialHelpers } from '../adapters/git/credential-helpers.ts';
import { gitEnvironment } from '../adapters/git/environment.ts';
import type { Failure } from '../core/failure.ts';
import { ok, type Result } from '../core/result.ts';
import type { ConfigEntry } from '../core/settings.ts';
import { choosePolicy } from '../flow/choose-policy.ts';
import type { CredentialHelpers } from '../flow/ports.ts';
import { connectorOver, type OpenConnector, wayFinder } from './connector.ts';
import { openHere } from './here.ts';
import { settingsAt } from './nowhere.ts';

type Env = Readonly<Record<string, string | undefined>>;

const WIDER = new Set(['system', 'global']);

export interface LoginPlace {
  readonly entries: readonly ConfigEntry[];
  readonly helpers: CredentialHelpers;
  /** The endpoint that the rules here propose, if there are any. */
  proposed(): Promise<string | null>;
  /** Speaks with the token that was typed, whatever the environment and the helpers have. */
  connectorWith(token: string): OpenConnector;
}

export async function openLoginPlace(cwd: string, env: Env): Promise<Result<LoginPlace, Failure>> {
  const here = await openHere(cwd, env);
  const outside =
    !here.ok && (here.failure.code === 'no-repository' || here.failure.code === 'bare-repository');
  if (!here.ok && !outside) return here;
  const gitEnv = gitEnvironment(env);
  const directory = here.ok ? here.value.commonDir : cwd;
  const read = here.ok ? ok(here.value.entries) : await settingsAt(cwd, env);
  if (!read.ok) return read;
  // Nobody installs in a bare repository, so what its own config says was accepted by nobody.
  const entries = here.ok ? read.value : read.value.filter(({ scope }) => WIDER.has(scope));
  return ok({
    entries,
    helpers: openCredentialHelpers(directory, gitEnv),
    proposed: async () => {
      if (!here.ok) return null;
      const { ports, git, place } = here.value;
      const chosen = await choosePolicy({ ...ports, git }, { policy: null, place });
      return chosen.ok ? chosen.value.config.endpoint : null;
    },
    connectorWith: (token) =>
      connectorOver(
        { token: () => Promise.resolve(token) },
        wayFinder(env, () => entries),
      ),
  });
}
