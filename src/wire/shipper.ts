// Ships in the background of a process that has other things to do; costs nothing where no destination is set.
import { type ConfigEntry, readSettings } from '../core/settings.ts';
import { isShippingSet } from '../core/ship/settings.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface ShipperOptions {
  readonly env: Env;
  /** Where a destination that was never seen begins, in milliseconds since the epoch. */
  readonly since: number;
  /** The clone's. */
  readonly commonDir: string;
}

export interface Shipper {
  /** The log has new lines. Returns at once. */
  start(place: { readonly entries: readonly ConfigEntry[]; readonly home: string }): void;
  readonly isBusy: boolean;
  /** Breaks off what is under way: it goes again next time. */
  stop(): Promise<void>;
}

/** Milliseconds without anything taken. */
const PATIENCE = 15_000;
/** Some six seconds: long enough for the lock of a shipper that was killed to grow stale. */
const TRIES = 70;

export function openShipper({ env, since, commonDir }: ShipperOptions): Shipper {
  const stopping = new AbortController();
  let running: Promise<void> | null = null;
  let next: Parameters<Shipper['start']>[0] | null = null;

  async function run(): Promise<void> {
    for (let place = next; place !== null && !stopping.signal.aborted; place = next) {
      next = null;
      const { shipNow } = await import('./ship.ts');
      await shipNow(
        { ...place, env, repo: commonDir, directory: commonDir },
        {
          since,
          patience: PATIENCE,
          signal: stopping.signal,
          byHand: false,
          all: false,
          told: () => {},
          tries: TRIES,
        },
      );
    }
  }

  return {
    start: (place) => {
      // A clone that nobody trusted makes nobody use the network.
      if (!isShippingSet(place.entries, env) || readSettings(place.entries).pins === null) return;
      next = place;
      // Whatever goes wrong here is no business of access: the lines are still there next time.
      running ??= run()
        .catch(() => {})
        .finally(() => {
          running = null;
        });
    },
    get isBusy() {
      return running !== null;
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
