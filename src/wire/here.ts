// The clone somebody stands in, and what install needs besides.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { locatingReader } from '../adapters/config/locating-reader.ts';
import { openAcceptedText } from '../adapters/disk/accepted-text.ts';
import { sha256OfBytes } from '../adapters/disk/digest.ts';
import { openGround } from '../adapters/disk/ground.ts';
import { openHookFiles } from '../adapters/disk/hook-files.ts';
import { runningWorker } from '../adapters/disk/pid-file.ts';
import { branchNames } from '../adapters/git/branch-names.ts';
import { gitEnvironment, personalEnvironment } from '../adapters/git/environment.ts';
import { locate } from '../adapters/git/locate.ts';
import { openGitSetup } from '../adapters/git/setup.ts';
import { acceptedFile, spoolDirectory, workerBundle } from '../adapters/process/places.ts';
import type { Failure } from '../core/failure.ts';
import { renderHook } from '../core/hook-script.ts';
import type { Place } from '../core/lease.ts';
import { ok, type Result } from '../core/result.ts';
import { isShippingSet } from '../core/ship/settings.ts';
import type { InstallPorts } from '../flow/install.ts';
import type { GitSetup } from '../flow/setup-ports.ts';
import { type Clone, type Opened, openClone } from './clone.ts';
import { packageFile } from './package-files.ts';
import { openStarter } from './starter.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface Here extends Opened {
  readonly clone: Clone;
  readonly git: GitSetup;
  readonly place: Place;
  readonly commonDir: string;
  /** The spool's. */
  readonly spool: string;
  installPorts(): InstallPorts;
  /** Of all branches this clone knows, its own and those of its remotes. */
  branchNames(): Promise<Result<string[], Failure>>;
  /** The pid of the worker that lives for this clone. */
  worker(): number | null;
  /** Where a destination is set, a worker ships what was logged just now: nobody at a prompt waits for that. */
  leaveShipping(): void;
  close(): Promise<void>;
}

export async function openHere(directory: string, env: Env): Promise<Result<Here, Failure>> {
  const located = await locate(directory, gitEnvironment(env));
  if (!located.ok) return located;
  const { commonDir, place } = located.value;
  const clone = openClone(commonDir, env, { config: locatingReader });
  const opened = await clone.open();
  if (!opened.ok) return opened;
  const spool = spoolDirectory(commonDir);
  const starter = openStarter({
    directory: spool,
    bundle: workerBundle(env),
    node: process.execPath,
    env: personalEnvironment(env),
  });
  const git = openGitSetup({
    commonDir,
    top: place.path,
    env: clone.gitEnv,
    // Hooks of others run too: what is the directory's alone is not for them.
    hookEnv: withoutSecrets(personalEnvironment(env)),
  });
  return ok({
    ...opened.value,
    clone,
    git,
    place,
    commonDir,
    spool,
    branchNames: () => branchNames(commonDir, clone.gitEnv),
    worker: () => runningWorker(spool),
    leaveShipping: () => {
      if (env['SCIM_HOOK'] !== '0' && isShippingSet(opened.value.entries, env)) starter.start();
    },
    close: () => clone.connector.close(),
    installPorts: () => {
      const own = (): Promise<string> => readFile(packageFile('hooks/post-checkout'), 'utf8');
      const block = (): Promise<string> => readFile(packageFile('hooks/post-checkout-block'), 'utf8');
      const ground = openGround({
        directory: spool,
        bundle: packageFile('dist/worker.cjs'),
        place: workerBundle(env),
        renderHook: async (node) => renderHook(await own(), node, sha256OfBytes),
      });
      return {
        ...opened.value.ports,
        git,
        accepted: openAcceptedText(acceptedFile(spool)),
        hooks: openHookFiles(commonDir, { own, block }),
        ground,
        starter,
      };
    },
  });
}

export { findSpots } from '../adapters/config/locating-reader.ts';
export { randomUUID as newId };

const withoutSecrets = ({
  SCIM_HOOK_TOKEN: _,
  SCIM_HOOK_WEBHOOK_SECRET: __,
  ...others
}: Readonly<Record<string, string>>) => others;
