// Puts the hook where git will run it beside whatever is there, and takes it out again.
import type { Failure } from '../core/failure.ts';
import { type HookFacts, type HookPlace, stateOf } from '../core/hook-place.ts';
import { ok, type Result } from '../core/result.ts';
import type { GitSetup, Ground, HookFiles, Placed } from './setup-ports.ts';

export interface HookPorts {
  readonly git: GitSetup;
  readonly hooks: HookFiles;
  readonly ground: Ground;
}

export async function lookAtHook({ git, hooks }: HookPorts): Promise<Result<HookFacts, Failure>> {
  const here = await git.hooks();
  if (!here.ok) return here;
  const facts = await hooks.look(here.value);
  if (!facts.ok) return facts;
  const { shared, husky, hook, legacy, lefthook } = facts.value;
  // In the work tree, or led out of git's directory by a link.
  const asked = [
    ...(husky === null ? [] : [husky.real]),
    ...[hook, legacy].filter(({ path, real }) => shared || path !== real).map(({ real }) => real),
    ...(lefthook.local === null ? [] : [lefthook.path]),
  ];
  return ok({ ...facts.value, tracked: new Set(await git.tracked(asked)) });
}

/** Whether git would run it now. */
export async function hookState(ports: HookPorts): Promise<Result<ReturnType<typeof stateOf>, Failure>> {
  const [facts, { placed }] = await Promise.all([lookAtHook(ports), ports.ground.notes()]);
  return facts.ok ? ok(stateOf(facts.value, placed.length > 0, ports.hooks.sha256)) : facts;
}

/** What was put that wasn't there before; null where all was as it must be. Notes it before anything else can fail. */
export async function putHook(
  { git, hooks, ground }: HookPorts,
  place: HookPlace,
  node: string,
): Promise<Result<Placed | null, Failure>> {
  const done = await putIn({ git, hooks }, place, node);
  if (!done.ok || done.value === null) return done;
  const put = await hidden({ git, hooks }, place, done.value);
  if (!put.ok) return put;
  const known = await ground.notes();
  const first = known.placed.find((each) => each.path === put.value.path && each.how === put.value.how);
  // Put again after somebody took it out, or in a newer version: what was there before us is what was noted first.
  if (first !== undefined) return put;
  const noted = await ground.note({ ...known, placed: [...known.placed, put.value] });
  return noted.ok ? put : noted;
}

async function hidden(
  { git, hooks }: Omit<HookPorts, 'ground'>,
  { hide }: HookPlace,
  put: Placed,
): Promise<Result<Placed, Failure>> {
  if (!hide || !put.made) return ok(put);
  const here = await git.hooks();
  if (!here.ok) return here;
  const { top } = here.value;
  const done = await hooks.hide(put.path, top);
  return done.ok ? ok({ ...put, hidden: top }) : done;
}

async function putIn(
  { git, hooks }: Omit<HookPorts, 'ground'>,
  { how, path, alone }: HookPlace,
  node: string,
): Promise<Result<Placed | null, Failure>> {
  switch (how) {
    case 'called':
      return ok(null);
    case 'file':
      return hooks.putOwn(path, node);
    case 'legacy':
      return hooks.putLegacy(path, node);
    case 'block':
      return hooks.putBlock(path, alone);
    case 'lefthook':
      return hooks.putSection(path);
    case 'config': {
      const text = await hooks.blockText();
      if (!text.ok) return text;
      // Git runs it as `sh -c '<command> "$@"'`, so the last word takes the arguments.
      const set = await git.putConfigHook(`${text.value}\n:`);
      return set.ok ? ok({ how, path, made: true, madeDirectory: false, mode: null, hidden: null }) : set;
    }
  }
}

/** Takes out all that was put; what somebody took out already is none of ours any more. True: there was something. */
export async function takeHook(
  { git, hooks, ground }: HookPorts,
  placed: readonly Placed[],
): Promise<Result<boolean, Failure>> {
  let any = false;
  for (const each of placed) {
    if (each.how === 'config') {
      const taken = await git.takeConfigHook();
      if (!taken.ok) return taken;
      any = true;
      continue;
    }
    if (each.hidden !== null) {
      const shown = await hooks.unhide(each.path, each.hidden);
      if (!shown.ok) return shown;
      const tracked = await git.tracked([each.path]);
      // Committed since: it is the team's now, and taking it out would leave a change behind.
      if (tracked.length > 0) continue;
    }
    const taken = await hooks.take(each);
    if (!taken.ok) return taken;
    any ||= taken.value;
  }
  const known = await ground.notes();
  if (known.placed.length === 0) return ok(any);
  const left = known.placed.filter(({ path }) => !placed.some((each) => each.path === path));
  const noted = await ground.note({ ...known, placed: left });
  return noted.ok ? ok(any) : noted;
}
