// What putting scim-hook into a clone needs of the outside besides: hook files, git's config, the spool's directory.
import type { Failure } from '../core/failure.ts';
import type { HookFacts, HookWay } from '../core/hook-place.ts';
import type { Place } from '../core/lease.ts';
import type { Result } from '../core/result.ts';

/** One thing that install put somewhere, as uninstall must know it. */
export interface Placed {
  readonly how: HookWay;
  readonly path: string;
  /** There was no such file before. */
  readonly made: boolean;
  readonly madeDirectory: boolean;
  /** What its mode was before, where that was changed. */
  readonly mode: number | null;
  /** The work tree's top, where git was told to pass over the file. */
  readonly hidden: string | null;
}

/** What install did here, as uninstall must know it. */
export interface Notes {
  readonly placed: readonly Placed[];
  /** `install --mode`: the mode in local config is ours to take out. */
  readonly setMode: boolean;
}

/** Hook files, wherever they lie: read to the byte, changed atomically, through links, with the mode they had. */
export interface HookFiles {
  /** Everything that decides where the hook goes, from where git looks on. */
  look(here: HooksHere): Promise<Result<Omit<HookFacts, 'tracked'>, Failure>>;
  /** The file that is wholly ours, with this node in it; the same bytes each time. Null: nothing had to be changed. */
  putOwn(path: string, node: string): Promise<Result<Placed | null, Failure>>;
  /** Ours where there is none; a block in the shell script that is there. */
  putLegacy(path: string, node: string): Promise<Result<Placed | null, Failure>>;
  putBlock(path: string, alone: boolean): Promise<Result<Placed | null, Failure>>;
  putSection(path: string): Promise<Result<Placed | null, Failure>>;
  /** Has git pass over a file that we made in the work tree. */
  hide(path: string, top: string): Promise<Result<void, Failure>>;
  unhide(path: string, top: string): Promise<Result<void, Failure>>;
  /** Takes out what is ours to the byte and leaves the rest. False: there was nothing. */
  take(placed: Placed): Promise<Result<boolean, Failure>>;
  /** The block's text, for git's config. */
  blockText(): Promise<Result<string, Failure>>;
  sha256(text: string): string;
}

export interface HooksHere {
  /** Absolute; it need not be there. */
  readonly directory: string;
  /** The work tree's top, absolute. */
  readonly top: string;
  /** Where core.hooksPath is set, if it is: git's scope and the file. */
  readonly moved: { readonly scope: string; readonly origin: string } | null;
  /** Our entry among the hooks in git's config; null where this git has none (before 2.54). */
  readonly config: { readonly command: string | null } | null;
}

/** Refs that may hold the policy, by their full names. */
export interface PolicyRefs {
  /** Those that are there, the best first: for a person to look at. */
  readonly proposed: readonly string[];
  /** Where `refs/remotes/origin/HEAD` points, fetched or not: the only rules that count without a look. Null: unknown. */
  readonly reviewed: string | null;
  /** There is no remote, nor a branch of one: what is here was made here. */
  readonly isAlone: boolean;
}

/** What install needs of git besides reading. */
export interface GitSetup {
  /** Where git looks for hooks, and who said so. */
  hooks(): Promise<Result<HooksHere, Failure>>;
  /** Which of these files git tracks, in whatever repository they lie. */
  tracked(paths: readonly string[]): Promise<readonly string[]>;
  /** Puts the hook into git's config, command before event: an event without a command breaks every checkout. */
  putConfigHook(command: string): Promise<Result<void, Failure>>;
  takeConfigHook(): Promise<Result<void, Failure>>;
  /** A value as git itself would use it, includes and all: for reading, at trust, who the person is. */
  effective(key: string): Promise<string | null>;
  /** The file that value comes from, where it lies in a worktree, so that a branch can change it. */
  carrier(key: string): Promise<string | null>;
  /** Sets single values in local config, leaving what is right already untouched. */
  pin(values: Readonly<Record<string, string>>): Promise<Result<void, Failure>>;
  /** Takes these keys out of local config. */
  unpin(keys: readonly string[]): Promise<Result<void, Failure>>;
  policyRefs(): Promise<Result<PolicyRefs, Failure>>;
  isBranchName(name: string): Promise<boolean>;
  /** Has git run the hook, as for a checkout of the current branch; null where this git can't (before 2.36). */
  runHook(place: Place): Promise<{ readonly status: number; readonly output: string } | null>;
}

/** The text of rules that are in no commit, as it was accepted: to show what changed since, never trusted by itself. */
export interface AcceptedText {
  /** Null unless its SHA-256 is `hash`. */
  read(hash: string): Promise<string | null>;
  /** Null: the rules are in a commit, and git has their text. */
  keep(text: string | null): Promise<Result<void, Failure>>;
}

/** Starts the clone's worker as a checkout would, but with the token, which other people's hooks are not to see. */
export interface Starter {
  /** Meanwhile the hook takes this process for the worker, and starts none. */
  insteadOfWorker<T>(work: () => Promise<T>): Promise<T>;
  start(): void;
}

/** The spool's directory and the worker's bundle: what the hook counts on. */
export interface Ground {
  /** The spool's, where our own files of this clone are. */
  readonly directory: string;
  /** Makes what is missing; `node` is what blocks in other people's hooks run the worker with. */
  lay(node: string): Promise<Result<void, Failure>>;
  notes(): Promise<Notes>;
  note(notes: Notes): Promise<Result<void, Failure>>;
  clear(): Promise<Result<void, Failure>>;
  /** Bytes in the spool, read or not. */
  spoolSize(): Promise<number>;
  /** Puts the worker's bundle in its stable place, unless a newer one is there. */
  placeWorker(): Promise<Result<void, Failure>>;
}
