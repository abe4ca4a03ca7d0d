// One holder of the state directory at a time, over all processes of this person on this machine.
import * as fs from 'node:fs';
import { rmdir, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Failure } from '../../core/failure.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { freeDead, markHolder } from './lock-holder.ts';
import { diskFailure, errorCode } from './replace-file.ts';

/** A holder that hasn't been heard of for this long, in milliseconds, is dead, where the kernel can't tell at once. */
const STALE = 5_000;
/** How long to wait for a living holder, in tries of up to 100 ms: a directory that hangs may hold it a deadline long. */
const TRIES = 300;

export interface Held {
  /** False once somebody else took the lock, as after a long sleep of the machine: nothing may be written then. */
  isMine(): boolean;
}

export async function withLock<T>(
  directory: string,
  work: (held: Held) => Promise<T>,
  waited?: () => void,
  tries = TRIES,
): Promise<Result<T, Failure>> {
  // What only looks takes no lock, and does without the libraries that it brings.
  const { default: lockfile } = await import('proper-lockfile');
  let mine = true;
  const lock = (): Promise<() => Promise<void>> =>
    lockfile.lock(directory, {
      lockfilePath: `${directory}/lock`,
      // One of its own each time: only with one that is new to it does the library write our time into the lock at once.
      // Until its first renewal a lock has the disk's time otherwise, and where that is behind, it looks dead to others.
      fs: { ...fs },
      stale: STALE,
      update: 1_000,
      onCompromised: () => {
        mine = false;
      },
    });
  let release: () => Promise<void>;
  try {
    release = await lock().catch(async (error: unknown) => {
      if (errorCode(error) !== 'ELOCKED') throw error;
      waited?.();
      await freeDead(directory, STALE);
      await removeFromFuture(`${directory}/lock`);
      return again(lock, directory, tries);
    });
  } catch (error) {
    const locked = errorCode(error) === 'ELOCKED';
    return fail(locked ? { code: 'locked', path: directory } : diskFailure(directory, error));
  }
  const unmark = await markHolder(directory);
  try {
    return ok(await work({ isMine: () => mine }));
  } finally {
    // Lost already, or taken away with the directory: either way it is nobody's of ours.
    await release().catch(() => {});
    // Last: without it, a living holder would look like a dead one.
    unmark();
  }
}

/** Tries until the holder is done, or dies. */
async function again<T>(lock: () => Promise<T>, directory: string, most: number): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await lock();
    } catch (error) {
      if (errorCode(error) !== 'ELOCKED' || tries >= most) throw error;
    }
    await pause(Math.min(100, 10 * 1.3 ** tries));
    await freeDead(directory, STALE);
  }
}

/** Where the clock was set back, a dead holder's lock is of a time to come, and would not grow stale until then. */
async function removeFromFuture(path: string): Promise<void> {
  const first = await changed(path);
  if (first === null || first <= Date.now() + STALE) return;
  // A living one says so every second.
  await pause(STALE / 2);
  if ((await changed(path)) === first) await rmdir(path).catch(() => {});
}

const changed = (path: string): Promise<number | null> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );
