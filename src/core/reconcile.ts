// Ledger against directory: what differs for one person, read off the very plan that would put it right.
import { wantedUnresolved } from './claim.ts';
import { type Holding, type Item, itemKey, type OwnGroup, sameHolder } from './ledger.ts';
import type { Change, Plan, PlanInput } from './plan.ts';
import { targetKey, valueKey } from './target.ts';

export const DRIFTS = ['missing', 'extra', 'contradicted', 'orphaned'] as const;
export type Drift = (typeof DRIFTS)[number];

/** What is so about a finding; the words are the command line's. */
export const DRIFT_CASES = [
  /** Missing: the ledger has it held, or a live lease gives it. */
  'lost',
  'ungranted',
  /** Extra. */
  'unknown',
  /** Contradicted: an add under way that is there already, or never came; a removal that happened, or never did. */
  'arrived',
  'never-arrived',
  'given-back',
  'not-given-back',
  /** … held, and gone; there and leased, and not in the ledger; in the ledger, and never ours. */
  'gone',
  'unrecorded',
  'foreign',
  'renamed',
  /** Orphaned: no lease holds it; it is owed; a group of ours that is for nobody any more. */
  'unleased',
  'owed',
  'own-group',
] as const;
export type DriftCase = (typeof DRIFT_CASES)[number];

const DRIFT_OF: Readonly<Record<DriftCase, Drift>> = {
  lost: 'missing',
  ungranted: 'missing',
  unknown: 'extra',
  arrived: 'contradicted',
  'never-arrived': 'contradicted',
  'given-back': 'contradicted',
  'not-given-back': 'contradicted',
  gone: 'contradicted',
  unrecorded: 'contradicted',
  foreign: 'contradicted',
  renamed: 'contradicted',
  unleased: 'orphaned',
  owed: 'orphaned',
  'own-group': 'orphaned',
};

export interface Drifted {
  /** Identifies it among all that is found, in whichever clone it is seen. */
  readonly key: string;
  readonly drift: Drift;
  readonly is: DriftCase;
  readonly item: Item;
  readonly rules: readonly string[];
  readonly branch: string | null;
  /** The repository it was granted for, where the ledger says. */
  readonly repo: string | null;
  /** Since when the ledger has it, in milliseconds since the epoch. */
  readonly since: number | null;
  /** What the group is called by now. */
  readonly now?: string;
  /** What puts it right; null: the ledger alone follows. */
  readonly change: Change | null;
}

export interface Compared {
  readonly drifted: readonly Drifted[];
  /** What a live lease asks for and can't have: no drift, since there is nothing that a sync would do. */
  readonly refused: readonly Change[];
  /** Keys of all that was looked at. */
  readonly looked: readonly string[];
  /** What nobody can tell: the directory doesn't show whether the person has it, or couldn't answer. */
  readonly unverified: readonly { readonly key: string; readonly item: Item }[];
}

/** `names`: what groups are called now, by `itemKey`, as far as that was read. */
export function compare(input: PlanInput, plan: Plan, names: ReadonlyMap<string, string>): Compared {
  const comparison = new Comparison(input, names);
  for (const change of plan.changes) comparison.noteChange(change);
  for (const holding of plan.adopt) comparison.noteAdopted(holding);
  for (const holding of plan.forget) comparison.noteForgotten(holding);
  comparison.noteRenamed();
  return comparison.result();
}

class Comparison {
  private readonly input: PlanInput;
  private readonly holdings: ReadonlyMap<string, Holding>;
  private readonly groups: ReadonlyMap<string, OwnGroup>;
  private readonly branches: ReadonlyMap<string, string>;
  private readonly names: ReadonlyMap<string, string>;
  private readonly held: ReadonlyMap<string, Item>;
  private readonly found = new Map<string, Drifted>();
  private readonly refused: Change[] = [];
  private readonly unanswered = new Map<string, Item>();

  constructor(input: PlanInput, names: ReadonlyMap<string, string>) {
    const { ledger, holder } = input;
    const mine = ledger.holdings.filter((each) => sameHolder(each, holder));
    const own = (ledger.groups ?? []).filter((each) => sameHolder(each, holder));
    this.input = input;
    this.names = names;
    this.held = new Map(input.facts.held.map((item) => [itemKey(item), item]));
    this.holdings = new Map(mine.map((each) => [itemKey(each.item), each]));
    this.groups = new Map(own.map((each) => [itemKey(each.item), each]));
    this.branches = new Map(ledger.leases.map(({ id, branch }) => [id, branch]));
  }

  noteChange(change: Change): void {
    const key = itemKey(change.item);
    const is = this.caseOf(change, this.holdings.get(key));
    const { disposition, item } = change;
    if (is !== null) this.note(is, item, change);
    else if (disposition.do === 'refuse' && disposition.failure !== undefined) this.unanswered.set(key, item);
    else this.refused.push(change);
  }

  /** Null: it is asked for and can't be had, and the ledger never had it. */
  private caseOf({ op, disposition }: Change, holding: Holding | undefined): DriftCase | null {
    if (op === 'delete') return 'own-group';
    if (disposition.do === 'record') {
      if (op === 'remove') return disposition.happened ? 'given-back' : 'not-given-back';
      return disposition.happened ? 'arrived' : 'never-arrived';
    }
    if (op === 'remove') {
      if (holding === undefined) return 'unknown';
      return holding.state === 'owed' ? 'owed' : 'unleased';
    }
    const isGone = holding !== undefined && this.presenceOf(itemKey(holding.item)) === 'absent';
    if (disposition.do === 'refuse' && !isGone) return null;
    return holding?.state === 'held' ? 'lost' : 'ungranted';
  }

  noteAdopted(holding: Holding): void {
    const known = this.holdings.get(itemKey(holding.item));
    if (known === undefined) this.note('unrecorded', holding.item, null, holding);
    else if (known.state !== 'held') this.note('not-given-back', holding.item, null);
    else this.note('renamed', known.item, null);
  }

  noteForgotten(holding: Holding): void {
    const isGone = this.presenceOf(itemKey(holding.item)) === 'absent';
    this.note(isGone ? 'gone' : 'foreign', holding.item, null);
  }

  /** The rules name it as it was called, so nothing is done about it while its lease lives; but it is said. */
  noteRenamed(): void {
    const isUnresolved = wantedUnresolved(this.input);
    for (const [key, { item, lease }] of this.holdings) {
      const now = this.nameNow(key);
      if (this.found.has(key) || now === item.name || now === undefined || !isUnresolved(item)) continue;
      const at = this.refused.findIndex(
        (change) => change.item.kind === 'group' && change.item.name === item.name,
      );
      const [change] = at < 0 ? [] : this.refused.splice(at, 1);
      this.note('renamed', item, change ?? null, undefined, lease);
    }
  }

  private nameNow(key: string): string | undefined {
    const item = this.held.get(key);
    return this.names.get(key) ?? (item?.name === item?.id ? undefined : item?.name);
  }

  private note(
    is: DriftCase,
    item: Item,
    change: Change | null,
    adopted?: Holding,
    lease: string | null = change?.lease ?? null,
  ): void {
    const own = is === 'own-group';
    const key = `${own ? 'own ' : ''}${itemKey(item)}`;
    const { endpoint, subjectId } = this.input.holder;
    // What a crash left to be written down comes before what is really done, and that is what is said.
    const before = this.found.get(key);
    if (before !== undefined && (change === null || change.disposition.do === 'refuse')) return;
    const holding = this.holdings.get(itemKey(item)) ?? adopted;
    const now = is === 'renamed' ? this.nameNow(itemKey(item)) : undefined;
    this.found.set(key, {
      key: `${endpoint}\n${subjectId}\n${key}`,
      drift: DRIFT_OF[is],
      is,
      item,
      rules: change?.rules ?? holding?.rules ?? [],
      branch:
        (own ? this.groups.get(itemKey(item))?.branch : undefined) ??
        this.branches.get(lease ?? holding?.lease ?? '') ??
        holding?.branch ??
        null,
      repo: holding?.repo ?? null,
      since: adopted === undefined ? (holding?.since ?? null) : null,
      ...(now === undefined ? {} : { now }),
      change,
    });
  }

  private presenceOf = (key: string): string => this.input.facts.presence.get(key) ?? 'unknown';

  result(): Compared {
    const { input, found, refused } = this;
    const { endpoint, subjectId } = input.holder;
    const all = new Map<string, Item | null>();
    for (const [key, { item }] of this.holdings) all.set(key, item);
    for (const lease of input.ledger.leases) {
      if (!sameHolder(lease, input.holder)) continue;
      for (const { target } of lease.wants) {
        const resolution = target.kind === 'group' ? input.facts.resolutions.get(targetKey(target)) : null;
        if (resolution === null) all.set(valueKey(target.kind, valueType(target), target.name), null);
        else if (resolution !== undefined && 'found' in resolution)
          all.set(itemKey(resolution.found), resolution.found);
        else all.set(targetKey(target), null);
      }
    }
    for (const item of input.facts.held)
      if (input.isManaged(item.kind, item.name)) all.set(itemKey(item), item);
    for (const key of this.groups.keys()) all.set(`own ${key}`, null);
    const named = (key: string): string => `${endpoint}\n${subjectId}\n${key}`;
    const isUnknown = (key: string): boolean => !found.has(key) && this.presenceOf(key) === 'unknown';
    const unseen = [...all].flatMap(([key, item]) =>
      item === null || !isUnknown(key) ? [] : [{ key, item }],
    );
    const names = new Set(unseen.map(({ item }) => item.name));
    const unanswered = [...this.unanswered].filter(([, { name }]) => !names.has(name));
    return {
      drifted: [...found.values()],
      refused,
      looked: [...all.keys()].map(named),
      unverified: [...unseen, ...unanswered.map(([key, item]) => ({ key, item }))].map(({ key, item }) => ({
        key: named(key),
        item,
      })),
    };
  }
}

const valueType = (target: { readonly type?: string } | { readonly kind: 'group' }): string | undefined =>
  'type' in target ? target.type : undefined;
