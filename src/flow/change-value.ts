// One role or entitlement changed in the user's list, with everybody else's values proven unchanged or put back.
import { isPassing } from '../core/failure.ts';
import type { Item } from '../core/ledger.ts';
import { harmedValues, hurtBy, isSameValue, meant, mergeValue } from '../core/multi-valued.ts';
import type { SubjectFacts, ValueFacts } from '../core/scim-message.ts';
import { etagsAreHonoured, sendsIfMatch, type Traits, valueWay } from '../core/traits.ts';
import { isAboutForm, isGone, statusOf } from './change-membership.ts';
import type { Answer, Written } from './ports.ts';
import type { Performed, Reach } from './reach.ts';
import { waitFor } from './steady.ts';

export interface ValueChange {
  readonly op: 'add' | 'remove';
  readonly item: Item & { readonly kind: 'role' | 'entitlement' };
  /** Whether a value is one that we gave: what may be put at risk to learn how the directory treats it. */
  readonly isOurs: (value: ValueFacts) => boolean;
}

export const changeValue = (reach: Reach, traits: Traits, change: ValueChange): Promise<Performed> =>
  new ValueWriter(reach, traits, change).run();

type Form = 'single' | 'replace';

interface Seen {
  readonly subject: SubjectFacts;
  readonly values: readonly ValueFacts[];
}

/** How often a list that somebody else keeps changing is read anew (412) before it waits for the next wake-up. */
const MOST_STALE = 3;

const SECOND_LOOK = 250;

class ValueWriter {
  private readonly reach: Reach;
  private readonly change: ValueChange;
  private traits: Traits;
  private attempts = 0;
  private status = 0;
  private requestId: string | null = null;
  private targets: readonly ValueFacts[] | null = null;

  constructor(reach: Reach, traits: Traits, change: ValueChange) {
    this.reach = reach;
    this.traits = traits;
    this.change = change;
  }

  async run(): Promise<Performed> {
    let stale = 0;
    let tries = 1;
    let last: Performed = this.ended({});
    const refused = new Set<Form>();
    for (;;) {
      // The whole list may be written, so it is read right before: what isn't ours stays as it is.
      const seen = await this.read();
      if (!seen.ok)
        return this.ended({ failure: seen.failure, unsure: this.attempts > 0 ? true : undefined });
      if (this.isDone(seen.value)) return this.already();
      const form = this.forms(seen.value).find((each) => !refused.has(each));
      if (form === undefined) return this.attempts > 0 ? last : this.unsafe();
      const sent = await this.send(form, seen.value);
      if (sent.ok) {
        const { status, requestId, transaction, accepted } = sent.value;
        this.status = status;
        this.requestId = requestId;
        if (accepted) return this.ended({ verified: 'accepted', transaction });
        last = await this.prove(form, seen.value);
        // The next safe form, if there is one; a second time in the same form would do the same.
        if (last.verified !== 'contradicted' || last.failure !== undefined) return last;
        refused.add(form);
        continue;
      }
      const { failure } = sent;
      this.status = statusOf(failure);
      last = this.ended({ failure, ...(failure.code === 'faulty' ? { unsure: true as const } : {}) });
      if (failure.code === 'rejected' && failure.status === 412 && stale < MOST_STALE) {
        stale += 1;
        this.traits = { ...this.traits, etags: 'honoured' };
      } else if (this.change.op === 'remove' && isGone(failure)) {
        refused.add(form);
        const after = await this.read();
        if (after.ok && this.isDone(after.value)) return this.ended({ verified: 'confirmed' });
      } else if (isAboutForm(failure)) {
        refused.add(form);
      } else if (isPassing(failure)) {
        // Reading it again, which comes next, shows whether it arrived.
        const lost = failure.code === 'unreachable' ? { code: 'again' } : failure;
        if (!(await waitFor(this.reach, lost, tries))) return this.ended({ failure, unsure: true });
        tries += 1;
      } else if (failure.code === 'faulty') {
        // What it answered makes no sense; what it did may.
        const after = await this.read();
        return after.ok && this.isDone(after.value) ? this.prove(form, seen.value) : last;
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

  /** It was so before anything was sent, or an answer that got lost was a yes. */
  private already(): Performed {
    if (this.attempts > 0) return this.ended({ verified: 'confirmed' });
    const before = this.change.op === 'add' ? { before: 'present' as const } : {};
    return this.ended({ verified: 'confirmed', idle: true, ...before });
  }

  /** The safe forms, the safest first. */
  private forms({ values }: Seen): Form[] {
    const { profile } = this.reach;
    const { op, item, isOurs } = this.change;
    const others = this.others(values);
    const judged = (form: Form) => this.traits.values?.[this.way(form)];
    const wanted = ((): Form[] => {
      if (profile.values === 'replace') return ['replace'];
      if (profile.values === 'single') return ['single', 'replace'];
      if (etagsAreHonoured(profile, this.traits)) return ['replace'];
      if (judged('single') === 'right') return ['single', 'replace'];
      // How it treats a single value is found out only where nothing but ours could be hurt by it.
      const harmless = others.length > 0 && others.every(isOurs);
      return harmless && op === 'add' ? ['single', 'replace'] : ['replace'];
    })();
    // Without a type, removing one value alone takes it out under every type.
    const twins =
      op === 'remove' && item.type === undefined && others.some(({ value }) => value === item.name);
    return wanted.filter((form) =>
      form === 'single' && twins ? false : others.length === 0 || judged(form) !== 'wrong',
    );
  }

  private way(form: Form): string {
    return valueWay(this.change.item.kind, form === 'single' ? this.change.op : 'replace');
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

  private next(values: readonly ValueFacts[]): ValueFacts[] {
    const { op, item } = this.change;
    return op === 'add' ? mergeValue(values, item) : this.others(values);
  }

  private send(form: Form, { subject, values }: Seen): Promise<Answer<Written>> {
    const { directory, profile, subjectId } = this.reach;
    const { op, item } = this.change;
    const version = sendsIfMatch(profile, this.traits) ? subject.version : null;
    this.attempts += 1;
    if (form === 'replace') return directory.setValues(subjectId, item.kind, this.next(values), version);
    const [value] = this.meant(op === 'add' ? this.next(values) : values);
    // Both lists have it: that is what is to be added, or was found to be there.
    if (value === undefined) throw new Error(`no value to ${op}`);
    return op === 'add'
      ? directory.addValue(subjectId, item.kind, value, version)
      : directory.removeValue(subjectId, item.kind, value, version);
  }

  private async prove(form: Form, before: Seen): Promise<Performed> {
    let after = await this.read();
    if (after.ok && !this.isDone(after.value)) {
      await this.reach.clock.pause(SECOND_LOOK);
      after = await this.read();
    }
    if (!after.ok) return this.ended({ verified: 'unverifiable' });
    const foreign = this.others(before.values);
    const hurt = hurtBy(this.change.item, foreign, after.value.values);
    if (hurt.length > 0) return this.restore(form, before, hurt);
    if (!this.isDone(after.value)) return this.ended({ verified: 'contradicted', reason: 'contradicted' });
    if (foreign.length > 0 && harmedValues(foreign, after.value.values).length === 0)
      this.judge(form, 'right');
    const version = before.subject.version;
    // It changed, and its version did not: If-Match would protect nothing there.
    if (version !== null && after.value.subject.version === version)
      this.traits = { ...this.traits, etags: 'frozen' };
    return this.ended({ verified: 'confirmed' });
  }

  private judge(form: Form, judgement: 'right' | 'wrong'): void {
    this.traits = { ...this.traits, values: { ...this.traits.values, [this.way(form)]: judgement } };
  }

  /** First what was meant, as a whole list; where that hurts as well, what was there before. */
  private async restore(form: Form, before: Seen, hurt: readonly ValueFacts[]): Promise<Performed> {
    this.judge(form, 'wrong');
    const foreign = this.others(before.values);
    const isWhole = ({ values }: Seen): boolean => harmedValues(foreign, values).length === 0;
    if (form === 'single' && this.traits.values?.[this.way('replace')] !== 'wrong') {
      const after = await this.write(this.next(before.values));
      if (after !== null && isWhole(after) && this.isDone(after))
        return this.ended({ verified: 'confirmed' });
      this.judge('replace', 'wrong');
    }
    const after = await this.write(before.values);
    return this.ended({
      verified: 'contradicted',
      reason: 'contradicted',
      failure: {
        code: 'harmed',
        endpoint: this.reach.directory.endpoint,
        what: `other ${this.key} of yours`,
        names: hurt.map(({ value }) => value),
        restored: after !== null && isWhole(after),
      },
    });
  }

  private async write(values: readonly ValueFacts[]): Promise<Seen | null> {
    const { directory, subjectId } = this.reach;
    this.attempts += 1;
    await directory.setValues(subjectId, this.change.item.kind, values);
    const seen = await this.read();
    return seen.ok ? seen.value : null;
  }

  private unsafe(): Performed {
    const { endpoint } = this.reach.directory;
    return this.ended({ failure: { code: 'unsafe', endpoint, what: `your ${this.key}` } });
  }

  private ended(more: { [K in keyof Performed]?: Performed[K] | undefined }): Performed {
    const { attempts, traits, status, requestId } = this;
    const defined = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined));
    return { ...(attempts > 0 ? { status, requestId } : {}), ...defined, attempts, traits };
  }
}
