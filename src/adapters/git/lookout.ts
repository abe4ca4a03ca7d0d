// What git says of itself for `doctor`: its version, its whole config with the place of each entry, and whether a helper has a token.
import type { TokenFacts } from '../../core/checks/token.ts';
import type { GitLookout } from '../../flow/lookout-ports.ts';
import { parseEntries } from './config-entries.ts';
import { credentialField, fillCredential } from './credential.ts';
import type { Environment } from './environment.ts';
import { feedGit } from './feed.ts';

export interface GitLookoutOptions {
  readonly directory: string;
  readonly env: Environment;
  /** The person's own, where `git -c` and its like leave their traces. */
  readonly whole: Readonly<Record<string, string | undefined>>;
}

export function openGitLookout({ directory, env, whole }: GitLookoutOptions): GitLookout {
  const ask = (args: readonly string[], more: Environment = {}): Promise<string | null> =>
    askGit(directory, { ...env, ...more }, args);
  return {
    version: () => ask(['--version']),
    everywhere: async () => {
      const listed = await ask(
        ['config', '--includes', '--list', '--show-scope', '--show-origin', '-z'],
        commandScope(whole),
      );
      return listed === null ? null : parseEntries(listed);
    },
    token: async (endpoint) => {
      const helper = (await ask(['config', '--get-urlmatch', 'credential.helper', endpoint]))?.trim() ?? '';
      const own = whole['SCIM_HOOK_TOKEN'] ?? '';
      if (own !== '') return { from: 'environment', ...seen(own, null), helper: helper !== '', late: false };
      const filled = await fillCredential(directory, env, endpoint);
      return { ...filledFacts(filled.text), helper: helper !== '', late: filled.late };
    },
  };
}

/** Null: git isn't there, or it failed. */
async function askGit(directory: string, env: Environment, args: readonly string[]): Promise<string | null> {
  const said = await feedGit(directory, env, args, '');
  return said?.status === 0 ? said.stdout.toString('utf8') : null;
}

/** `git -c`, and what is set the same way by the environment; everything else of git's stays dropped. */
const commandScope = (whole: GitLookoutOptions['whole']): Environment =>
  Object.fromEntries(
    Object.entries(whole).flatMap(([name, value]) =>
      value !== undefined && /^GIT_CONFIG_(?:PARAMETERS|COUNT|KEY_\d+|VALUE_\d+)$/.test(name)
        ? [[name, value]]
        : [],
    ),
  );

type Seen = Omit<TokenFacts, 'helper' | 'late'>;

/** Exported for the git versions that pass `password_expiry_utc` on (2.41 and later). */
export function filledFacts(filled: string | null): Seen {
  const password = credentialField(filled, 'password') ?? '';
  if (password === '') return { from: null, sendable: false, expires: null };
  const expiry = credentialField(filled, 'password_expiry_utc');
  return { from: 'helper', ...seen(password, expiry === undefined ? null : Number(expiry) * 1000) };
}

/** The token goes no further than here. */
const seen = (token: string, expires: number | null): Pick<Seen, 'sendable' | 'expires'> => ({
  sendable: /^[\x21-\x7e]+$/.test(token),
  expires,
});
