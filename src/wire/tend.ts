// What a worker needs to see to other clones on its way out; lean, because it is in the worker's bundle.
import { gitEnvironment } from '../adapters/git/environment.ts';
import { isClone } from '../adapters/git/locate.ts';
import { isRunning } from '../adapters/process/run-mark.ts';
import { tend } from '../flow/tend.ts';
import { type Clone, openClone } from './clone.ts';
import { openNowhere } from './nowhere.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** `clone`: the worker's own, whose state directory is theirs too. */
export async function tendOthers(clone: Clone, env: Env): Promise<void> {
  const opened = await clone.open();
  if (!opened.ok) return;
  const { ports, entries, home } = opened.value;
  const gitEnv = gitEnvironment(env);
  await tend(
    {
      state: ports.state,
      audit: ports.audit,
      clock: ports.clock,
      isRunning,
      here: null,
      isClone: (commonDir) => isClone(commonDir, gitEnv),
      open: async (commonDir) => {
        const other = openClone(commonDir, env);
        const place = await other.open();
        return place.ok
          ? { ok: true, value: { ...place.value, close: () => other.connector.close() } }
          : place;
      },
      openNowhere: (commonDir, repo) => openNowhere({ commonDir, repo, known: entries }, home, env),
    },
    ports.repository.commonDir,
  );
}
