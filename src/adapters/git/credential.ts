// The bearer token: from the environment for the pinned endpoint, else from git's credential helpers, never asked of a person.
import type { Environment } from './environment.ts';
import { feedGit } from './git.ts';

export interface TokenQuestion {
  /** It is the endpoint this clone pinned: the only one the environment's token is for. */
  readonly pinned: boolean;
  /** The last one was answered with 401: what the environment has can't be had anew, what a helper has may be. */
  readonly renew: boolean;
}

export interface CredentialOptions {
  readonly directory: string;
  readonly env: Environment;
  /** `SCIM_HOOK_TOKEN`. */
  readonly token: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export async function findToken(
  { directory, env, token, now }: CredentialOptions,
  endpoint: string,
  { pinned }: TokenQuestion,
): Promise<string | null> {
  if (pinned && token !== undefined && token !== '') return token;
  const field = await fillCredential(directory, env, endpoint);
  if (field === null) return null;
  const expiry = Number(field('password_expiry_utc') ?? Number.POSITIVE_INFINITY);
  const password = field('password');
  return password === undefined || password === '' || expiry * 1000 <= now() ? null : password;
}

/** An endpoint in the words of `git credential`, which drops the path unless `credential.useHttpPath` is set. */
export function describeEndpoint(endpoint: string): string[] {
  const url = new URL(endpoint);
  return [
    `protocol=${url.protocol.slice(0, -1)}`,
    `host=${url.host}`,
    `path=${url.pathname.replace(/^\//, '')}`,
  ];
}

/** What git's helpers have for an endpoint, field by field; null where they have nothing. */
export async function fillCredential(
  directory: string,
  env: Environment,
  endpoint: string,
): Promise<((name: string) => string | undefined) | null> {
  // Nobody is there to answer: no terminal, no askpass window.
  const quiet = {
    ...env,
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    GCM_INTERACTIVE: 'never',
  };
  const args = ['-c', 'core.askPass=', 'credential', 'fill'];
  const filled = await feedGit(directory, quiet, args, `${describeEndpoint(endpoint).join('\n')}\n\n`);
  if (filled === null || filled.status !== 0) return null;
  const lines = filled.stdout.toString('utf8').split('\n');
  return (name) => lines.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1);
}
