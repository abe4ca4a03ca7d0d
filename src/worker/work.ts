// The worker's life: wake-up after wake-up while there is something to do, then a way out on which nothing is missed.
import type { Failure } from '../core/failure.ts';
import { backoff } from '../core/retry.ts';
import { type Settled, settle } from '../flow/settle.ts';
import { openClone } from '../wire/clone.ts';
import { retainLog } from '../wire/retain.ts';
import { openShipper, type Shipper } from '../wire/shipper.ts';
import { tendOthers } from '../wire/tend.ts';
import { openWorkerPlace } from '../wire/worker.ts';

export interface WorkOptions {
  readonly commonDir: string;
  /** The spool's. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  /** Milliseconds to stay for the next switch, which then needs no new Node and no new connection. */
  readonly linger: number;
  /** Milliseconds to keep trying what a passing failure held up; after that it waits for the next wake-up. */
  readonly patience: number;
  readonly random: () => number;
  readonly tell: (settled: Settled) => void;
}

export async function work(options: WorkOptions): Promise<void> {
  const { commonDir, directory, env, pid } = options;
  const place = openWorkerPlace(directory, pid);
  if (!place.claim()) return;
  const clone = openClone(commonDir, env);
  const shipper = openShipper({ env, since: Date.now(), commonDir });
  let tended = false;
  try {
    do {
      if (!place.claim()) return;
      await stay(options, clone, place, shipper);
      // Once in a worker's life: deletions in other clones wake nobody up there.
      if (!tended) await tendOthers(clone, env);
      tended = true;
      // The order matters: first nobody relies on this worker any more, then the last look.
      place.release();
    } while (await place.watch.changed(0));
  } finally {
    place.release();
    place.watch.close();
    await shipper.stop();
    await clone.connector.close();
  }
}

type Clone = ReturnType<typeof openClone>;
type Place = ReturnType<typeof openWorkerPlace>;

/** Wakes up as long as something comes in, or is worth another try. */
async function stay(options: WorkOptions, clone: Clone, place: Place, shipper: Shipper): Promise<void> {
  const { patience, random } = options;
  let attempt = 0;
  let since = Date.now();
  for (;;) {
    place.watch.mark();
    const { again, retryAfter } = await wakeUp(options, clone, shipper);
    const wait = backoff(attempt, random(), retryAfter);
    const patient = again && Date.now() - since + wait < patience;
    const appended = await (patient ? place.watch.changed(wait) : outstay(place, shipper, options));
    if (!appended && !patient) return;
    // Two hooks in the same instant started two workers: the one whose pid was overwritten goes.
    if (!appended && !place.isMine()) return;
    attempt = appended ? 0 : attempt + 1;
    if (appended) since = Date.now();
  }
}

/** Lingers, and a bounded while longer as long as lines are leaving; a switch that comes is seen at once. */
async function outstay(
  { watch }: Place,
  shipper: Shipper,
  { linger, patience }: WorkOptions,
): Promise<boolean> {
  const latest = Date.now() + linger + patience;
  if (await watch.changed(linger)) return true;
  while (shipper.isBusy && Date.now() < latest) if (await watch.changed(SLICE)) return true;
  return false;
}

/** Milliseconds. */
const SLICE = 50;

/** While git changes a clone, there may be no HEAD for a moment, or half a worktree: then git says that there is none. */
const PASSING: ReadonlySet<string> = new Set<Failure['code']>(['locked', 'git-failed', 'no-repository']);

/** Whether something is worth another try soon, and how long the directory wants to be left alone before. */
async function wakeUp(
  options: WorkOptions,
  clone: Clone,
  shipper: Shipper,
): Promise<Pick<Settled, 'again' | 'retryAfter'>> {
  const opened = await clone.open();
  if (!opened.ok) return { again: PASSING.has(opened.failure.code), retryAfter: null };
  const { ports, entries, log } = opened.value;
  const settled = await settle(ports, entries, { kind: 'wake' });
  // What fails of it is the next one's, or `sweep`'s, which says so.
  if (log.rotated()) await retainLog({ ...ports, log }, opened.value, options.env);
  if (!settled.ok) return { again: PASSING.has(settled.failure.code), retryAfter: null };
  options.tell(settled.value);
  shipper.start(opened.value);
  return settled.value;
}
