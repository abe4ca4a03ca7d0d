// One role or entitlement changed in the user's list, with everybody else's values proven unchanged or put back.
import { type DirectoryFailure, type DirectoryHarm, isPassing } from '../core/failure.ts';
import { harmedValues, hurtBy, isSameValue, meant, mendedValues, mergeValue } from '../core/multi-valued.ts';
import type { SubjectFacts, ValueFacts } from '../core/scim-message.ts';
import { afterRefusal, sendsIfMatch, type Traits } from '../core/traits.ts';
import type { Answer, Written } from './ports.ts';
import type { Performed, Reach } from './reach.ts';
import { isAboutForm, isGone, isStale, statusOf } from './refusal.ts';
import { LAG, waitFor } from './steady.ts';
import { type Form, safeForms, type ValueChange, wayOf } from './value-form.ts';

export const changeValue = (reach: Reach, traits: Traits, change: ValueChange): Promise<Performed> =>
  new ValueWriter(reach, traits, change).run();

/** A list as it was right before something was written to it. */
interface Sent {
  readonly form: Form;
  readonly before: Seen;
  /** The If-Match it was sent with. */
  readonly version: string | null;
}

interface Seen {
  readonly subject: SubjectFacts;
  readonly values: readonly ValueFacts[];
}

/** How often a list that somebody else keeps changing is read anew (412) before it waits for the next wake-up. */
const MOST_STALE = 3;

class ValueWriter {
  private readonly reach: Reach;
  private readonly change: ValueChange;
  private traits: Traits;
  private attempts = 0;
  private status = 0;
  private requestId: string | null = null;
  private targets: readonly ValueFacts[] | null = null;
  /** Some form was answered with a yes: whatever comes after, what it did may show later. */
  private isTaken = false;

  constructor(reach: Reach, traits: Traits, change: ValueChange) {
    this.reach = reach;
    this.traits = traits;
    this.change = change;
  }

  async run(): Promise<Performed> {
    let stale = 0;
    let tries = 1;
    let last: Performed = this.ended({});
    /** Sent, and not known to have come to nothing. */
    let open: Sent | null = null;
    let refused: string | null = null;
    const tried = new Set<Form>();
    for (;;) {
      // The whole list may be written, so it is read right before: what isn't ours stays as it is.
      const seen = await this.read();
      if (!seen.ok)
        return this.ended({ failure: seen.failure, unsure: this.attempts > 0 ? true : undefined });
      this.traits = afterRefusal(this.traits, refused, seen.value.subject.version);
      refused = null;
      const isDone = this.isDone(seen.value);
      if (open !== null && (isDone || this.hurt(open, seen.value).length > 0))
        return this.judgeBy(open, seen.value);
      if (isDone) return this.already();
      if (last.unsure === true) return last;
      const form = this.forms(seen.value).find((each) => !tried.has(each));
      if (form === undefined) return this.attempts > 0 ? last : this.unsafe();
      const { version } = seen.value.subject;
      const ifMatch = sendsIfMatch(this.reach.profile, this.traits) ? version : null;
      const doing: Sent = { form, before: seen.value, version: ifMatch };
      const sent = await this.send(doing);
      if (sent.ok || !cameToNothing(sent.failure)) open = doing;
      if (sent.ok) {
        const { status, requestId, transaction, accepted } = sent.value;
        this.status = status;
        this.requestId = requestId;
        this.isTaken = true;
        if (accepted) return this.ended({ verified: 'accepted', transaction });
        last = await this.prove(doing);
        // The next safe form, if there is one; a second time in the same form would do the same.
        if (last.verified !== 'contradicted' || last.failure !== undefined) return last;
        tried.add(form);
        continue;
      }
      // Reading it again, which comes next, shows whether it arrived: a lost answer may have been a yes, one that makes
      // no sense too, and some answer 400 to what they have done (facts: PATCH is not atomic everywhere).
      const { failure } = sent;
      this.status = statusOf(failure);
      const isRefusal = isAboutForm(failure) || (this.change.op === 'remove' && isGone(failure));
      // That another form was taken says more than that this one is not.
      last = this.ended(isRefusal && this.isTaken ? last : { failure });
      if (isStale(failure) && stale < MOST_STALE) {
        stale += 1;
        refused = ifMatch;
        await this.reach.clock.pause(LAG);
      } else if (isRefusal) {
        tried.add(form);
      } else if (isPassing(failure)) {
        const lost = failure.code === 'unreachable' ? { code: 'again' } : failure;
        if (!(await waitFor(this.reach, lost, tries))) return this.ended({ failure, unsure: true });
        tries += 1;
      } else if (failure.code === 'faulty') {
        last = { ...last, unsure: true };
      } else return last;
    }
  }

  private get key(): 'roles' | 'entitlements' {
    return this.change.item.kind === 'role' ? 'roles' : 'entitlements';
  }

  private async read(): Promise<Answer<Seen>> {
    const subject = await this.reach.directory.subject(this.reach.subjectId);
    return subject.ok
      ? { ok: true, value: { subject: subject.value, values: subject.value[this.key] } }
      : subject;
  }

  private isDone({ values }: Seen): boolean {
    const { op } = this.change;
    return this.meant(values).length > 0 === (op === 'add');
  }

  /** It was so before anything was sent, or came to be so meanwhile. */
  private already(): Performed {
    const before = this.change.op === 'add' && this.attempts === 0 ? { before: 'present' as const } : {};
    return this.ended({ verified: 'confirmed', ...before });
  }

  private forms({ values }: Seen): Form[] {
    return safeForms(this.reach.profile, this.traits, this.change, this.others(values));
  }

  /** What is taken away is what was found first: one that turns up in its place later is somebody else's. */
  private meant(values: readonly ValueFacts[]): readonly ValueFacts[] {
    const { op, item, isOurs } = this.change;
    // One that was given with its type is not the one that was given without.
    const untyped = values.filter((value) => (value.type ?? '') === '' || !isOurs(value));
    const found = meant(item.type === undefined ? untyped : values, item);
    if (op === 'add') return found;
    const targets = this.targets ?? found;
    this.targets = targets;
    return values.filter((value) => targets.some((target) => isSameValue(value, target)));
  }

  private others(values: readonly ValueFacts[]): ValueFacts[] {
    const ours = this.meant(values);
    return values.filter((value) => !ours.includes(value));
  }

  /** Ours goes under whatever type it came to have. */
  private without(values: readonly ValueFacts[], foreign: readonly ValueFacts[]): ValueFacts[] {
    const isForeign = (value: ValueFacts): boolean => foreign.some((other) => isSameValue(other, value));
    return this.others(values).filter((value) => value.value !== this.change.item.name || isForeign(value));
  }

  private next(values: readonly ValueFacts[]): ValueFacts[] {
    const { op, item } = this.change;
    return op === 'add' ? mergeValue(values, item) : this.others(values);
  }

  private send({ form, before, version }: Sent): Promise<Answer<Written>> {
    const { directory, subjectId } = this.reach;
    const { op, item } = this.change;
    const { values } = before;
    this.attempts += 1;
    if (form === 'replace') return directory.setValues(subjectId, item.kind, this.next(values), version);
    const [value] = this.meant(op === 'add' ? this.next(values) : values);
    // Both lists have it: that is what is to be added, or was found to be there.
    if (value === undefined) throw new Error(`no value to ${op}`);
    return op === 'add'
      ? directory.addValue(subjectId, item.kind, value, version)
      : directory.removeValue(subjectId, item.kind, value, version);
  }

  private async prove(sent: Sent): Promise<Performed> {
    let after = await this.read();
    if (after.ok && !this.isDone(after.value)) {
      await this.reach.clock.pause(LAG);
      after = await this.read();
    }
    if (!after.ok) return this.ended({ verified: 'unverifiable' });
    return this.judgeBy(sent, after.value);
  }

  /** Which of the others' values a change is to blame for. */
  private hurt({ before, version }: Sent, after: Seen): readonly ValueFacts[] {
    const { profile } = this.reach;
    const isBound =
      this.isTaken && version !== null && (profile.etags === 'yes' || this.traits.etags === 'honoured');
    return hurtBy(this.change.item, this.others(before.values), after.values, isBound);
  }

  private async judgeBy(sent: Sent, after: Seen): Promise<Performed> {
    const { form, before } = sent;
    const hurt = this.hurt(sent, after);
    if (hurt.length > 0) return this.restore(sent, after, hurt);
    if (!this.isDone(after)) return this.ended({ verified: 'contradicted', reason: 'contradicted' });
    const foreign = this.others(before.values);
    const missing = harmedValues(foreign, after.values);
    if (missing.length > 0) return this.ended({ verified: 'confirmed', failure: this.missing(missing) });
    if (foreign.length > 0 && this.isTaken) this.judge(form, 'right');
    const { version } = before.subject;
    // It changed, and its version did not: If-Match would protect nothing there.
    if (version !== null && after.subject.version === version)
      this.traits = { ...this.traits, etags: 'frozen' };
    return this.ended({ verified: 'confirmed' });
  }

  private missing(values: readonly ValueFacts[]): DirectoryHarm {
    const { endpoint } = this.reach.directory;
    const names = values.map(({ value }) => value);
    return { code: 'went-missing', endpoint, what: `your other ${this.key}`, names };
  }

  private judge(form: Form, judgement: 'right' | 'wrong'): void {
    this.traits = {
      ...this.traits,
      values: { ...this.traits.values, [wayOf(this.change, form)]: judgement },
    };
  }

  /** First what was meant, as a whole list; where that hurts as well, what others had. */
  private async restore(sent: Sent, after: Seen, hurt: readonly ValueFacts[]): Promise<Performed> {
    const { form, before } = sent;
    this.judge(form, 'wrong');
    const foreign = this.others(before.values);
    const isWhole = (seen: Seen | null): boolean =>
      seen !== null && harmedValues(foreign, seen.values).length === 0;
    let seen: Seen | null = after;
    if (form === 'single' && this.traits.values?.[wayOf(this.change, 'replace')] !== 'wrong') {
      seen = await this.mend(seen, foreign, (values) => this.next(values));
      if (seen !== null && isWhole(seen) && this.isDone(seen)) return this.ended({ verified: 'confirmed' });
      this.judge('replace', 'wrong');
    }
    // Where the list can't be read, it is taken for what it was.
    seen = await this.mend(seen ?? before, foreign, (values) => this.without(values, foreign));
    return this.ended({
      verified: 'contradicted',
      reason: 'contradicted',
      failure: {
        code: 'harmed',
        endpoint: this.reach.directory.endpoint,
        what: `other ${this.key} of yours`,
        names: hurt.map(({ value }) => value),
        restored: isWhole(seen),
      },
    });
  }

  /** Writes the list as it is now, with those that were hurt as they were, unless somebody else was faster (412). */
  private async mend(
    now: Seen,
    foreign: readonly ValueFacts[],
    list: (values: readonly ValueFacts[]) => readonly ValueFacts[],
  ): Promise<Seen | null> {
    const { directory, profile, subjectId } = this.reach;
    const hurt = harmedValues(foreign, now.values);
    for (let [seen, stale] = [now, 0]; ; stale += 1) {
      const version = sendsIfMatch(profile, this.traits) ? seen.subject.version : null;
      this.attempts += 1;
      const values = list(mendedValues(seen.values, hurt));
      const sent = await directory.setValues(subjectId, this.change.item.kind, values, version);
      const after = await this.read();
      if (!after.ok) return null;
      if (sent.ok || !isStale(sent.failure) || stale === MOST_STALE) return after.value;
      this.traits = afterRefusal(this.traits, version, after.value.subject.version);
      seen = after.value;
    }
  }

  private unsafe(): Performed {
    const { endpoint } = this.reach.directory;
    return this.ended({ failure: { code: 'unsafe', endpoint, what: `your ${this.key}` } });
  }

  private ended(more: { [K in keyof Performed]?: Performed[K] | undefined }): Performed {
    const { attempts, traits, status, requestId } = this;
    const unsure = this.isTaken && more.verified === undefined ? { unsure: true } : {};
    const given = Object.entries({ ...more, ...unsure }).filter(([, value]) => value !== undefined);
    const defined = Object.fromEntries(given);
    return { ...(attempts > 0 ? { status, requestId } : {}), ...defined, attempts, traits };
  }
}

/** Nobody carried that out. */
const cameToNothing = (failure: DirectoryFailure): boolean =>
  failure.code === 'throttled' || isStale(failure);
