// Starts a clone's worker from the command line: install's first sync.
import { holdPlace, runningWorker } from '../adapters/disk/pid-file.ts';
import { startDetached } from '../adapters/process/detached.ts';
import type { Starter } from '../flow/setup-ports.ts';

export interface StarterOptions {
  /** The spool's. */
  readonly directory: string;
  readonly bundle: string;
  readonly node: string;
  readonly env: Readonly<Record<string, string>>;
}

export const openStarter = ({ directory, bundle, node, env }: StarterOptions): Starter => ({
  insteadOfWorker: async (work) => {
    const release = holdPlace(directory, process.pid);
    try {
      return await work();
    } finally {
      release();
    }
  },
  start: () => {
    if (runningWorker(directory) === null) startDetached(node, [bundle, directory], directory, env);
  },
});
