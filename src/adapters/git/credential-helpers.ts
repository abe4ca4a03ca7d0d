// Git's credential helpers as a place to keep the token: `git credential approve`, `reject` and `fill`.
import { fail, ok } from '../../core/result.ts';
import type { CredentialHelpers } from '../../flow/ports.ts';
import { credentialField, describeEndpoint, fillCredential } from './credential.ts';
import type { Environment } from './environment.ts';
import { feedGit } from './feed.ts';
import { createGit, whyGitFailed } from './git.ts';

/** `directory` is where the worker asks from too: a clone may have helpers of its own. */
export function openCredentialHelpers(directory: string, env: Environment): CredentialHelpers {
  const git = createGit(directory, env);
  const setting = async (key: string, endpoint: string): Promise<string | null> => {
    const found = await git(['config', '--get-urlmatch', key, endpoint]);
    return found.ok && found.value.trim() !== '' ? found.value.trim() : null;
  };
  /** On standard input: arguments can be read by everybody on the machine. */
  const tell = async (action: 'approve' | 'reject', endpoint: string, fields: readonly string[]) => {
    const input = `${[...describeEndpoint(endpoint), ...fields].join('\n')}\n\n`;
    const fed = await feedGit(directory, env, ['credential', action], input);
    if (fed === null) return fail({ code: 'git-missing' } as const);
    return fed.status === 0
      ? ok(undefined)
      : fail(whyGitFailed(['credential', action], directory, fed.stderr));
  };
  return {
    approve: (endpoint, { username, password }) =>
      tell('approve', endpoint, [`username=${username}`, `password=${password}`]),
    reject: (endpoint, username) => tell('reject', endpoint, [`username=${username}`]),
    fill: async (endpoint, name) => {
      const { text } = await fillCredential(directory, env, endpoint, name);
      const password = credentialField(text, 'password') ?? '';
      return password === '' ? null : { username: credentialField(text, 'username') ?? '', password };
    },
    username: (endpoint) => setting('credential.username', endpoint),
    isConfigured: async () => (await git(['config', '--get-regexp', '^credential\\.(.*\\.)?helper$'])).ok,
    helper: (endpoint) => setting('credential.helper', endpoint),
  };
}
