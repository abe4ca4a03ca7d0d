// What `doctor` looks with, as the steps see it: adapters implement these, and none of them can write.
import type { StoredFacts } from '../core/checks/backlog.ts';
import type { PathFacts } from '../core/checks/disk.ts';
import type { PlacedEntry } from '../core/checks/pins.ts';
import type { BundleFacts, ProgramFacts } from '../core/checks/runtime.ts';
import type { TokenFacts } from '../core/checks/token.ts';
import type { Answer } from './ports.ts';

/** What `doctor` looks at besides. Nothing is made, moved or opened for writing by it. */
export interface Lookout {
  path(path: string): Promise<PathFacts>;
  /** Milliseconds since the path was made; null where the file system doesn't say. */
  age(path: string): Promise<number | null>;
  /** The beginning of a text file; null where it can't be read. */
  head(path: string): Promise<string | null>;
  /** The last lines of a text file, newest first; null where it can't be read. */
  tail(path: string, lines: number): Promise<readonly string[] | null>;
  /** As above, of the audit log in this directory, over all its files. */
  logTail(directory: string, lines: number): Promise<readonly string[] | null>;
  /** A versioned file of ours, left where it is whatever is in it. */
  stored(path: string, as: 'ledger' | 'progress'): Promise<StoredFacts>;
  /** Asks a program for its version, in bounded time: one by its absolute path, or the first by its name on the PATH. */
  program(name: string): Promise<ProgramFacts>;
  bundle(): Promise<BundleFacts>;
}

/** As `Lookout`, of git: outside a repository only its version can be asked. */
export interface GitLookout {
  /** What `git --version` prints; null where there is no git. */
  version(): Promise<string | null>;
  /** Includes, worktree and command scope counted: what git itself would read. Null where it can't be listed. */
  everywhere(): Promise<readonly PlacedEntry[] | null>;
  /** Asked for quietly, as the worker would; the token itself stays where it is. */
  token(endpoint: string): Promise<TokenFacts>;
}

/** One request without a token, to see whether anybody answers, how fast, and what time it is there. */
export interface Prober {
  probe(
    endpoint: string,
    timeout: number,
  ): Promise<Answer<{ readonly took: number; readonly date: number | null }>>;
}
