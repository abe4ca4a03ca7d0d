// Chooses how directories are spoken with, and where the token for each comes from.
import { randomUUID } from 'node:crypto';
import { findToken } from '../adapters/git/credential.ts';
import { gitEnvironment } from '../adapters/git/environment.ts';
import { systemClock } from '../adapters/process/clock.ts';
import type { TokenSource } from '../adapters/scim/bearer.ts';
import { createConnector } from '../adapters/scim/connector.ts';
import type { Connector } from '../flow/ports.ts';
import { VERSION } from '../version.ts';

type Env = Readonly<Record<string, string | undefined>>;

export type OpenConnector = Connector & { close(): Promise<void> };

/**
 * The token is the environment's or git's, which is asked in `directory`. `named`: the one endpoint that the
 * environment says its token is for, whatever a clone pinned; null: it says none.
 */
export function openConnector(env: Env, directory: string, named: string | null = null): OpenConnector {
  const credential = {
    directory,
    env: gitEnvironment(env),
    token: env['SCIM_HOOK_TOKEN'],
    now: systemClock.now,
  };
  return connectorOver({
    token: (endpoint, { pinned, renew }) =>
      findToken(credential, endpoint, { pinned: named === null ? pinned : endpoint === named, renew }),
  });
}

export const connectorOver = (token: TokenSource): OpenConnector =>
  createConnector({
    token,
    userAgent: `scim-hook/${VERSION}`,
    newRequestId: randomUUID,
    now: systemClock.now,
  });
