// Chooses who ships what where. Loaded only where a destination is set.
import { join } from 'node:path';
import { openShipLog } from '../adapters/disk/ship-log.ts';
import { openShipStore } from '../adapters/disk/ship-store.ts';
import { credentialField, fillCredential } from '../adapters/git/credential.ts';
import { gitEnvironment } from '../adapters/git/environment.ts';
import { systemClock } from '../adapters/process/clock.ts';
import { otlpSender } from '../adapters/ship/otlp.ts';
import { openPoster } from '../adapters/ship/post.ts';
import { webhookSender } from '../adapters/ship/webhook.ts';
import type { Failure } from '../core/failure.ts';
import { type Way, wayTo } from '../core/proxy.ts';
import type { Result } from '../core/result.ts';
import type { ConfigEntry } from '../core/settings.ts';
import { type Destination, keyOf, type Shipping } from '../core/ship/destination.ts';
import type { Progress } from '../core/ship/position.ts';
import { leavesWhole } from '../core/ship/selection.ts';
import { readShipping, webhookSecret } from '../core/ship/settings.ts';
import { type ShipOptions, type Shipped, ship } from '../flow/ship.ts';
import { type Lag, lagOf, progressOf } from '../flow/ship-lag.ts';
import type { ShipLog, ShipStore, Target } from '../flow/ship-ports.ts';
import { VERSION } from '../version.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface ShipPlace {
  readonly entries: readonly ConfigEntry[];
  readonly env: Env;
  /** The state directory. */
  readonly home: string;
  /** Where a clone has no name of its own. */
  readonly repo: string | null;
  /** Where git is asked for the webhook secret. */
  readonly directory: string;
}

/** Milliseconds for one delivery to a webhook (Standard Webhooks recommends 15 to 30 s; ours waits in no queue). */
const WEBHOOK_TIMEOUT = 10_000;

export type ShipAsk = Omit<ShipOptions, 'targets'> & {
  /** How often to come back while somebody else ships. */
  readonly tries: number;
};

/** Null: somebody else ships right now. */
export async function shipNow(
  place: ShipPlace,
  { tries, ...ask }: ShipAsk,
): Promise<Result<readonly Shipped[], Failure> | null> {
  const { log, store, shipping } = openShipping(place, tries);
  const targets = targetsOf(place, shipping);
  try {
    return await ship({ log, store, clock: systemClock, random: Math.random }, { ...ask, targets });
  } finally {
    await Promise.all(targets.map(({ sender }) => sender.close()));
  }
}

export function openShipping(
  { entries, env, home, repo }: ShipPlace,
  tries = 0,
): { readonly log: ShipLog; readonly store: ShipStore; readonly shipping: Shipping } {
  return {
    log: openShipLog(join(home, 'audit')),
    store: openShipStore(home, tries),
    shipping: readShipping(entries, env, repo),
  };
}

export const targetsOf = (place: ShipPlace, { extent, destinations }: Shipping): Target[] =>
  extent === 'off'
    ? []
    : destinations.map((destination) => {
        const selecting = { extent, repo: destination.repo };
        const way = wayOf(place, destination);
        const timeout = destination.kind === 'otlp' ? destination.timeout : WEBHOOK_TIMEOUT;
        const poster = openPoster({
          url: destination.url,
          way,
          timeout,
          userAgent: `scim-hook/${VERSION}`,
          now: systemClock.now,
        });
        const sender =
          destination.kind === 'webhook'
            ? webhookSender({
                poster,
                selecting,
                now: systemClock.now,
                secret: () => secretFor(place, destination.url),
              })
            : otlpSender({
                destination,
                poster,
                version: VERSION,
                platform: process.platform,
                takes: (line) => leavesWhole(line, selecting),
              });
        return { key: keyOf(destination), sender };
      });

/** The environment's own files count for the environment's own endpoint. */
function wayOf({ entries, env }: ShipPlace, destination: Destination): Way {
  const way = wayTo(destination.url, entries, env);
  const tls = destination.kind === 'otlp' ? destination.tls : null;
  if (tls === null || !destination.url.startsWith('https:')) return way;
  const { certificate, clientCertificate, clientKey } = tls;
  return {
    ...way,
    caFile: certificate ?? way.caFile,
    ...(clientCertificate === null || clientKey === null
      ? {}
      : { client: { certFile: clientCertificate, keyFile: clientKey } }),
  };
}

/** Never asked of a person: in the background nobody is there. */
export async function secretFor({ entries, env, directory }: ShipPlace, url: string): Promise<string | null> {
  const set = webhookSecret(entries, env);
  if (set !== null) return set;
  const { text } = await fillCredential(directory, gitEnvironment(env), url);
  return credentialField(text, 'password') || null;
}

interface Standing {
  readonly destination: Destination;
  readonly lag: Lag;
  readonly progress: Progress;
}

export interface ShippingStanding {
  readonly shipping: Shipping;
  readonly standings: readonly Standing[];
}

/** How things stand with each destination. Reads only. */
export async function shippingStanding(place: ShipPlace, most?: number): Promise<ShippingStanding> {
  const { log, store, shipping } = openShipping(place);
  const state = await store.peek();
  const targets = targetsOf(place, shipping);
  const now = systemClock.now();
  const standings = shipping.destinations.flatMap((destination): Standing[] => {
    const target = targets.find(({ key }) => key === keyOf(destination));
    if (target === undefined) return [];
    const progress = progressOf(state[target.key], now);
    return [{ destination, lag: lagOf(log, progress.position, target.sender.takes, most), progress }];
  });
  return { shipping, standings };
}

/** Lines; a footer needs no more. */
const ENOUGH = 2_000;

/** The first line that some destination hasn't taken yet; null: nobody waits for any. */
export async function firstUnshipped(place: ShipPlace): Promise<number | null> {
  const { store, shipping } = openShipping(place);
  if (shipping.extent === 'off') return null;
  const state = await store.peek();
  const reached = shipping.destinations.flatMap((each) => {
    const seq = state[keyOf(each)]?.position.seq ?? 0;
    return seq === 0 ? [] : seq + 1;
  });
  return reached.length === 0 ? null : Math.min(...reached);
}

/** Lines that are due somewhere and have not left; null: nothing is shipped. */
export async function unshippedLines(
  place: ShipPlace,
): Promise<{ readonly lines: number; readonly more: boolean } | null> {
  const { standings } = await shippingStanding(place, ENOUGH);
  if (standings.length === 0) return null;
  return {
    lines: Math.max(...standings.map(({ lag }) => lag.lines)),
    more: standings.some(({ lag }) => lag.more),
  };
}

/** For a process that is over soon, and perhaps its machine with it. Never fails. */
export async function shipWithin(place: ShipPlace, since: number, milliseconds: number): Promise<void> {
  const ask = {
    since,
    patience: milliseconds,
    signal: AbortSignal.timeout(milliseconds),
    byHand: false,
    all: false,
    told: () => {},
    tries: Math.ceil(milliseconds / 100),
  };
  await shipNow(place, ask).catch(() => null);
}
