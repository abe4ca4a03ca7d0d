// Asks the directory about one subject: who it is, and each group whose membership isn't certain from memory.
import type { DirectoryFailure } from '../core/failure.ts';
import { type Item, itemKey, sameHolder } from '../core/ledger.ts';
import type { Resolution } from '../core/plan.ts';
import { presenceOf } from '../core/presence.ts';
import type { GroupFacts, SubjectFacts } from '../core/scim-message.ts';
import { type GroupTarget, targetKey, valueKey } from '../core/target.ts';
import type { Reason } from '../core/vocabulary.ts';
import { groupTargets, ineligibleRules, type Observed, type Question, recall } from './recall.ts';

/** A group that carries this in externalId was made by us, so templates may reach it. */
const MARKER = 'scim-hook:';

export async function observe(question: Question): Promise<Observed> {
  return new Reading(question).run();
}

class Reading {
  private readonly question: Question;
  private readonly remembered: Observed;
  private readonly resolutions: Map<string, Resolution>;
  private readonly groups = new Map<string, GroupFacts>();
  private readonly gone = new Set<string>();
  private readonly cached: Record<string, { item: Item; marked: boolean }>;
  private succeeded = false;

  constructor(question: Question) {
    this.question = question;
    this.remembered = recall(question);
    this.resolutions = new Map(this.remembered.facts.resolutions);
    this.cached = { ...question.cache.groups };
  }

  async run(): Promise<Observed> {
    const { directory, holder } = this.question;
    const subject = await directory.subject(holder.subjectId);
    if (!subject.ok && subject.failure.code !== 'missing') return this.blind(subject.failure);
    for (const target of groupTargets(this.question.ledger, holder)) {
      const failure = await this.resolve(target);
      if (failure) return this.blind(failure);
    }
    for (const item of this.uncertain()) {
      const failure = await this.readGroup(item);
      if (failure) return this.blind(failure);
    }
    if (!subject.ok) await this.lookForSuccessor();
    return this.conclude(subject.ok ? subject.value : null);
  }

  /** The pinned account is gone. Somebody else who answers to its name by now is not who was trusted. */
  private async lookForSuccessor(): Promise<void> {
    const { config, directory, holder } = this.question;
    if (config === null) return;
    const found = await directory.findSubjects(config.subject.attribute, holder.subject);
    this.succeeded = found.ok && found.value.some(({ id }) => id !== holder.subjectId);
  }

  /** Finds a target's group. A remembered id is believed as long as the group still answers to the name. */
  private async resolve(target: GroupTarget): Promise<DirectoryFailure | null> {
    const key = targetKey(target);
    if (this.resolutions.has(key)) return null;
    const found = await this.question.directory.findGroups(target.by, target.name);
    if (!found.ok) return found.failure;
    const [group, ...others] = found.value;
    if (group === undefined || others.length > 0) {
      this.resolutions.set(key, { missing: group === undefined ? 'unknown-group' : 'ambiguous-group' });
      return null;
    }
    this.groups.set(group.id, group);
    this.remember(key, group);
    return null;
  }

  private remember(key: string, group: GroupFacts): void {
    const entry = { item: itemOf(group), marked: group.externalId?.startsWith(MARKER) === true };
    this.cached[key] = entry;
    this.resolutions.set(key, { found: entry.item, marked: entry.marked });
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
    const holdings = ledger.holdings.filter((holding) => sameHolder(holding, holder));
    for (const holding of holdings) items.set(itemKey(holding.item), holding.item);
    return [...items].flatMap(([key, item]) => {
      const settled = holdings.every((holding) => itemKey(holding.item) !== key || holding.state === 'held');
      const certain = wanted.has(key) && settled && this.remembered.facts.presence.get(key) === 'present';
      return item.kind !== 'group' || item.id === null || certain || this.groups.has(item.id) ? [] : [item];
    });
  }

  private async readGroup(item: Item): Promise<DirectoryFailure | null> {
    if (item.id === null) return null;
    const read = await this.question.directory.group(item.id);
    if (read.ok) this.groups.set(item.id, read.value);
    else if (read.failure.code === 'missing') this.gone.add(item.id);
    else return read.failure;
    return this.recheck(item.id, read.ok ? read.value : null);
  }

  /** A remembered id whose group is gone, or answers to another name by now, is looked for again by that name. */
  private async recheck(id: string, group: GroupFacts | null): Promise<DirectoryFailure | null> {
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

  private conclude(subject: SubjectFacts | null): Observed {
    const { question } = this;
    const { holder, cache, now } = question;
    const listsMembers =
      cache.listsMembers || [...this.groups.values()].some((group) => (group.members ?? []).length > 0);
    const presence = new Map(this.remembered.facts.presence);
    const held = subject === null ? [] : itemsOf(subject);
    const memberships = subject === null ? [] : groupsOf(subject, () => true);
    for (const { kind, type, name } of this.valuesInQuestion())
      presence.set(valueKey(kind, type, name), 'absent');
    for (const item of held) if (item.kind !== 'group') presence.set(itemKey(item), 'present');
    for (const group of this.groups.values()) {
      presence.set(itemKey(itemOf(group)), presenceOf(group, holder.subjectId, subject, listsMembers));
    }
    for (const id of this.gone) presence.set(itemKey({ kind: 'group', name: '', id }), 'absent');
    const remembered = Object.fromEntries(
      [...presence].flatMap(([key, is]) => (is === 'unknown' ? [] : [[key, { is, at: this.seenAt(key) }]])),
    );
    return {
      facts: { resolutions: this.resolutions, presence, held },
      failure: null,
      refusal: this.succeeded ? 'subject-changed' : refusalOf(question, subject),
      ineligible: subject === null ? new Set() : ineligibleRules(question, memberships),
      groups: this.groups,
      subject,
      cache: {
        listsMembers,
        groups: this.cached,
        subjects: {
          ...cache.subjects,
          [holder.subjectId]: { readAt: now, held, memberships, presence: remembered },
        },
      },
    };
  }

  /** What was only remembered keeps its time, or it would stay fresh for ever. */
  private seenAt(key: string): number {
    const { cache, holder, now } = this.question;
    const read = [...this.groups.keys(), ...this.gone].some(
      (id) => itemKey({ kind: 'group', name: '', id }) === key,
    );
    const isValue = !key.startsWith('group\n');
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

const itemOf = (group: GroupFacts): Item => ({
  kind: 'group',
  name: group.displayName ?? group.id,
  id: group.id,
  ...(group.externalId === null ? {} : { externalId: group.externalId }),
});

function itemsOf(subject: SubjectFacts): Item[] {
  const values = (['role', 'entitlement'] as const).flatMap((kind) =>
    subject[kind === 'role' ? 'roles' : 'entitlements'].map((each) => ({
      kind,
      name: each.value,
      id: null,
      ...(each.type === undefined ? {} : { type: each.type }),
    })),
  );
  return [...groupsOf(subject, (group) => group.direct), ...values];
}

const groupsOf = (
  subject: SubjectFacts,
  which: (group: NonNullable<SubjectFacts['groups']>[number]) => boolean,
): Item[] =>
  (subject.groups ?? []).filter(which).map(({ id, display }) => ({ kind: 'group', name: display ?? id, id }));

function refusalOf({ holder, config }: Question, subject: SubjectFacts | null): Reason | null {
  if (subject === null) return 'unknown-subject';
  if (!subject.active) return 'inactive-subject';
  const same = (a: string | null, b: string): boolean => a?.toLowerCase() === b.toLowerCase();
  switch (config?.subject.attribute) {
    case 'userName':
      return same(subject.userName, holder.subject) ? null : 'subject-changed';
    case 'externalId':
      return subject.externalId === holder.subject ? null : 'subject-changed';
    case 'emails.value':
      return subject.emails.some((email) => same(email, holder.subject)) ? null : 'subject-changed';
    case 'id':
    case undefined:
      return subject.id === holder.subjectId ? null : 'subject-changed';
  }
}
