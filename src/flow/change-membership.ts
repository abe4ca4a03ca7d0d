// One membership changed, in the first form that the directory carries out, and proven by reading back.
import { type DirectoryHarm, isPassing } from '../core/failure.ts';
import {
  type Evidence,
  followed,
  isCrowd,
  learnFrom,
  lostMembers,
  othersStayed,
  presenceOf,
  saysOf,
} from '../core/presence.ts';
import type { AddForm, RemoveForm } from '../core/profile.ts';
import {
  afterRefusal,
  formsOf,
  isLarge,
  judgeTreatment,
  sendsIfMatch,
  type Traits,
  treatsOthers,
} from '../core/traits.ts';
import { type Confirmed, confirm, look } from './membership.ts';
import type { Answer, Written } from './ports.ts';
import type { Performed, Reach } from './reach.ts';
import { isAboutForm, isGone, isStale, statusOf } from './refusal.ts';
import { LAG, waitFor } from './steady.ts';

export interface MembershipChange {
  readonly op: 'add' | 'remove';
  readonly groupId: string;
  readonly groupName: string;
  /** As it was seen before. */
  readonly evidence: Evidence;
}

export async function changeMembership(
  reach: Reach,
  traits: Traits,
  change: MembershipChange,
): Promise<Performed> {
  if (treatsOthers(traits, change.op) === 'wrong') return unsafe(reach, traits, change);
  const closer = await lookCloser(reach, traits, change);
  if ('attempts' in closer) return closer;
  return new MembershipWriter(reach, closer.traits, change, closer).run();
}

interface Closer {
  readonly evidence: Evidence;
  readonly traits: Traits;
  /** The group was read just now, and not for the plan: who is missing after the change was there right before it. */
  readonly isFresh: boolean;
}

/**
 * Before anything is written it must be known whether it was there already, or it could never be given back; and until
 * an endpoint was seen to leave others alone, who else is in the group.
 */
async function lookCloser(
  reach: Reach,
  traits: Traits,
  { op, groupId, evidence }: MembershipChange,
): Promise<Performed | Closer> {
  const known = presenceOf(evidence, { groupId, subjectId: reach.subjectId }, reach.profile, traits);
  const list = treatsOthers(traits, op) === undefined;
  const unlisted = evidence.group === null || evidence.group.large;
  const mayList = list && reach.profile.listsMembers !== 'no' && !isLarge(traits, groupId);
  const again = mayList && isCrowd(evidence, reach.subjectId);
  const unseen = op === 'add' && known === 'unknown' && evidence.filter === null;
  if (!(mayList && unlisted) && !unseen && !again) return { evidence, traits, isFresh: false };
  const seen = await look(reach, traits, groupId, again ? { ...evidence, group: null } : evidence, mayList);
  // What was seen for the plan is enough to go on: only what it does to others can't be told then.
  if (!seen.ok && again && !unseen) return { evidence, traits, isFresh: false };
  if (!seen.ok) return { failure: seen.failure, attempts: 0, traits };
  const { presence, gone } = seen.value;
  if (op === 'add' && presence === 'present' && known !== 'present')
    return { verified: 'confirmed', before: 'present', attempts: 0, traits: seen.value.traits };
  if (op === 'remove' && gone) return { verified: 'confirmed', attempts: 0, traits: seen.value.traits };
  return { ...seen.value, isFresh: unlisted || again };
}

const unsafe = (
  { directory: { endpoint } }: Reach,
  traits: Traits,
  { groupName }: MembershipChange,
): Performed => ({
  failure: { code: 'unsafe', endpoint, what: `the members of ${groupName}` },
  attempts: 0,
  traits,
});

class MembershipWriter {
  private readonly reach: Reach;
  private change: MembershipChange;
  private traits: Traits;
  private version: string | null;
  private attempts = 0;
  /** Some form was answered with a yes: whatever comes after, what it did may show later. */
  private isTaken = false;
  private isFresh: boolean;

  constructor(reach: Reach, traits: Traits, change: MembershipChange, { evidence, isFresh }: Closer) {
    this.reach = reach;
    this.traits = traits;
    this.change = { ...change, evidence };
    this.version = evidence.group?.version ?? null;
    this.isFresh = isFresh;
  }

  private get expected(): 'present' | 'absent' {
    return this.change.op === 'add' ? 'present' : 'absent';
  }

  async run(): Promise<Performed> {
    const { profile } = this.reach;
    const forms =
      this.change.op === 'add'
        ? formsOf(profile.addMember, this.traits.addForm)
        : formsOf(profile.removeMember, this.traits.removeForm);
    let last: Performed = this.ended({});
    for (const [at, form] of forms.entries()) {
      const sent = await this.send(form);
      if ('traits' in sent) return sent;
      if (!sent.ok) {
        const { failure } = sent;
        const status = statusOf(failure);
        if (this.change.op === 'remove' && isGone(failure)) return this.prove({ status }, form);
        const isRefusal = isAboutForm(failure);
        // That another form was taken says more than that this one is not.
        last = this.ended(isRefusal && this.isTaken ? last : { failure, status });
        if (isRefusal && at < forms.length - 1) continue;
        if (!isRefusal && failure.code !== 'faulty') return last;
        // What it answered makes no sense, or isn't true (a 400, yet stored); what it did may.
        const arrived = await this.hasArrived();
        if (arrived === true) return this.prove({ status }, form);
        const isNo = isRefusal && arrived === false;
        return isNo || last.verified !== undefined ? last : { ...last, unsure: true };
      }
      const { status, requestId, transaction, accepted } = sent.value;
      this.isTaken = true;
      if (accepted) return this.ended({ verified: 'accepted', status, requestId, transaction });
      last = await this.prove({ status, requestId }, form);
      if (last.verified !== 'contradicted' || last.failure !== undefined) return last;
    }
    return last;
  }

  /** Sent again only when it is certain that nothing came of it. A `Performed` says that something did. */
  private async send(form: AddForm | RemoveForm): Promise<Answer<Written> | Performed> {
    let stale = 0;
    for (let tries = 1; ; tries += 1) {
      const answer = await this.request(form);
      if (answer.ok) return answer;
      const { failure } = answer;
      if (isStale(failure) && stale < 3) {
        stale += 1;
        await this.renewVersion(stale);
        continue;
      }
      const conflict =
        failure.code === 'rejected' && failure.status === 409 && failure.scimType !== 'uniqueness';
      if (!isPassing(failure) && !conflict) return answer;
      if (failure.code !== 'throttled') {
        const arrived = await this.hasArrived();
        if (arrived === null) return this.ended({ failure, unsure: true, status: statusOf(failure) });
        if (arrived) return this.prove({ status: statusOf(failure) }, form);
      }
      if (!(await waitFor(this.reach, failure.code === 'unreachable' ? { code: 'again' } : failure, tries)))
        return this.ended({ failure, unsure: true, status: statusOf(failure) });
      if (this.isFresh) await this.readAgain();
    }
  }

  private get ifMatch(): string | null {
    return sendsIfMatch(this.reach.profile, this.traits) ? this.version : null;
  }

  private request(form: AddForm | RemoveForm): Promise<Answer<Written>> {
    const { directory, subjectId } = this.reach;
    const { op, groupId } = this.change;
    const version = this.ifMatch;
    this.attempts += 1;
    return op === 'add'
      ? directory.addMember(groupId, subjectId, form as AddForm, version)
      : directory.removeMember(groupId, subjectId, form as RemoveForm, version);
  }

  /** RFC 7644 section 3.14: somebody changed the group since. One member's change is right whatever they did. */
  private async renewVersion(stale: number): Promise<void> {
    await this.reach.clock.pause(LAG);
    const current = await this.readAgain();
    this.traits = afterRefusal(this.traits, this.ifMatch, current);
    this.version = stale < 3 ? current : null;
  }

  /** Its version; with who is in it, where that is to show what the next request does to them. */
  private async readAgain(): Promise<string | null> {
    const group = await this.reach.directory.group(this.change.groupId, this.isFresh ? 'members' : 'bare');
    if (this.isFresh && group.ok)
      this.change = { ...this.change, evidence: { ...this.change.evidence, group: group.value } };
    this.isFresh &&= group.ok;
    return group.ok ? group.value.version : null;
  }

  /** After an answer that got lost. Null: that can't be seen. */
  private async hasArrived(): Promise<boolean | null> {
    const { evidence, groupId } = this.change;
    const seen = await confirm(this.reach, this.traits, groupId, evidence, this.expected, false);
    const who = { groupId, subjectId: this.reach.subjectId };
    const asked = Object.values(saysOf(seen.evidence, who)).some((says) => says !== null);
    return asked ? seen.verdict === 'confirmed' : null;
  }

  private async prove(
    sent: { readonly status: number; readonly requestId?: string | null },
    form: AddForm | RemoveForm,
  ): Promise<Performed> {
    const { change, reach, expected } = this;
    const { groupId, evidence: before, op } = change;
    const list = treatsOthers(this.traits, op) === undefined && (before.group?.members ?? []).length > 0;
    let seen = await confirm(reach, this.traits, groupId, before, expected, list);
    this.traits = seen.traits;
    seen = await this.withSubject(seen);
    const lost = lostMembers(before, seen.evidence, reach.subjectId);
    if (lost.length > 0 && this.isFresh && isCrowd(before, reach.subjectId)) return this.restore(lost, sent);
    const who = { groupId, subjectId: reach.subjectId };
    if (seen.verdict === 'confirmed') {
      this.traits = learnFrom(this.traits, { before, after: seen.evidence, who, is: expected === 'present' });
      const known = op === 'add' ? { addForm: form as AddForm } : { removeForm: form as RemoveForm };
      if (sent.status < 400) this.traits = { ...this.traits, ...known };
      if (othersStayed(before, seen.evidence, reach.subjectId))
        this.traits = judgeTreatment(this.traits, op, 'right');
    }
    // It wasn't there for somebody who shows it now, so it was absent for certain.
    const settled = op === 'add' && followed(before, seen.evidence, who, true);
    return this.ended({
      ...sent,
      verified: seen.verdict,
      evidence: seen.evidence,
      ...(settled ? { before: 'absent' as const } : {}),
      ...(seen.verdict === 'contradicted' ? { reason: 'contradicted' as const } : {}),
      ...(seen.verdict === 'confirmed' && lost.length > 0 ? { failure: this.missing(lost) } : {}),
    });
  }

  private missing(names: readonly string[]): DirectoryHarm {
    const { endpoint } = this.reach.directory;
    return { code: 'went-missing', endpoint, what: `the other members of ${this.change.groupName}`, names };
  }

  /** Once per endpoint: whether the user's own list of groups follows changes, which saves a request at each later one. */
  private async withSubject(seen: Confirmed): Promise<Confirmed> {
    const { evidence, verdict } = seen;
    const known = this.change.evidence.subject?.groups != null && evidence.subject === null;
    if (verdict !== 'confirmed' || !known || this.traits.userGroups !== undefined) return seen;
    const subject = await this.reach.directory.subject(this.reach.subjectId);
    return subject.ok ? { ...seen, evidence: { ...evidence, subject: subject.value } } : seen;
  }

  /** The directory took everybody else out: they are put back at once, and nothing more is written there. */
  private async restore(
    lost: readonly string[],
    sent: { readonly status: number; readonly requestId?: string | null },
  ): Promise<Performed> {
    const { directory } = this.reach;
    const { groupId, groupName } = this.change;
    this.traits = judgeTreatment(this.traits, this.change.op, 'wrong');
    this.attempts += 1;
    await directory.restoreMembers(groupId, lost);
    const group = await directory.group(groupId);
    const members = new Set(group.ok ? group.value.members : []);
    const restored = lost.every((id) => members.has(id));
    return this.ended({
      ...sent,
      verified: 'contradicted',
      reason: 'contradicted',
      failure: {
        code: 'harmed',
        endpoint: directory.endpoint,
        what: `other members of ${groupName}`,
        names: lost,
        restored,
      },
    });
  }

  private ended(more: Omit<Performed, 'attempts' | 'traits'>): Performed {
    const unsure = this.isTaken && more.verified === undefined ? { unsure: true as const } : {};
    return { ...more, ...unsure, attempts: this.attempts, traits: this.traits };
  }
}
