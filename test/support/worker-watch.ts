// Watches the workers of a sandbox while something happens: how many at once, how many in all, and their memory.
import { readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Repo } from './sandbox.ts';

export interface Watched {
  /** Workers of the clone that lived at the same time, at most. */
  readonly atOnce: number;
  /** The most memory any of them ever had, in MiB. */
  readonly peak: number;
}

/** Only those that are at work: a process that finds another worker's mark goes before it opens the clone. */
export async function watchWorkers(repo: Repo, during: () => Promise<unknown>): Promise<Watched> {
  let [over, atOnce, peak] = [false, 0, 0];
  const watching = (async () => {
    while (!over) {
      const pids = repo.sandbox.workers();
      const found = pids.flatMap((pid) => memoryOf(pid, `${repo.path}/.git`, pids) ?? []);
      atOnce = Math.max(atOnce, found.length);
      peak = Math.max(peak, ...found);
      await pause(20);
    }
  })();
  try {
    await during();
  } finally {
    over = true;
    await watching;
  }
  return { atOnce, peak };
}

/** MiB; null for what is no worker of this clone, or is gone by now. A git that a worker starts is its twin for a moment. */
function memoryOf(pid: number, directory: string, workers: readonly number[]): number | null {
  try {
    if (readlinkSync(`/proc/${pid}/cwd`) !== directory) return null;
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    if (workers.includes(Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]))) return null;
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}
