// Where the hook goes in a clone, and whether it is in effect there: from what lies where git looks, to the one right place.
import type { Failure } from './failure.ts';
import { findBlock, hasEditedBlock, takeBlock } from './hook-block.ts';
import { callsUs, type HookHost, hookHost, lineFor } from './hook-host.ts';
import { recogniseHook, type Sha256 } from './hook-script.ts';
import { hasSection, putSection } from './lefthook-section.ts';
import { fail, ok, type Result } from './result.ts';

/** A file where a hook could be. `text` holds one character a byte, so that what is put back is what was there. */
export type FileFacts =
  | { readonly kind: 'absent' | 'dangling' | 'directory' }
  | { readonly kind: 'file'; readonly text: string; readonly executable: boolean };

export interface FileAt {
  readonly path: string;
  /** Where a change of it would be made: a link's target. */
  readonly real: string;
  readonly file: FileFacts;
}

/** All that matters of one clone, seen from one worktree of it. */
export interface HookFacts {
  /** `post-checkout` in the directory that git looks in. */
  readonly hook: FileAt;
  /** Who moved that directory by core.hooksPath, where it isn't this clone's own doing; in git's words. */
  readonly elsewhere: string | null;
  /** The directory lies in the work tree, so what is put there is seen, and may be committed, by everybody. */
  readonly shared: boolean;
  /** The script that husky's shim runs; null where husky isn't in charge. */
  readonly husky: FileAt | null;
  /** What pre-commit runs besides its own hooks. */
  readonly legacy: FileAt;
  /** lefthook's config: the person's own file, and all the others together. */
  readonly lefthook: {
    readonly path: string;
    readonly local: string | null;
    readonly others: string;
    /** The person has a file of another kind, which lefthook would pass over for ours. */
    readonly elseLocal: boolean;
  };
  readonly preCommitConfig: string;
  /** Which of these files, by their real place, git tracks: changing one would stand in the way of the next checkout. */
  readonly tracked: ReadonlySet<string>;
  /** Hooks in git's config: null where this git has none (before 2.54). */
  readonly config: { readonly command: string | null; readonly ours: boolean } | null;
}

/**
 * `file`: wholly ours, where git looks. `block`: in a shell hook that is there. `legacy`: beside pre-commit's hook.
 * `lefthook`: in the person's own lefthook config. `config`: in git's config. `called`: somebody's own line calls us.
 */
export const HOOK_WAYS = ['file', 'block', 'legacy', 'lefthook', 'config', 'called'] as const;
export type HookWay = (typeof HOOK_WAYS)[number];

/** The key of git's config. */
export const CONFIG_PLACE = 'hook.scim-hook.command';

export interface HookPlace {
  readonly how: HookWay;
  readonly path: string;
  readonly host: HookHost | null;
  /** The hook there was not executable, so git ignored it, and it must not begin to run because of us. */
  readonly alone: boolean;
  /** It lies in the work tree: git must neither show it nor refuse a checkout because of it, should we make it. */
  readonly hide: boolean;
}

/** `displaced`: we put it somewhere, and another tool took it out or shadows it. */
export const HOOK_STATES = [
  'runs',
  'absent',
  'foreign',
  'edited',
  'not-executable',
  'shadowed',
  'displaced',
] as const;
export type HookState = (typeof HOOK_STATES)[number];

const place = (how: HookWay, path: string, more: Partial<Omit<HookPlace, 'how' | 'path'>> = {}) =>
  ok<HookPlace>({ how, path, host: null, alone: false, hide: false, ...more });

/** What a hook file that isn't wholly ours is, without our block in it. */
const hostOf = (text: string, sha256: Sha256): HookHost => hookHost(takeBlock(text, sha256));

export function choosePlace(facts: HookFacts, sha256: Sha256): Result<HookPlace, Failure> {
  const { hook, husky, legacy, lefthook, config, elsewhere } = facts;
  const called = callerOf(facts, sha256);
  if (called !== null) return place('called', called);
  const host = hook.file.kind === 'file' ? hostOf(hook.file.text, sha256) : null;
  const isTheirs = host !== null && MANAGED.has(host);
  // Nothing that other tools do to hook files touches the form in git's config, so it is the first choice beside them.
  if (config !== null && (elsewhere !== null || isTheirs)) {
    return config.command === null || config.ours
      ? place('config', CONFIG_PLACE, { host })
      : fail({ code: 'hook-edited', path: CONFIG_PLACE });
  }
  if (husky !== null) return besideHusky(facts, husky, sha256);
  if (elsewhere !== null)
    return fail({ code: 'hooks-elsewhere', path: hook.path, origin: elsewhere, line: lineFor('shell') });
  if (host === 'pre-commit') {
    const beside = inFile(legacy, sha256);
    return beside.ok ? ok({ ...beside.value, how: 'legacy', host }) : beside;
  }
  if (host === 'lefthook' && !lefthook.elseLocal && takesSection(facts))
    return place('lefthook', lefthook.path, { host, hide: true });
  return facts.shared || facts.tracked.has(hook.real) ? inTree(facts, hook, sha256) : inFile(hook, sha256);
}

const takesSection = ({ lefthook, tracked }: HookFacts): boolean =>
  putSection(lefthook.local) !== null && !tracked.has(lefthook.path);

/**
 * In husky's script, if it isn't the team's; else in the shim that runs it, which git ignores: a changed file that git
 * tracks would keep people from switching branches.
 */
function besideHusky(facts: HookFacts, script: FileAt, sha256: Sha256): Result<HookPlace, Failure> {
  const host = 'husky';
  if (!facts.tracked.has(script.real)) {
    const there = inFile(script, sha256);
    return there.ok ? ok({ ...there.value, how: 'block', host, alone: false, hide: true }) : there;
  }
  if (script.file.kind === 'file' && findBlock(script.file.text, sha256) !== null)
    return place('called', script.path, { host });
  const shim = inFile(facts.hook, sha256);
  return shim.ok ? ok({ ...shim.value, host }) : shim;
}

/** Where the team keeps its hooks in the work tree. Others may run the very file, so it holds nothing of this machine. */
function inTree({ tracked }: HookFacts, hook: FileAt, sha256: Sha256): Result<HookPlace, Failure> {
  const found = inFile(hook, sha256);
  if (!found.ok) return found;
  if (!tracked.has(hook.real)) return ok({ ...found.value, how: 'block', hide: true });
  const has = hook.file.kind === 'file' && findBlock(hook.file.text, sha256) !== null;
  return has
    ? place('called', hook.path)
    : fail({ code: 'hook-tracked', path: hook.path, line: lineFor('shell') });
}

/** Tools that write their hook files again as they like. */
const MANAGED: ReadonlySet<HookHost> = new Set<HookHost>([
  'husky',
  'lefthook',
  'pre-commit',
  'simple-git-hooks',
  'git-lfs',
]);

function inFile({ path, file }: FileAt, sha256: Sha256): Result<HookPlace, Failure> {
  if (file.kind === 'absent') return place('file', path);
  if (file.kind !== 'file') return fail({ code: 'hook-unusable', path, problem: file.kind });
  const owner = recogniseHook(file.text, sha256);
  if (owner === 'ours') return place('file', path);
  if (owner === 'ours-edited' || hasEditedBlock(file.text, sha256))
    return fail({ code: 'hook-edited', path });
  const host = hostOf(file.text, sha256);
  if (!SHELLS.has(host))
    return fail({ code: 'hook-exists', path, line: lineFor(host), isLine: host !== 'other' });
  return place('block', path, { host, alone: !file.executable });
}

const SHELLS: ReadonlySet<HookHost> = new Set<HookHost>([...MANAGED, 'shell']);

/** Where somebody's own line calls the hook that install keeps in the clone. */
function callerOf(facts: HookFacts, sha256: Sha256): string | null {
  const { hook, husky, lefthook, preCommitConfig } = facts;
  if (hook.file.kind !== 'file' || !hook.file.executable) return null;
  const calls = ({ file }: FileAt): boolean => file.kind === 'file' && callsUs(takeBlock(file.text, sha256));
  // Our own file and block speak of that file too.
  if (recogniseHook(hook.file.text, sha256) === 'foreign' && calls(hook)) return hook.path;
  if (husky !== null && calls(husky)) return husky.path;
  const host = hostOf(hook.file.text, sha256);
  if (host === 'lefthook' && callsUs(lefthook.others)) return 'lefthook.yml';
  return host === 'pre-commit' && /^\s*-?\s*id:\s*["']?scim-hook\b/m.test(preCommitConfig)
    ? '.pre-commit-config.yaml'
    : null;
}

/** Whether git would run our hook right now, not just whether our file is somewhere. `noted`: install put it in once. */
export function stateOf(
  facts: HookFacts,
  noted: boolean,
  sha256: Sha256,
): { readonly state: HookState; readonly how: HookWay | null; readonly path: string } {
  const { hook, husky, legacy, lefthook, config, elsewhere } = facts;
  const runs = (how: HookWay, path = hook.path) => ({ state: 'runs' as const, how, path });
  if (config?.ours === true) return runs('config', CONFIG_PLACE);
  const called = callerOf(facts, sha256);
  if (called !== null) return runs('called', called);
  const here = stateIn(hook.file, sha256);
  if (here !== null) return { ...here, path: hook.path };
  const away = (state: HookState, path = hook.path) =>
    ({ state: noted ? 'displaced' : state, how: null, path }) as const;
  if (hook.file.kind === 'file' && hook.file.executable) {
    const host = hostOf(hook.file.text, sha256);
    // husky's shim runs the script whatever its mode is.
    const script = husky?.file.kind === 'file' ? stateIn({ ...husky.file, executable: true }, sha256) : null;
    if (husky !== null && script !== null) return { ...script, path: husky.path };
    const beside = host === 'pre-commit' ? stateIn(legacy.file, sha256) : null;
    if (beside !== null) return { ...beside, how: beside.how === null ? null : 'legacy', path: legacy.path };
    if (host === 'lefthook' && hasSection(lefthook.local)) return runs('lefthook', lefthook.path);
  }
  if (elsewhere !== null) return away('shadowed');
  return away(hook.file.kind === 'absent' ? 'absent' : 'foreign', husky?.path);
}

/** Null: nothing of ours is in it. */
function stateIn(
  file: FileFacts,
  sha256: Sha256,
): { readonly state: HookState; readonly how: HookWay | null } | null {
  if (file.kind !== 'file') return null;
  const owner = recogniseHook(file.text, sha256);
  const how = owner === 'ours' ? 'file' : findBlock(file.text, sha256) === null ? null : 'block';
  if (how !== null) return file.executable ? { state: 'runs', how } : { state: 'not-executable', how };
  const edited = owner === 'ours-edited' || hasEditedBlock(file.text, sha256);
  return edited ? { state: file.executable ? 'edited' : 'not-executable', how: null } : null;
}
