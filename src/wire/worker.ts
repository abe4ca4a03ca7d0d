// Chooses what a worker needs besides the clone: its pid file and the watch on its spool.
import { claimPid, releasePid, runningWorker } from '../adapters/disk/pid-file.ts';
import { type SpoolWatch, watchSpool } from '../adapters/disk/spool-watch.ts';

export interface WorkerPlace {
  claim(): boolean;
  /** Whether the pid file still names this process: another worker may have come in the same instant. */
  isMine(): boolean;
  release(): void;
  readonly watch: SpoolWatch;
}

export function openWorkerPlace(directory: string, pid: number): WorkerPlace {
  return {
    claim: () => claimPid(directory, pid),
    isMine: () => runningWorker(directory) === pid,
    release: () => releasePid(directory, pid),
    watch: watchSpool(directory),
  };
}
