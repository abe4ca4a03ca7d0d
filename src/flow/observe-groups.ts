// Asks the directory about each group that matters: which one a name is, and whether the subject is in it.
import { type DirectoryFailure, isOfOneSearch, isOfOneThing } from '../core/failure.ts';
import { type Item, itemKey, sameHolder } from '../core/ledger.ts';
import { isMarked } from '../core/marker.ts';
import type { Presence, Resolution } from '../core/plan.ts';
import { type Evidence, NO_EVIDENCE, presenceOf } from '../core/presence.ts';
import type { GroupFacts, SubjectFacts } from '../core/scim-message.ts';
import { type GroupTarget, groupKey, targetKey } from '../core/target.ts';
import { type Traits, userGroupsAreLive, withLarge, withLearned } from '../core/traits.ts';
import { inLanes } from './lanes.ts';
import { look } from './membership.ts';
import type { GroupView } from './ports.ts';
import { groupTargets, type Observed, type Question } from './recall.ts';
import { itemOf } from './subject-items.ts';

/** Null: nothing that concerns more than one group went wrong. */
export type Failed = DirectoryFailure | null;

export class GroupReading {
  private readonly question: Question;
  private readonly remembered: Observed;
  private readonly subject: SubjectFacts | null;
  readonly resolutions: Map<string, Resolution>;
  readonly evidence = new Map<string, Evidence>();
  readonly presence = new Map<string, Presence>();
  readonly gone = new Set<string>();
  readonly identified = new Map<string, Item>();
  readonly cached: Record<string, { item: Item; marked: boolean }>;
  traits: Traits;
  /** Keys of what the user's list of groups should have, and hasn't. */
  private readonly missed = new Set<string>();
  /** Keys of what the ledger isn't sure of. */
  private readonly unsettled = new Set<string>();
  /** The first group that is looked for at an endpoint whose ways nobody knows yet. */
  private listed: GroupTarget | null = null;

  constructor(question: Question, remembered: Observed, subject: SubjectFacts | null) {
    this.question = question;
    this.remembered = remembered;
    this.subject = subject;
    this.resolutions = new Map(remembered.facts.resolutions);
    this.cached = { ...question.cache.groups };
    this.traits = question.cache.traits;
  }

  async run(): Promise<Failed> {
    const { holder, ledger } = this.question;
    this.compareMemory();
    const targets = groupTargets(ledger, holder).sort((a, b) => (a.name < b.name ? -1 : 1));
    const unknown = targets.filter((target) => !this.resolutions.has(targetKey(target)));
    if (this.traits.addingMembers === undefined) this.listed = unknown[0] ?? null;
    const told = this.counted(unknown.length);
    return (
      (await inLanes(unknown, async (target) => {
        const failed = await this.resolve(target);
        told();
        return failed;
      })) ??
      (await inLanes(this.unnamed(), (item) => this.identify(item))) ??
      (await this.readAll(this.uncertain()))
    );
  }

  /**
   * A list of the user's groups that leaves out all that was just confirmed doesn't follow changes. Where it leaves out
   * some, or what the ledger holds, the group itself is looked at before anything counts as gone.
   */
  private compareMemory(): void {
    const groups = this.subject?.groups;
    if (groups == null) return;
    const { ledger, holder } = this.question;
    const listed = new Set(groups.map(({ id }) => groupKey(id)));
    const isGroup = (key: string): boolean => key.startsWith(groupKey(''));
    const confirmed = [...this.remembered.facts.presence].flatMap(([key, is]) =>
      is === 'present' && isGroup(key) ? [key] : [],
    );
    const held = ledger.holdings.filter((each) => sameHolder(each, holder) && each.state === 'held');
    for (const key of [...confirmed, ...held.map(({ item }) => itemKey(item))])
      if (isGroup(key) && !listed.has(key)) this.missed.add(key);
    if (this.traits.userGroups !== undefined || confirmed.length === 0) return;
    // What that list says itself doesn't prove it: only a change that it followed does.
    if (!confirmed.some((key) => listed.has(key))) this.traits = { ...this.traits, userGroups: 'stale' };
  }

  private get isLive(): boolean {
    const { profile } = this.question.reach;
    return userGroupsAreLive(profile, this.traits, (this.subject?.groups ?? []).length > 0);
  }

  /** With members only where they are what will tell, or nobody saw yet how the directory treats them. */
  private get view(): GroupView {
    const told = this.isLive || this.question.reach.profile.listsMembers === 'no';
    const listed = this.subject !== null && this.subject.groups === null;
    return told || !listed ? 'bare' : 'members';
  }

  /** Finds a target's group. A remembered id is believed as long as the group still answers to the name. */
  private async resolve(target: GroupTarget): Promise<Failed> {
    const key = targetKey(target);
    if (this.resolutions.has(key)) return null;
    // One list shows how the directory treats members when one of them is changed, and saves a request doing so.
    const view = target === this.listed ? 'members' : this.view;
    const found = await this.question.reach.directory.findGroups(target.by, target.name, view);
    if (!found.ok) {
      const { failure } = found;
      // One name that can't be asked for must not keep the others from coming, and least of all from going.
      if (!isOfOneSearch(failure)) return failure;
      this.resolutions.set(key, { missing: 'unknown-group', failure });
      return null;
    }
    const [group, ...others] = found.value;
    if (group === undefined || others.length > 0) {
      this.resolutions.set(key, { missing: group === undefined ? 'unknown-group' : 'ambiguous-group' });
      return null;
    }
    if (view === 'members' && group.large) this.traits = withLarge(this.traits, group.id);
    this.evidence.set(group.id, { ...NO_EVIDENCE, group, subject: this.subject });
    this.remember(key, group);
    return null;
  }

  private remember(key: string, group: GroupFacts): void {
    const entry = { item: itemOf(group), marked: isMarked(group.externalId) };
    this.cached[key] = entry;
    this.resolutions.set(key, { found: entry.item, marked: entry.marked });
  }

  /** Groups that were being made when something came between, so that nobody knows their id. */
  private unnamed(): Item[] {
    const { ledger, holder } = this.question;
    return ledger.holdings
      .filter((holding) => sameHolder(holding, holder))
      .map(({ item }) => item)
      .filter(({ kind, id }) => kind === 'group' && id === null);
  }

  private async identify(item: Item): Promise<Failed> {
    const found = await this.question.reach.directory.findGroups('displayName', item.name);
    // Nor does a name that can't be asked for keep others from coming or going: what it is stays open.
    if (!found.ok) return isOfOneSearch(found.failure) ? null : found.failure;
    const ours = found.value.find(({ externalId }) => externalId !== null && externalId === item.externalId);
    if (ours === undefined) this.presence.set(itemKey(item), 'absent');
    else this.identified.set(itemKey(item), itemOf(ours));
    return null;
  }

  /** Groups that are wanted or were given, and aren't freshly known to be as the ledger says. */
  private uncertain(): Item[] {
    const { ledger, holder } = this.question;
    const items = new Map<string, Item>();
    const wanted = new Set<string>();
    for (const target of groupTargets(ledger, holder)) {
      const resolution = this.resolutions.get(targetKey(target));
      if (resolution === undefined || !('found' in resolution)) continue;
      wanted.add(itemKey(resolution.found));
      items.set(itemKey(resolution.found), resolution.found);
    }
    const { unsettled } = this;
    for (const holding of ledger.holdings) {
      if (!sameHolder(holding, holder)) continue;
      const item = this.identified.get(itemKey(holding.item)) ?? holding.item;
      items.set(itemKey(item), item);
      if (holding.state !== 'held') unsettled.add(itemKey(item));
    }
    return [...items].flatMap(([key, item]) => {
      const certain =
        wanted.has(key) && !unsettled.has(key) && this.remembered.facts.presence.get(key) === 'present';
      return item.kind !== 'group' || item.id === null || certain ? [] : [item];
    });
  }

  private async readAll(items: readonly Item[]): Promise<Failed> {
    const named = new Map<string | null, GroupTarget[]>();
    for (const target of groupTargets(this.question.ledger, this.question.holder)) {
      const resolution = this.resolutions.get(targetKey(target));
      if (resolution === undefined || !('found' in resolution)) continue;
      const { id } = resolution.found;
      const known = named.get(id);
      if (known === undefined) named.set(id, [target]);
      else known.push(target);
    }
    // What was just found by its name is counted already.
    const unread = items.filter(({ id }) => id === null || !this.evidence.has(id));
    const told = this.counted(unread.length);
    return inLanes(items, async (item) => {
      const fresh = item.id === null || !this.evidence.has(item.id);
      const failure = await this.readGroup(item, named.get(item.id) ?? []);
      if (fresh) told();
      return failure;
    });
  }

  /** Tells of each request that is done, of so many. */
  private counted(of: number): () => void {
    let done = 0;
    return () => {
      done += 1;
      this.question.progress?.(done, of);
    };
  }

  /** `targets`: what rules name it by, so that its name counts besides who is in it. */
  private async readGroup({ id }: Item, targets: readonly GroupTarget[]): Promise<Failed> {
    const named = targets.length > 0;
    if (id === null) return null;
    const { reach } = this.question;
    const found = this.evidence.get(id);
    let known = found ?? { ...NO_EVIDENCE, subject: this.subject };
    if (found === undefined && named) {
      const read = await reach.directory.group(id, this.isLive ? 'bare' : 'members');
      if (read.ok) known = { ...known, group: read.value };
      else if (read.failure.code === 'missing') this.gone.add(id);
      else if (isOfOneThing(read.failure)) return this.unread(id, known, targets);
      else return read.failure;
    }
    // What is only to be proven by a later look is left to the change itself: a new endpoint's empty list of the
    // user's groups may be true, and mostly is.
    const seen = presenceOf(known, { groupId: id, subjectId: reach.subjectId }, reach.profile, this.traits);
    const tentative = found !== undefined && this.subject?.groups != null && !this.stale;
    // Nor does a list that nobody saw follow a change yet say whether an unfinished one came to pass.
    const unfinished = this.unsettled.has(groupKey(id)) && this.traits.userGroups !== 'live';
    const doubtful = unfinished || this.missed.has(groupKey(id));
    if ((doubtful || (seen === 'unknown' && !tentative)) && !this.gone.has(id)) {
      const before = this.traits;
      const closer = await look(reach, this.traits, id, known, doubtful);
      if (!closer.ok) return isOfOneThing(closer.failure) ? this.unread(id, known, []) : closer.failure;
      known = closer.value.evidence;
      // Others look at the same time: only what this one learned is new.
      this.traits = withLearned(this.traits, before, closer.value.traits);
      const isIn = known.group?.members?.includes(reach.subjectId) === true;
      if (isIn && this.missed.has(groupKey(id))) this.traits = { ...this.traits, userGroups: 'stale' };
      if (closer.value.gone) this.gone.add(id);
    }
    this.evidence.set(id, known);
    return found === undefined ? this.recheck(targets, this.gone.has(id) ? null : known.group) : null;
  }

  /** What can't be read is left to its own change to fail at; some answer 400 or 500 where a group is gone. */
  private unread(id: string, known: Evidence, targets: readonly GroupTarget[]): Promise<Failed> {
    this.evidence.set(id, known);
    return this.recheck(targets, null);
  }

  private get stale(): boolean {
    const { profile } = this.question.reach;
    return this.traits.userGroups === 'stale' || profile.userGroups === 'no';
  }

  /** A remembered id whose group is gone, or answers to another name by now, is looked for again by that name. */
  private async recheck(targets: readonly GroupTarget[], group: GroupFacts | null): Promise<Failed> {
    for (const target of targets) {
      const key = targetKey(target);
      if (group !== null && (target.by === 'id' || group[target.by] === target.name)) {
        this.remember(key, group);
        continue;
      }
      delete this.cached[key];
      this.resolutions.delete(key);
      const failure = await this.resolve(target);
      if (failure) return failure;
    }
    return null;
  }
}
