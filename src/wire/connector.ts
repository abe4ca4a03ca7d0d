// Chooses how directories are spoken with, and where the token for each comes from.
import { randomUUID } from 'node:crypto';
import { findToken } from '../adapters/git/credential.ts';
import { gitEnvironment } from '../adapters/git/environment.ts';
import { systemClock } from '../adapters/process/clock.ts';
import type { TokenSource } from '../adapters/scim/bearer.ts';
import { createConnector } from '../adapters/scim/connector.ts';
import { type Way, wayTo } from '../core/proxy.ts';
import type { ConfigEntry } from '../core/settings.ts';
import type { Connector } from '../flow/ports.ts';
import { VERSION } from '../version.ts';

type Env = Readonly<Record<string, string | undefined>>;

export type OpenConnector = Connector & { close(): Promise<void> };

export interface ConnectorPlace {
  /** Where git is asked for the token that the environment doesn't have. */
  readonly directory: string;
  /** Git's config as it was read last. */
  readonly entries: () => readonly ConfigEntry[];
  /** The one endpoint that the environment says its token is for, whatever a clone pinned; null: it says none. */
  readonly named: string | null;
}

export function openConnector(env: Env, { directory, entries, named }: ConnectorPlace): OpenConnector {
  const credential = {
    directory,
    env: gitEnvironment(env),
    token: env['SCIM_HOOK_TOKEN'],
    now: systemClock.now,
  };
  const token: TokenSource = {
    token: (endpoint, { pinned, renew }) =>
      findToken(credential, endpoint, { pinned: named === null ? pinned : endpoint === named, renew }),
  };
  return connectorOver(token, wayFinder(env, entries));
}

/** Proxy and certificates, from git's config and the whole environment. */
export const wayFinder =
  (env: Env, entries: () => readonly ConfigEntry[]) =>
  (endpoint: string): Way =>
    wayTo(endpoint, entries(), env);

export const connectorOver = (token: TokenSource, way: (endpoint: string) => Way): OpenConnector =>
  createConnector({
    token,
    way,
    userAgent: `scim-hook/${VERSION}`,
    newRequestId: randomUUID,
    now: systemClock.now,
  });
