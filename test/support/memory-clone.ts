// A clone without git: branches, worktrees with their HEADs, rules given as a value, and the spool that hooks write to.
// Git's own record of switches is there for those that are made step by step (`switching`).
import type { Config } from '../../src/core/config.ts';
import type { SpoolLine } from '../../src/core/event.ts';
import type { Place } from '../../src/core/lease.ts';
import type { Move } from '../../src/core/reflog.ts';
import { fail, ok } from '../../src/core/result.ts';
import type { Claim, ConfigReader, Progress, Repository, Spool, Worktree } from '../../src/flow/ports.ts';
import type { Fuse } from './fuse.ts';

const OID = 'a'.repeat(40);
const FILE = '.scimsyncrc';

/** What happens to the file with the rules. */
export type Rules = Config | 'invalid' | 'gone';

export class MemoryClone {
  readonly commonDir: string;
  readonly branches = new Set(['main']);
  readonly upstreamsGone = new Set<string>();
  readonly #worktrees = new Map<string, Worktree>();
  readonly #lines: { line: SpoolLine; at: number }[] = [];
  readonly #moves = new Map<string, Move[]>();
  readonly #moved = new Map<string, number>();
  /** Called before anything is read: what others do just then. */
  meanwhile: () => void = () => {};
  #read = 0;
  #progress: string = JSON.stringify({ heads: {}, open: [], unlogged: [] } satisfies Progress);
  #rules: Rules;
  #edits = 1;

  constructor(path: string, rules: Rules) {
    this.commonDir = `${path}/.git`;
    this.#rules = rules;
    this.addWorktree('', path, 'main');
  }

  addWorktree(id: string, path: string, branch: string): void {
    const gitDir = id === '' ? this.commonDir : `${this.commonDir}/worktrees/${id}`;
    this.branches.add(branch);
    this.#worktrees.set(id, { id, place: { gitDir, path }, head: { on: 'branch', branch } });
  }

  place(id = ''): Place {
    return this.#worktree(id).place;
  }

  branch(id = ''): string | null {
    const { head } = this.#worktree(id);
    return head.on === 'branch' ? head.branch : null;
  }

  get isBroken(): boolean {
    return typeof this.#rules === 'string';
  }

  edit(rules: Rules): void {
    this.#rules = rules;
    this.#edits += 1;
  }

  /** As git does it: HEAD first, then the hook. `silent`: nobody ran the hook. */
  checkout(branch: string | null, at: number, { worktree = '', silent = false } = {}): void {
    const known = this.#worktree(worktree);
    if (branch !== null) this.branches.add(branch);
    const head =
      branch === null ? ({ on: 'detached', holding: null } as const) : ({ on: 'branch', branch } as const);
    this.#worktrees.set(worktree, { ...known, head });
    if (!silent) this.#lines.push({ line: { old: OID, new: OID, worktreeId: worktree, branch }, at });
  }

  /**
   * A switch in the steps that git makes it in, each to be called when its time has come: the reflog's line, HEAD, the
   * hook's line. A detached HEAD (null) is where the reflog's next line says it came from.
   */
  switching(
    from: string | null,
    to: string | null,
    now: () => number,
    worktree = '',
  ): readonly [logs: () => void, moves: () => void, reports: () => void] {
    const { gitDir } = this.place(worktree);
    if (to !== null) this.branches.add(to);
    return [
      () => {
        const line = { old: OID, new: OID, at: Math.floor(now() / 1000) * 1000, message: '' };
        const move = { kind: 'checkout', from: from ?? OID, to: to ?? OID, line } as const;
        this.#moves.set(gitDir, [...(this.#moves.get(gitDir) ?? []), move]);
      },
      () => {
        const head =
          to === null
            ? ({ on: 'detached', holding: null } as const)
            : ({ on: 'branch', branch: to } as const);
        this.#worktrees.set(worktree, { ...this.#worktree(worktree), head });
        this.#moved.set(gitDir, now());
      },
      () => {
        this.#lines.push({ line: { old: OID, new: OID, worktreeId: worktree, branch: to }, at: now() });
      },
    ];
  }

  get open(): Progress['open'] {
    return (JSON.parse(this.#progress) as Progress).open;
  }

  repository(): Repository {
    const { commonDir } = this;
    return {
      commonDir,
      worktrees: async () => {
        this.meanwhile();
        return ok([...this.#worktrees.values()]);
      },
      settings: async () => ok([]),
      branches: async () =>
        ok([...this.branches].map((name) => ({ name, upstreamGone: this.upstreamsGone.has(name) }))),
      renames: async () => [],
      reflog: async (gitDir, cursor, whole) => {
        this.meanwhile();
        const moves = this.#moves.get(gitDir) ?? [];
        const known = cursor?.offset ?? (whole ? 0 : moves.length);
        return { moves: moves.slice(known), cursor: { offset: moves.length, line: '' } };
      },
      movedAt: async (gitDir) => this.#moved.get(gitDir) ?? null,
      committed: async () => ok(null),
      policy: async () => {
        const commit = `c${this.#edits}`;
        if (this.#rules === 'gone') return ok({ state: 'file-gone', commit });
        return ok({ state: 'found', commit, blob: `b${this.#edits}`, file: FILE, text: '' });
      },
    };
  }

  config(): ConfigReader {
    return {
      parse: async () => {
        const rules = this.#rules;
        return typeof rules === 'string'
          ? fail([{ path: 'rules', problem: `are ${rules}` }])
          : ok(structuredClone(rules));
      },
    };
  }

  spool(fuse: Fuse): Spool {
    return {
      claim: async () => {
        fuse.check();
        this.meanwhile();
        const upTo = this.#lines.length;
        const claim: Claim = {
          lines: this.#lines.slice(this.#read, upTo),
          progress: JSON.parse(this.#progress) as Progress,
          commit: async (progress) => {
            fuse.check();
            this.#read = upTo;
            this.#progress = JSON.stringify(progress);
            fuse.after('spool');
            return ok(undefined);
          },
        };
        return ok(claim);
      },
    };
  }

  #worktree(id: string): Worktree {
    const known = this.#worktrees.get(id);
    if (known === undefined) throw new Error(`the test asks for a worktree that isn't there: ${id}`);
    return known;
  }
}
