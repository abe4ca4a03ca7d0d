// Asks the directory about one subject: who it is, and each thing whose state isn't certain from memory.
import { peaceLeft } from '../core/circuit.ts';
import type { DirectoryFailure } from '../core/failure.ts';
import { type Item, itemKey, sameHolder } from '../core/ledger.ts';
import { isMarked } from '../core/marker.ts';
import type { Presence, Resolution } from '../core/plan.ts';
import { type Evidence, NO_EVIDENCE, presenceOf } from '../core/presence.ts';
import type { GroupFacts, SubjectFacts } from '../core/scim-message.ts';
import { type GroupTarget, groupKey, targetKey, valueKey } from '../core/target.ts';
import { type Traits, userGroupsAreLive } from '../core/traits.ts';
import { Eligibility } from './eligibility.ts';
import { inLanes } from './lanes.ts';
import { look } from './membership.ts';
import type { GroupView } from './ports.ts';
import type { Reach } from './reach.ts';
import { conditionalRules, groupTargets, type Observed, type Question, recall } from './recall.ts';
import { itemOf, itemsOf, refusalOf } from './subject-items.ts';

/** `probe`: how the first request is made, which alone may be short of time. */
export const observe = (question: Question, probe: Reach = question.reach): Promise<Observed> =>
  new Reading(question).run(probe);

type Failed = DirectoryFailure | null;

class Reading {
  private readonly question: Question;
  private readonly remembered: Observed;
  private readonly resolutions: Map<string, Resolution>;
  private readonly evidence = new Map<string, Evidence>();
  private readonly presence = new Map<string, Presence>();
  private readonly gone = new Set<string>();
  private readonly identified = new Map<string, Item>();
  private readonly notOurs: Item[] = [];
  private readonly cached: Record<string, { item: Item; marked: boolean }>;
  private readonly ineligible = new Set<string>();
  private subject: SubjectFacts | null = null;
  private traits: Traits;
  private succeeded = false;
  /** The first group that is looked for at an endpoint whose ways nobody knows yet. */
  private listed: GroupTarget | null = null;

  constructor(question: Question) {
    this.question = question;
    this.remembered = recall(question);
    this.resolutions = new Map(this.remembered.facts.resolutions);
    this.cached = { ...question.cache.groups };
    this.traits = question.cache.traits;
  }

  async run(probe: Reach): Promise<Observed> {
    const { holder, ledger, cache, now } = this.question;
    const peace = peaceLeft(cache.traits.circuit, now);
    const { endpoint } = holder;
    if (peace > 0) return this.blind({ code: 'throttled', endpoint, status: 429, retryAfter: peace });
    const subject = await probe.directory.subject(holder.subjectId);
    if (!subject.ok && subject.failure.code !== 'missing') return this.blind(subject.failure);
    this.subject = subject.ok ? subject.value : null;
    this.compareMemory();
    const targets = groupTargets(ledger, holder).sort((a, b) => (a.name < b.name ? -1 : 1));
    const unknown = targets.find((target) => !this.resolutions.has(targetKey(target)));
    if (this.traits.addingMembers === undefined) this.listed = unknown ?? null;
    const failure =
      (await inLanes(targets, (target) => this.resolve(target))) ??
      (await inLanes(this.unnamed(), (item) => this.identify(item))) ??
      (await this.readAll(this.uncertain())) ??
      (await inLanes(this.ownGroups(), (item) => this.readOwn(item))) ??
      (await this.judgeEligibility());
    if (failure) return this.blind(failure);
    if (this.subject === null) await this.lookForSuccessor();
    return this.conclude();
  }

  /** The pinned account is gone. Somebody else who answers to its name by now is not who was trusted. */
  private async lookForSuccessor(): Promise<void> {
    const { config, reach, holder } = this.question;
    if (config === null) return;
    const found = await reach.directory.findSubjects(config.subject.attribute, holder.subject);
    this.succeeded = found.ok && found.value.some(({ id }) => id !== holder.subjectId);
  }

  /** A list of the user's groups that leaves out what was just confirmed doesn't follow changes. */
  private compareMemory(): void {
    const groups = this.subject?.groups;
    if (groups == null || this.traits.userGroups !== undefined) return;
    const listed = new Set(groups.map(({ id }) => groupKey(id)));
    const confirmed = [...this.remembered.facts.presence].filter(
      ([key, is]) => is === 'present' && key.startsWith(groupKey('')),
    );
    if (confirmed.some(([key]) => listed.has(key))) this.traits = { ...this.traits, userGroups: 'live' };
    else if (confirmed.length > 0) this.traits = { ...this.traits, userGroups: 'stale' };
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
    if (!found.ok) return found.failure;
    const [group, ...others] = found.value;
    if (group === undefined || others.length > 0) {
      this.resolutions.set(key, { missing: group === undefined ? 'unknown-group' : 'ambiguous-group' });
      return null;
    }
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
    if (!found.ok) return found.failure;
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
    const unsettled = new Set<string>();
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
    const named = new Set(
      groupTargets(this.question.ledger, this.question.holder).flatMap((target) => {
        const resolution = this.resolutions.get(targetKey(target));
        return resolution !== undefined && 'found' in resolution ? [resolution.found.id] : [];
      }),
    );
    let done = 0;
    return inLanes(items, async (item) => {
      const failure = await this.readGroup(item, named.has(item.id));
      done += 1;
      this.question.progress?.(done, items.length);
      return failure;
    });
  }

  /** `named`: a rule names it, so that its name counts besides who is in it. */
  private async readGroup({ id }: Item, named: boolean): Promise<Failed> {
    if (id === null) return null;
    const { reach } = this.question;
    const found = this.evidence.get(id);
    let known = found ?? { ...NO_EVIDENCE, subject: this.subject };
    if (found === undefined && named) {
      const read = await reach.directory.group(id, this.isLive ? 'bare' : 'members');
      if (!read.ok && read.failure.code !== 'missing') return read.failure;
      if (!read.ok) this.gone.add(id);
      else known = { ...known, group: read.value };
    }
    // What is only to be proven by a later look is left to the change itself: a new endpoint's empty list of the
    // user's groups may be true, and mostly is.
    const seen = presenceOf(known, { groupId: id, subjectId: reach.subjectId }, reach.profile, this.traits);
    const tentative = found !== undefined && this.subject?.groups != null && !this.stale;
    if (seen === 'unknown' && !tentative && !this.gone.has(id)) {
      const closer = await look(reach, this.traits, id, known, false);
      if (!closer.ok) return closer.failure;
      known = closer.value.evidence;
      this.traits = { ...this.traits, ...closer.value.traits };
      if (closer.value.gone) this.gone.add(id);
    }
    this.evidence.set(id, known);
    return named && found === undefined ? this.recheck(id, this.gone.has(id) ? null : known.group) : null;
  }

  private get stale(): boolean {
    const { profile } = this.question.reach;
    return this.traits.userGroups === 'stale' || profile.userGroups === 'no';
  }

  /** A remembered id whose group is gone, or answers to another name by now, is looked for again by that name. */
  private async recheck(id: string, group: GroupFacts | null): Promise<Failed> {
    for (const target of groupTargets(this.question.ledger, this.question.holder)) {
      const key = targetKey(target);
      const resolution = this.resolutions.get(key);
      if (resolution === undefined || !('found' in resolution) || resolution.found.id !== id) continue;
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

  /** Groups of ours that are to go, because their branch is gone. */
  private ownGroups(): Item[] {
    const { ledger, holder } = this.question;
    return (ledger.groups ?? [])
      .filter((group) => group.over && sameHolder(group, holder))
      .map(({ item }) => item);
  }

  private isBeingDeleted(item: Item): boolean {
    const { ledger, holder } = this.question;
    return (ledger.groups ?? []).some(
      (group) => group.deleting === true && group.item.id === item.id && sameHolder(group, holder),
    );
  }

  private async readOwn(item: Item): Promise<Failed> {
    const { reach, holder } = this.question;
    const read = await reach.directory.group(item.id ?? '');
    if (!read.ok && read.failure.code !== 'missing') return read.failure;
    const others = read.ok && (read.value.members ?? []).some((id) => id !== holder.subjectId);
    // Gone while we were at it: a crash came between, and only its line is missing.
    if (!read.ok && this.isBeingDeleted(item)) return null;
    if (!read.ok || others || !isMarked(read.value.externalId)) this.notOurs.push(item);
    return null;
  }

  private async judgeEligibility(): Promise<Failed> {
    const { reach, ledger, holder } = this.question;
    const rules = conditionalRules(this.question);
    if (this.subject === null || rules.length === 0) return null;
    const eligibility = new Eligibility(reach, this.traits, this.subject, ledger, holder);
    for (const rule of rules) {
      const found = await eligibility.isEligible(rule);
      if (!found.ok) return found.failure;
      if (!found.value) this.ineligible.add(rule.name);
    }
    this.traits = eligibility.traits;
    return null;
  }

  private conclude(): Observed {
    const { subject, question, traits } = this;
    const { holder, cache, now, reach } = question;
    const presence = new Map([...this.remembered.facts.presence, ...this.presence]);
    const held = subject === null ? [] : itemsOf(subject);
    for (const { kind, type, name } of this.valuesInQuestion())
      presence.set(valueKey(kind, type, name), 'absent');
    for (const item of held) if (item.kind !== 'group') presence.set(itemKey(item), 'present');
    for (const [id, evidence] of this.evidence) {
      const who = { groupId: id, subjectId: holder.subjectId };
      presence.set(groupKey(id), presenceOf(evidence, who, reach.profile, traits));
    }
    for (const id of this.gone) presence.set(groupKey(id), 'absent');
    const remembered = Object.fromEntries(
      [...presence].flatMap(([key, is]) => (is === 'unknown' ? [] : [[key, { is, at: this.seenAt(key) }]])),
    );
    return {
      facts: { resolutions: this.resolutions, presence, held },
      failure: null,
      refusal: this.succeeded ? 'subject-changed' : refusalOf(question, subject),
      ineligible: this.ineligible,
      evidence: this.evidence,
      subject,
      identified: this.identified,
      notOurs: this.notOurs,
      cache: {
        ...cache,
        traits,
        groups: this.cached,
        subjects: { ...cache.subjects, [holder.subjectId]: { readAt: now, held, presence: remembered } },
      },
    };
  }

  /** What was only remembered keeps its time, or it would stay fresh for ever. */
  private seenAt(key: string): number {
    const { cache, holder, now } = this.question;
    const isValue = !key.startsWith('group\n');
    const read = [...this.evidence.keys(), ...this.gone].some((id) => groupKey(id) === key);
    return read || isValue ? now : (cache.subjects[holder.subjectId]?.presence[key]?.at ?? now);
  }

  private valuesInQuestion(): { kind: 'role' | 'entitlement'; type: string | undefined; name: string }[] {
    const { ledger, holder } = this.question;
    const wanted = ledger.leases
      .filter((lease) => sameHolder(lease, holder))
      .flatMap((lease) => lease.wants.map((want) => want.target));
    const given = ledger.holdings
      .filter((holding) => sameHolder(holding, holder))
      .map((holding) => holding.item);
    return [...wanted, ...given].flatMap((each) =>
      each.kind === 'group' ? [] : [{ kind: each.kind, type: each.type, name: each.name }],
    );
  }

  /** Enough to say what can't be done: every target stands for itself, nothing is known of who holds what. */
  private blind(failure: DirectoryFailure): Observed {
    const { ledger, holder } = this.question;
    const resolutions = new Map<string, Resolution>(this.resolutions);
    for (const target of groupTargets(ledger, holder)) {
      const key = targetKey(target);
      if (resolutions.has(key)) continue;
      const holding = ledger.holdings.find(
        ({ item }) => item.kind === 'group' && (target.by === 'id' ? item.id : item.name) === target.name,
      );
      resolutions.set(key, {
        found: holding?.item ?? { kind: 'group', name: target.name, id: null },
        marked: true,
      });
    }
    return {
      ...this.remembered,
      facts: { resolutions, presence: new Map(), held: [] },
      failure,
    };
  }
}
