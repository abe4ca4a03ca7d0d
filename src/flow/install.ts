// Puts the hook in place and pins what a person accepted; then has git itself prove that it would run it.
import type { Failure } from '../core/failure.ts';
import type { Place } from '../core/lease.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { type ConfigEntry, readSettings } from '../core/settings.ts';
import type { Ground, HookFile } from './ports.ts';
import {
  type Accepted,
  accept,
  type Proposal,
  pinDown,
  type TrustOptions,
  type TrustPorts,
  writeDown,
} from './trust.ts';

export interface InstallPorts extends TrustPorts {
  readonly hook: HookFile;
  readonly ground: Ground;
}

export interface InstallOptions extends TrustOptions {
  /** Absolute path of the Node to run the worker with. */
  readonly node: string;
}

export interface Installed extends Omit<Proposal, 'changedId'> {
  readonly subjectId: string;
  readonly hook: string;
  readonly home: string;
  /** Git ran the hook and the hook wrote to the spool. Null: this git can't be asked (before 2.36). */
  readonly proved: boolean | null;
  readonly rules: number;
}

export async function install(
  ports: InstallPorts,
  entries: readonly ConfigEntry[],
  options: InstallOptions,
): Promise<Result<Installed, Failure>> {
  const free = await checkHook(ports);
  if (!free.ok) return free;
  const accepted = await accept(ports, entries, options);
  if (!accepted.ok) return accepted;
  const done = await putInPlace(ports, entries, accepted.value, options);
  if (!done.ok) return done;
  const proved = await prove(ports, options.place);
  if (!proved.ok) return proved;
  const { pins, where, mode, config } = accepted.value;
  return ok({
    ...pins,
    where,
    mode,
    hook: ports.hook.path,
    home: options.home,
    proved: proved.value,
    rules: config.rules.length,
  });
}

async function checkHook({ git, hook }: InstallPorts): Promise<Result<void, Failure>> {
  const hooks = await git.hooks();
  if (!hooks.ok) return hooks;
  const { directory, elsewhere } = hooks.value;
  if (elsewhere !== null) return fail({ code: 'hooks-elsewhere', path: directory, origin: elsewhere });
  const found = await hook.inspect();
  if (!found.ok) return found;
  if (found.value.owner === 'foreign') return fail({ code: 'hook-exists', path: hook.path });
  return found.value.owner === 'ours-edited' ? fail({ code: 'hook-edited', path: hook.path }) : ok(undefined);
}

async function putInPlace(
  ports: InstallPorts,
  entries: readonly ConfigEntry[],
  accepted: Accepted,
  options: InstallOptions,
): Promise<Result<void, Failure>> {
  const worker = await ports.ground.placeWorker();
  if (!worker.ok) return worker;
  const pinned = await pinDown(ports, entries, accepted, options);
  if (!pinned.ok) return pinned;
  const laid = await ports.ground.lay({ madeHooksDirectory: false });
  if (!laid.ok) return laid;
  const put = await ports.hook.put(options.node);
  if (!put.ok) return put;
  const noted = put.value.madeDirectory
    ? await ports.ground.lay({ madeHooksDirectory: true })
    : ok(undefined);
  if (!noted.ok) return noted;
  const first = readSettings(entries).pins === null;
  return writeDown(ports, entries, accepted, first ? 'install' : 'trust');
}

/** Has git run the hook for the branch that is checked out: the proof, and the first sync. */
async function prove(
  { git, ground, hook }: InstallPorts,
  place: Place,
): Promise<Result<boolean | null, Failure>> {
  const before = await ground.spoolSize();
  const ran = await git.runHook(place);
  if (ran === null) return ok(null);
  if (ran.status === 0 && (await ground.spoolSize()) > before) return ok(true);
  const detail =
    ran.status === 0 ? 'git ran, but nothing reached the spool' : ran.output.trim().slice(0, 300);
  return fail({ code: 'hook-not-run', path: hook.path, detail });
}
