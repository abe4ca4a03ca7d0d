// The bearer token: from the environment for the pinned endpoint, else from git's credential helpers, never asked of a person.
import type { Environment } from './environment.ts';
import { feedGit } from './feed.ts';

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
  const { text } = await fillCredential(directory, env, endpoint);
  const expiry = Number(credentialField(text, 'password_expiry_utc') ?? Number.POSITIVE_INFINITY);
  const password = credentialField(text, 'password');
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

/** Milliseconds. A helper may open a window and wait in it for ever; nobody may be there to see it. */
const PATIENCE = 10_000;

export interface Filled {
  /** Null: the helpers have nothing. */
  readonly text: string | null;
  readonly late: boolean;
}

/** What git's helpers have for an endpoint, or for one name there, as git-credential(1) writes it. */
export async function fillCredential(
  directory: string,
  env: Environment,
  endpoint: string,
  username?: string,
): Promise<Filled> {
  // Nobody is there to answer: no terminal, no askpass window.
  const quiet = {
    ...env,
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    GCM_INTERACTIVE: 'never',
  };
  const args = ['-c', 'core.askPass=', 'credential', 'fill'];
  const fields = [...describeEndpoint(endpoint), ...(username === undefined ? [] : [`username=${username}`])];
  const description = `${fields.join('\n')}\n\n`;
  const filled = await feedGit(directory, quiet, args, description, PATIENCE);
  const found = filled !== null && filled.status === 0;
  return { text: found ? filled.stdout.toString('utf8') : null, late: filled?.late === true };
}

export const credentialField = (text: string | null, name: string): string | undefined =>
  text
    ?.split('\n')
    .find((line) => line.startsWith(`${name}=`))
    ?.slice(name.length + 1);
