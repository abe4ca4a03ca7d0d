// Puts the hook in place and pins what a person accepted; then has git itself prove that it would run it.
import type { Failure } from '../core/failure.ts';
import type { HookHost } from '../core/hook-host.ts';
import { choosePlace, type HookPlace, type HookWay } from '../core/hook-place.ts';
import type { Place } from '../core/lease.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { type ConfigEntry, readSettings } from '../core/settings.ts';
import { type HookPorts, lookAtHook, putHook, takeHook } from './place-hook.ts';
import type { Starter } from './setup-ports.ts';
import {
  type Accepted,
  accept,
  type Proposal,
  pinDown,
  type TrustOptions,
  type TrustPorts,
  writeDown,
} from './trust.ts';

export type InstallPorts = TrustPorts & HookPorts & { readonly starter: Starter };

export interface InstallOptions extends TrustOptions {
  /** Absolute path of the Node to run the worker with. */
  readonly node: string;
}

export interface Installed extends Omit<Proposal, 'changedId'> {
  readonly subjectId: string;
  /** Where it is: a file, or a key of git's config. */
  readonly hook: string;
  readonly how: HookWay;
  /** Whose hook it stands in or beside. */
  readonly beside: HookHost | null;
  /** The hook there was not executable; ours runs in it now, and what it says itself stays off. */
  readonly keptOff: boolean;
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
  // First, so that nobody is asked to trust anything where the hook can't go.
  const facts = await lookAtHook(ports);
  if (!facts.ok) return facts;
  const place = choosePlace(facts.value, ports.hooks.sha256);
  if (!place.ok) return place;
  const accepted = await accept(ports, entries, options);
  if (!accepted.ok) return accepted;
  const proved = await putInPlace(ports, entries, accepted.value, place.value, options);
  if (!proved.ok) return proved;
  const { pins, where, mode, config } = accepted.value;
  const { path, how, host, alone } = place.value;
  return ok({
    ...pins,
    where,
    mode,
    hook: path,
    how,
    beside: host,
    keptOff: alone,
    home: options.home,
    proved: proved.value,
    rules: config.rules.length,
  });
}

async function putInPlace(
  ports: InstallPorts,
  entries: readonly ConfigEntry[],
  accepted: Accepted,
  place: HookPlace,
  options: InstallOptions,
): Promise<Result<boolean | null, Failure>> {
  const worker = await ports.ground.placeWorker();
  if (!worker.ok) return worker;
  const pinned = await pinDown(ports, entries, accepted, options);
  if (!pinned.ok) return pinned;
  const laid = await ports.ground.lay(options.node);
  if (!laid.ok) return laid;
  const notes = await ports.ground.notes();
  const noted = await ports.ground.note({ ...notes, setMode: notes.setMode || options.mode !== null });
  if (!noted.ok) return noted;
  const put = await putHook(ports, place, options.node);
  if (!put.ok) return put;
  const first = readSettings(entries).pins === null;
  const written = await writeDown(ports, entries, accepted, first ? 'install' : 'trust');
  if (!written.ok) return written;
  const proved = await prove(ports, options.place, place.path);
  // What git doesn't run is of no use there, and in a file of somebody else's it is in the way.
  if (!proved.ok && put.value !== null) await takeHook(ports, [put.value]);
  return proved;
}

/** Has git run the hook for the branch that is checked out: the proof, and the first sync. */
async function prove(
  { git, ground, starter }: InstallPorts,
  place: Place,
  path: string,
): Promise<Result<boolean | null, Failure>> {
  const before = await ground.spoolSize();
  const ran = await starter.insteadOfWorker(() => git.runHook(place));
  if (ran === null) return ok(null);
  // Its status may be that of a hook of the person's which ours stands in.
  if ((await ground.spoolSize()) > before) {
    starter.start();
    return ok(true);
  }
  const detail =
    ran.status === 0 ? 'git ran, but nothing reached the spool' : ran.output.trim().slice(0, 300);
  return fail({ code: 'hook-not-run', path, detail });
}
