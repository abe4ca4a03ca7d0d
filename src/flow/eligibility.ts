// Whether the subject is eligible for a rule: in one of its groups, through other groups too, not counting what we gave.
import type { Rule } from '../core/config.ts';
import { type Holder, isOurs, itemKey, type Ledger, sameHolder } from '../core/ledger.ts';
import { NO_EVIDENCE } from '../core/presence.ts';
import type { GroupFacts, SubjectFacts } from '../core/scim-message.ts';
import { type GroupTarget, groupKey } from '../core/target.ts';
import { type Traits, userGroupsAreLive } from '../core/traits.ts';
import { look } from './membership.ts';
import type { Answer } from './ports.ts';
import type { Reach } from './reach.ts';

/** How many groups inside a group are looked into before nobody is taken to be in there. */
const MOST_NESTED = 20;

export class Eligibility {
  private readonly reach: Reach;
  private readonly subject: SubjectFacts;
  private readonly given: ReadonlySet<string>;
  private readonly known = new Map<string, boolean>();
  traits: Traits;

  constructor(reach: Reach, traits: Traits, subject: SubjectFacts, ledger: Ledger, holder: Holder) {
    this.reach = reach;
    this.traits = traits;
    this.subject = subject;
    this.given = new Set(
      ledger.holdings
        .filter((holding) => sameHolder(holding, holder) && isOurs(holding))
        .map(({ item }) => itemKey(item)),
    );
  }

  /** When it can't be seen, the answer is no: nothing is granted that may not be. */
  async isEligible({ eligible }: Rule): Promise<Answer<boolean>> {
    for (const target of eligible) {
      const found = await this.isIn(target);
      if (!found.ok || found.value) return found;
    }
    return yes(eligible.length === 0);
  }

  private async isIn(target: GroupTarget): Promise<Answer<boolean>> {
    const key = `${target.by}\n${target.name}`;
    const known = this.known.get(key);
    if (known !== undefined) return yes(known);
    const found = await this.findIn(target);
    if (found.ok) this.known.set(key, found.value);
    return found;
  }

  private async findIn(target: GroupTarget): Promise<Answer<boolean>> {
    const groups = await this.reach.directory.findGroups(target.by, target.name, 'bare');
    if (!groups.ok) return groups;
    const seen = (this.subject.groups ?? []).length > 0;
    const live = userGroupsAreLive(this.reach.profile, this.traits, seen);
    const [group, ...others] = groups.value;
    if (group === undefined || others.length > 0 || this.isGiven(group.id)) return yes(false);
    if (this.own.some(({ id }) => id === group.id)) return yes(true);
    if (!live) {
      const closer = await look(
        this.reach,
        this.traits,
        group.id,
        { ...NO_EVIDENCE, subject: this.subject },
        false,
      );
      if (!closer.ok) return closer;
      this.traits = closer.value.traits;
      if (closer.value.presence === 'present') return yes(true);
    }
    return this.isWithin(group);
  }

  /** Groups that the directory says the subject is in; by way of a group that we gave counts for nothing. */
  private get own(): readonly { readonly id: string }[] {
    return this.listed.filter(({ id, direct }) => !this.isGiven(id) && (direct || this.given.size === 0));
  }

  /** A list that is known to show the past shows nobody eligible. */
  private get listed(): NonNullable<SubjectFacts['groups']> {
    const { profile } = this.reach;
    const stale = this.traits.userGroups === 'stale' || profile.userGroups === 'no';
    return stale ? [] : (this.subject.groups ?? []);
  }

  private isGiven(id: string): boolean {
    return this.given.has(groupKey(id));
  }

  /** Through groups that are members of the group (RFC 7643 section 4.1.2: `indirect`). */
  private async isWithin(top: GroupFacts): Promise<Answer<boolean>> {
    const direct = new Set(this.listed.flatMap((each) => (each.direct ? [each.id] : [])));
    const seen = new Set([top.id]);
    const waiting = [top.id];
    for (let looked = 0; waiting.length > 0 && looked < MOST_NESTED; looked += 1) {
      const id = waiting.shift() ?? '';
      const group = await this.reach.directory.group(id);
      if (!group.ok) {
        if (group.failure.code === 'missing') continue;
        return group;
      }
      const nested = group.value.nested.filter((each) => !seen.has(each) && !this.isGiven(each));
      const inside = group.value.members?.includes(this.reach.subjectId) === true && id !== top.id;
      if (inside || nested.some((each) => direct.has(each))) return yes(true);
      for (const each of nested) seen.add(each);
      waiting.push(...nested);
    }
    return yes(false);
  }
}

const yes = (value: boolean): Answer<boolean> => ({ ok: true, value });
