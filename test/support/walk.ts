// A walk over git operations, and what leases and access must be after it: worked out from git's refs and HEADs alone.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { rule } from './rules.ts';
import { Twins } from './twins.ts';

/** What HEAD gives while it is there, and what a branch gives as long as it lives. */
const RULES = [
  rule('release', 'release/*', 'jit'),
  rule('hotfix', 'hotfix/*', 'fix', { until: 'branch-deleted' }),
];

const KINDS = [
  ...([
    'checkout',
    'checkout',
    'checkout',
    'unseen',
    'unseen',
    'detach',
    'create',
    'orphan',
    'by-hand',
  ] as const),
  ...(['rebase', 'rebase-apply', 'rebase-other', 'bisect', 'commit', 'reset', 'restore'] as const),
  ...(['rename', 'rename', 'delete', 'branch', 'copy', 'gc'] as const),
  ...(['add', 'add-bare', 'remove', 'vanish', 'move', 'drain', 'drain', 'drain'] as const),
];

export interface Op {
  readonly kind: (typeof KINDS)[number];
  /** Which branch, which worktree, and what a new branch is called: each modulo how many there are. */
  readonly branch: number;
  readonly tree: number;
  readonly name: number;
}

export const ops = (most: number): fc.Arbitrary<Op[]> => {
  const few = fc.nat(59);
  const op = fc.record({ kind: fc.constantFrom(...KINDS), branch: few, tree: few, name: few });
  return fc.array(op, { minLength: 1, maxLength: most });
};

const FOLDERS = ['ours', 'side-1', 'side-2'];

export class Walk implements AsyncDisposable {
  readonly twins: Twins;
  /** Every switch of the main worktree that nothing but HEAD tells of. */
  silent = 0;
  readonly names = new Set<string>(['main']);
  /** Branches that hold what they give, by what they are called now. */
  #bound = new Set<string>();
  #made = 0;
  /** Which of the main worktree's checkouts detached its HEAD: git says the same of one that didn't. */
  readonly #detached = new Set<number>();
  readonly #live: boolean;

  private constructor(twins: Twins, live: boolean) {
    this.twins = twins;
    this.#live = live;
  }

  /** `live`: a worker lingers and settles whenever it likes; else nothing is settled between drains. */
  static async begin(live: boolean): Promise<Walk> {
    const twins = await Twins.create({ rules: RULES });
    for (const who of ['AUTHOR', 'COMMITTER']) delete twins.sandbox.env[`GIT_${who}_DATE`];
    const walk = new Walk(await twins.install(), live);
    await walk.#hold();
    return walk;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.twins[Symbol.asyncDispose]();
  }

  async #hold(): Promise<void> {
    if (this.#live) return;
    await this.twins.ours.stopWorker();
    // This process's own pid, without the worker's mark: the hook takes it for one that is on its way.
    await writeFile(join(this.twins.ours.spool, 'pid'), `${process.pid}\n`);
  }

  async #git(folder: string, ...args: string[]): Promise<boolean> {
    const { status } = await this.twins.sandbox.run('git', args, join(this.twins.sandbox.root, folder));
    return status === 0;
  }

  async branches(): Promise<string[]> {
    const { stdout } = await this.twins.ours.git(
      'for-each-ref',
      '--format=%(refname:lstrip=2)',
      'refs/heads',
    );
    const all = stdout.split('\n').filter((name) => name !== '');
    for (const name of all) this.names.add(name);
    return all;
  }

  /** The branches that HEADs are on, of every worktree that is there. */
  async heads(): Promise<string[]> {
    const { stdout } = await this.twins.ours.git('worktree', 'list', '--porcelain');
    const blocks = stdout.split('\n\n').filter((block) => !block.includes('\nprunable'));
    return blocks.flatMap((block) => /^branch refs\/heads\/(.*)$/m.exec(block)?.[1] ?? []);
  }

  /** A name that nothing had before. */
  #fresh(name: number): string {
    this.#made += 1;
    const fresh = `${['release', 'hotfix', 'plain'][name % 3]}/n${this.#made}`;
    this.names.add(fresh);
    return fresh;
  }

  async take({ kind, branch, tree, name }: Op): Promise<void> {
    const all = await this.branches();
    const to = all[branch % all.length] ?? 'main';
    const folder = FOLDERS[tree % FOLDERS.length] ?? 'ours';
    const git = (...args: string[]): Promise<boolean> => this.#git(folder, ...args);
    const side = join(this.twins.sandbox.root, FOLDERS[1 + (tree % 2)] ?? '');
    const main = (...args: string[]): Promise<boolean> => this.#git('ours', ...args);
    const unseen = ['-c', 'core.hooksPath=/dev/null'];
    switch (kind) {
      case 'checkout':
        return void (await git('checkout', '-q', '-f', to));
      case 'unseen':
        return void (await git(...unseen, 'checkout', '-q', '-f', to));
      case 'detach': {
        const before = (await this.#checkouts()).length;
        await git('checkout', '-q', '-f', '--detach', to);
        if ((await this.#checkouts()).length > before) this.#detached.add(before);
        return;
      }
      case 'create':
        return void (await git('checkout', '-q', '-f', '-b', this.#fresh(name)));
      case 'orphan':
        if (folder === 'ours') this.silent += 1;
        return void (await git('checkout', '-q', '--orphan', this.#fresh(name)));
      case 'by-hand':
        if (folder === 'ours') this.silent += 1;
        return void (await git('symbolic-ref', 'HEAD', `refs/heads/${this.#fresh(name)}`));
      case 'rebase':
        return void (await git('rebase', '-q', 'main'));
      case 'rebase-apply':
        return void (await git('rebase', '-q', '--apply', '--force-rebase', 'main'));
      case 'rebase-other':
        if (folder === 'ours') this.silent += 1;
        return void (await git('rebase', '-q', '--force-rebase', 'main', to));
      case 'bisect':
        await git('bisect', 'start', 'HEAD', 'main');
        return void (await git('bisect', 'reset'));
      case 'commit':
        return void (await git('commit', '-q', '--allow-empty', '-m', `checkout: moving from ${to} to main`));
      case 'reset':
        return void (await git('reset', '-q', '--hard', to));
      case 'restore':
        return void (await git('checkout', '-q', to, '--', 'README'));
      case 'rename':
        return await this.#rename(to, this.#fresh(name));
      case 'delete':
        return void (to !== 'main' && (await main('branch', '-q', '-D', to)));
      case 'branch':
        return void (await main('branch', this.#fresh(name), to));
      case 'copy':
        return void (await main('branch', '-c', to, this.#fresh(name)));
      case 'gc':
        return void (await main('pack-refs', '--all', '--prune'));
      case 'add':
        return void (await main('worktree', 'add', '-q', '-f', '-b', this.#fresh(name), side, to));
      case 'add-bare':
        return void (await main('worktree', 'add', '-q', '-f', '--no-checkout', side, to));
      case 'remove':
        return void (await main('worktree', 'remove', '-f', side));
      case 'vanish':
        return void (await this.twins.sandbox.run('rm', ['-rf', side], this.twins.sandbox.root));
      case 'move':
        await main('worktree', 'move', side, `${side}-moved`);
        return void (await main('worktree', 'move', `${side}-moved`, side));
      case 'drain':
        return;
    }
  }

  /** main stays: the rules are read from there. */
  async #rename(from: string, to: string): Promise<void> {
    if (from === 'main' || !(await this.#git('ours', 'branch', '-m', from, to))) return;
    if (this.#bound.delete(from)) this.#bound.add(to);
  }

  /** Settles everything, and gives what is, beside what must be. */
  async drain(): Promise<{ readonly is: object; readonly must: object }> {
    const { twins } = this;
    if (!this.#live) await writeFile(join(twins.ours.spool, 'pid'), '');
    await twins.wake();
    const [branches, heads, ledger] = await Promise.all([
      this.branches(),
      this.heads(),
      twins.sandbox.ledger(),
    ]);
    const hotfix = (name: string): boolean => name.startsWith('hotfix/');
    const leases = ledger.leases.map(({ rules, branch }) => `${rules} ${branch}`).sort();
    const there = new Set([...branches, ...heads]);
    const bound = new Set([...this.#bound, ...heads].filter((name) => there.has(name) && hotfix(name)));
    // A worker that is there all the time may have acted on what was left again since.
    if (this.#live)
      for (const { branch } of ledger.leases) if (hotfix(branch) && there.has(branch)) bound.add(branch);
    this.#bound = bound;
    await this.#hold();
    const released = heads.filter((name) => name.startsWith('release/'));
    const must = [
      ...released.map((name) => `release ${name}`),
      ...[...bound].map((name) => `hotfix ${name}`),
    ];
    const held = [...(released.length > 0 ? ['jit'] : []), ...(bound.size > 0 ? ['fix'] : [])];
    return {
      is: { leases, held: twins.held() },
      must: { leases: must.sort(), held },
    };
  }

  /** The main worktree's, oldest first: from where to where, in git's words. */
  async #checkouts(): Promise<(readonly [from: string, to: string])[]> {
    const { stdout } = await this.twins.ours.git('reflog', '--format=%gs');
    const lines = [...stdout.matchAll(/^checkout: moving from (\S+) to (\S+)$/gm)].toReversed();
    return lines.map(([, from = '', to = '']) => [from, to]);
  }

  /** The main worktree's switches, as git's reflog and as our log have them. */
  async moves(): Promise<{ readonly git: string[]; readonly ours: string[] }> {
    const { sandbox, ours } = this.twins;
    const known = (name: string | null | undefined): string =>
      this.names.has(name ?? '') ? `${name}` : 'null';
    const git = (await this.#checkouts()).flatMap(([from, to], index) => {
      const led = this.#detached.has(index) ? 'null' : known(to);
      return known(from) === led ? [] : [`${known(from)}→${led}`];
    });
    const told = (await sandbox.audit()).filter(
      ({ kind, worktree }) =>
        worktree === ours.path && (kind === 'switch' || kind === 'gap' || kind === 'branch-renamed'),
    );
    return { git, ours: told.map(({ from, branch }) => `${from ?? null}→${branch}`) };
  }
}
