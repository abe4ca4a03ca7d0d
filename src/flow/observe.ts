// Asks the directory about one subject: who it is, and each thing whose state isn't certain from memory.
import { peaceLeft } from '../core/circuit.ts';
import { type DirectoryFailure, isOfOneSearch, isOfOneThing } from '../core/failure.ts';
import { type Item, itemKey, sameHolder } from '../core/ledger.ts';
import { isMarked } from '../core/marker.ts';
import type { Resolution } from '../core/plan.ts';
import { presenceOf } from '../core/presence.ts';
import type { SubjectFacts } from '../core/scim-message.ts';
import { groupKey, targetKey, valueKey } from '../core/target.ts';
import { Eligibility } from './eligibility.ts';
import { inLanes } from './lanes.ts';
import { type Failed, GroupReading } from './observe-groups.ts';
import type { Reach } from './reach.ts';
import { conditionalRules, groupTargets, type Observed, type Question, recall } from './recall.ts';
import { itemsOf, refusalOf } from './subject-items.ts';

/** `probe`: how the first request is made, which alone may be short of time. */
export const observe = (question: Question, probe: Reach = question.reach): Promise<Observed> =>
  new Reading(question).run(probe);

class Reading {
  private readonly question: Question;
  private readonly remembered: Observed;
  private readonly notOurs: Item[] = [];
  private readonly ineligible = new Set<string>();
  private readonly undecided = new Set<string>();
  private subject: SubjectFacts | null = null;
  private groups: GroupReading;
  private succeeded = false;

  constructor(question: Question) {
    this.question = question;
    this.remembered = recall(question);
    this.groups = new GroupReading(question, this.remembered, null);
  }

  async run(probe: Reach): Promise<Observed> {
    const { holder, cache, now } = this.question;
    const peace = peaceLeft(cache.traits.circuit, now);
    const { endpoint } = holder;
    if (peace > 0) return this.blind({ code: 'throttled', endpoint, status: 429, retryAfter: peace });
    const subject = await probe.directory.subject(holder.subjectId);
    if (!subject.ok && subject.failure.code !== 'missing') return this.blind(subject.failure);
    if (!subject.ok && !(await this.answersElse())) return this.blind(subject.failure);
    this.subject = subject.ok ? subject.value : null;
    this.groups = new GroupReading(this.question, this.remembered, this.subject);
    const failure =
      (await this.groups.run()) ??
      (await inLanes(this.ownGroups(), (item) => this.readOwn(item))) ??
      (await this.judgeEligibility());
    if (failure) return this.blind(failure);
    if (this.subject === null) await this.lookForSuccessor();
    return this.conclude();
  }

  /** A gateway may answer 404 to everything: only where the directory still lists people is somebody missing in it. */
  private async answersElse(): Promise<boolean> {
    const { config, reach, holder } = this.question;
    const attribute = config?.subject.attribute ?? 'userName';
    const asked = attribute === 'id' ? 'userName' : attribute;
    return (await reach.directory.findSubjects(asked, holder.subject)).ok;
  }

  /** The pinned account is gone. Somebody else who answers to its name by now is not who was trusted. */
  private async lookForSuccessor(): Promise<void> {
    const { config, reach, holder } = this.question;
    if (config === null) return;
    const found = await reach.directory.findSubjects(config.subject.attribute, holder.subject);
    this.succeeded = found.ok && found.value.some(({ id }) => id !== holder.subjectId);
  }

  /** Groups of ours that are to go, because their branch is gone. */
  private ownGroups(): Item[] {
    const { ledger, holder } = this.question;
    return (ledger.groups ?? [])
      .filter((group) => group.over && sameHolder(group, holder))
      .map(({ item }) => item);
  }

  private async readOwn(item: Item): Promise<Failed> {
    const { reach, holder } = this.question;
    const read = await reach.directory.group(item.id ?? '');
    // Its deletion looks once more, and fails by itself.
    if (!read.ok && isOfOneThing(read.failure)) return null;
    if (!read.ok && read.failure.code !== 'missing') return read.failure;
    const others =
      read.ok &&
      (read.value.strangers > 0 || (read.value.members ?? []).some((id) => id !== holder.subjectId));
    if (!read.ok || others || !isMarked(read.value.externalId)) this.notOurs.push(item);
    return null;
  }

  private async judgeEligibility(): Promise<Failed> {
    const { reach, ledger, holder } = this.question;
    const rules = conditionalRules(this.question);
    if (this.subject === null || rules.length === 0) return null;
    const eligibility = new Eligibility(reach, this.groups.traits, this.subject, ledger, holder);
    for (const rule of rules) {
      const found = await eligibility.isEligible(rule);
      // Without an answer nothing new is granted; what is held stays until there is one, and all else goes its way.
      if (!found.ok && !isOfOneSearch(found.failure)) return found.failure;
      if (!found.ok) this.undecided.add(rule.name);
      else if (!found.value) this.ineligible.add(rule.name);
    }
    this.groups.traits = eligibility.traits;
    return null;
  }

  private conclude(): Observed {
    const { subject, question } = this;
    const { traits, resolutions, evidence, gone, identified, cached } = this.groups;
    const { holder, cache, now, reach } = question;
    const presence = new Map([...this.remembered.facts.presence, ...this.groups.presence]);
    const held = subject === null ? [] : itemsOf(subject);
    const values = this.valuesInQuestion();
    const asked = new Set(values.map(({ kind, type, name }) => valueKey(kind, type, name)));
    for (const { kind, type, name } of values) {
      // What nobody gave a type may have got one from the directory (`meant` in core/multi-valued.ts).
      const isIt = (item: Item): boolean =>
        item.kind === kind && item.name === name && !asked.has(itemKey(item));
      const typed = type === undefined && held.some(isIt);
      presence.set(valueKey(kind, type, name), typed ? 'present' : 'absent');
    }
    for (const item of held) if (item.kind !== 'group') presence.set(itemKey(item), 'present');
    for (const [id, seen] of evidence) {
      const who = { groupId: id, subjectId: holder.subjectId };
      const is = presenceOf(seen, who, reach.profile, traits);
      // An account that is gone is in no group, whether or not its groups show that.
      presence.set(groupKey(id), is === 'unknown' && subject === null ? 'absent' : is);
    }
    for (const id of gone) presence.set(groupKey(id), 'absent');
    const read = new Set([...evidence.keys(), ...gone].map(groupKey));
    const remembered = Object.fromEntries(
      [...presence].flatMap(([key, is]) =>
        is === 'unknown' ? [] : [[key, { is, at: this.seenAt(key, read) }]],
      ),
    );
    return {
      facts: { resolutions, presence, held },
      failure: null,
      refusal: this.succeeded ? 'subject-changed' : refusalOf(question, subject),
      ineligible: this.ineligible,
      undecided: this.undecided,
      evidence,
      subject,
      identified,
      notOurs: this.notOurs,
      cache: {
        ...cache,
        traits,
        groups: cached,
        subjects: { ...cache.subjects, [holder.subjectId]: { readAt: now, held, presence: remembered } },
      },
    };
  }

  /** What was only remembered keeps its time, or it would stay fresh for ever. */
  private seenAt(key: string, read: ReadonlySet<string>): number {
    const { cache, holder, now } = this.question;
    const isValue = !key.startsWith('group\n');
    return read.has(key) || isValue ? now : (cache.subjects[holder.subjectId]?.presence[key]?.at ?? now);
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
    const resolutions = new Map<string, Resolution>(this.groups.resolutions);
    const groups = ledger.holdings.toReversed().flatMap(({ item }) => (item.kind === 'group' ? [item] : []));
    const byId = new Map(groups.map((item) => [item.id, item]));
    const byName = new Map(groups.map((item) => [item.name, item]));
    for (const target of groupTargets(ledger, holder)) {
      const key = targetKey(target);
      if (resolutions.has(key)) continue;
      resolutions.set(key, {
        found: (target.by === 'id' ? byId : byName).get(target.name) ?? {
          kind: 'group',
          name: target.name,
          id: null,
        },
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
