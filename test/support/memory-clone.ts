// A clone without git: branches, worktrees with their HEADs, rules given as a value, and the spool that hooks write to.
import type { Config } from '../../src/core/config.ts';
import type { SpoolLine } from '../../src/core/event.ts';
import type { Place } from '../../src/core/lease.ts';
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

  get open(): Progress['open'] {
    return (JSON.parse(this.#progress) as Progress).open;
  }

  repository(): Repository {
    const { commonDir } = this;
    return {
      commonDir,
      worktrees: async () => ok([...this.#worktrees.values()]),
      settings: async () => ok([]),
      branches: async () =>
        ok([...this.branches].map((name) => ({ name, upstreamGone: this.upstreamsGone.has(name) }))),
      renames: async () => [],
      reflog: async () => ({ moves: [], cursor: { offset: 0, line: '' } }),
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
