// Shipping: what the log has and a destination hasn't leaves, at least once. Destinations don't wait for one another.
import type { Failure } from '../core/failure.ts';
import { ok, type Result } from '../core/result.ts';
import {
  firstSeen,
  freshProgress,
  type Progress,
  type ShipState,
  startingAt,
} from '../core/ship/position.ts';
import { Delivery } from './delivery.ts';
import type { Clock } from './ports.ts';
import type { ShipLog, ShipStore, Target } from './ship-ports.ts';

export interface ShipPorts {
  readonly log: ShipLog;
  readonly store: ShipStore;
  readonly clock: Clock;
  readonly random: () => number;
}

export interface ShipOptions {
  readonly targets: readonly Target[];
  /** When this process began to look, in milliseconds since the epoch: where a destination begins that was never seen. */
  readonly since: number;
  /** Milliseconds without anything taken after which a destination is left for later. */
  readonly patience: number;
  readonly signal: AbortSignal;
  /** Somebody asks for it: what a destination wanted before doesn't keep them. */
  readonly byHand: boolean;
  /** From the log's beginning, whatever left already. */
  readonly all: boolean;
  readonly told: (key: string, shipped: number) => void;
}

export interface Shipped {
  readonly key: string;
  readonly shipped: number;
  /** Why something is left, in words; null: nothing is. */
  readonly failure: string | null;
}

/** Null: somebody else ships right now. */
export async function ship(
  ports: ShipPorts,
  options: ShipOptions,
): Promise<Result<readonly Shipped[], Failure> | null> {
  const done = await ports.store.exclusively(() => shipAll(ports, options));
  return done?.ok === true ? done.value : done;
}

async function shipAll(ports: ShipPorts, options: ShipOptions): Promise<Result<readonly Shipped[], Failure>> {
  const read = await ports.store.read();
  if (!read.ok) return read;
  const { targets, since, all } = options;
  const start = (key: string): Progress => {
    const known = read.value[key];
    if (known !== undefined && !all) return known;
    return {
      ...freshProgress(all ? startingAt(0) : firstSeen(since)),
      ...(known && { skipped: known.skipped }),
    };
  };
  let state: ShipState = {
    ...read.value,
    ...Object.fromEntries(targets.map(({ key }) => [key, start(key)])),
  };
  let writing: Promise<unknown> = Promise.resolve();
  const save =
    (key: string) =>
    async (progress: Progress): Promise<boolean> => {
      state = { ...state, [key]: progress };
      const turn = writing.then(() => ports.store.write(state));
      writing = turn;
      return (await turn).ok;
    };
  return ok(
    await Promise.all(
      targets.map((target) => shipTo(ports, options, target, start(target.key), save(target.key))),
    ),
  );
}

async function shipTo(
  { log, clock, random }: ShipPorts,
  { signal, patience, told, byHand }: ShipOptions,
  { key, sender }: Target,
  progress: Progress,
  save: (progress: Progress) => Promise<boolean>,
): Promise<Shipped> {
  const { notBefore, failed } = progress;
  if (!byHand && notBefore !== null && notBefore > clock.now())
    return { key, shipped: 0, failure: failed?.why ?? null };
  const tell = (shipped: number): void => told(key, shipped);
  const delivery = new Delivery({ log, clock, random, save, signal, patience, told: tell }, sender, progress);
  const failure = await delivery.run().catch((error: unknown) => {
    // A bug of ours. It must not keep other destinations, or whatever else the process does, from going on.
    return `this is a bug, please report it: ${error instanceof Error ? error.message : String(error)}`;
  });
  return { key, shipped: delivery.shipped, failure };
}
