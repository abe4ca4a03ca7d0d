// A directory whose reads are asked again when what went wrong may pass; changes are never repeated here, they look first.
import { isPassing } from '../core/failure.ts';
import { backoff } from '../core/retry.ts';
import type { Answer, Clock, Directory } from './ports.ts';

export interface Patience {
  readonly clock: Clock;
  readonly random: () => number;
  /** Milliseconds since the epoch: nothing is waited for beyond it. */
  readonly deadline: number;
}

/** Tries of one request in one wake-up; after that the worker comes back later, without holding the lock meanwhile. */
const MOST_TRIES = 4;

/** Milliseconds in which what is read may lag behind what was written. */
export const LAG = 250;

/** Waits before another try, if there is to be one. An endpoint nobody answers at isn't waited for here. */
export async function waitFor(
  { clock, random, deadline }: Patience,
  failure: { readonly code: string; readonly retryAfter?: number | null },
  tries: number,
): Promise<boolean> {
  if (tries >= MOST_TRIES || failure.code === 'unreachable') return false;
  const wait = backoff(tries - 1, random(), failure.retryAfter ?? null);
  if (clock.now() + wait > deadline) return false;
  await clock.pause(wait);
  return true;
}

/** What the directory asked of one question holds for all that are asked side by side. */
interface Peace {
  /** Milliseconds since the epoch. */
  until: number;
}

async function again<T>(patience: Patience, peace: Peace, ask: () => Promise<Answer<T>>): Promise<Answer<T>> {
  const { clock, deadline } = patience;
  for (let tries = 1; ; tries += 1) {
    const wait = peace.until - clock.now();
    if (wait > 0 && peace.until <= deadline) await clock.pause(wait);
    const answer = await ask();
    if (answer.ok) return answer;
    const { failure } = answer;
    if (failure.code === 'throttled')
      peace.until = Math.max(peace.until, clock.now() + (failure.retryAfter ?? 0));
    if (!isPassing(failure) || !(await waitFor(patience, failure, tries))) return answer;
  }
}

export const steady = (directory: Directory, patience: Patience): Directory => {
  const peace: Peace = { until: 0 };
  return {
    ...directory,
    subject: (id) => again(patience, peace, () => directory.subject(id)),
    findSubjects: (...asked) => again(patience, peace, () => directory.findSubjects(...asked)),
    group: (...asked) => again(patience, peace, () => directory.group(...asked)),
    findGroups: (...asked) => again(patience, peace, () => directory.findGroups(...asked)),
    isMember: (...asked) => again(patience, peace, () => directory.isMember(...asked)),
    provider: () => again(patience, peace, () => directory.provider()),
  };
};
