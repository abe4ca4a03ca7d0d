// Carries a plan out, one change after the other: durable intent, request, read back, durable outcome.
import type { AuditFields } from '../core/audit-record.ts';
import { type DirectoryFailure, type Failure, harmOf, isPassing, reasonOf } from '../core/failure.ts';
import { inProgress } from '../core/in-progress.ts';
import { drop, dropGroup, find, type Holding, type Ledger, put } from '../core/ledger.ts';
import { markerOf } from '../core/marker.ts';
import type { Change, Plan } from '../core/plan.ts';
import type { ChangeOutcome, Reason, Verdict } from '../core/vocabulary.ts';
import { changeLine, type EventOf, type LineOf } from './change-line.ts';
import { withOwnGroup } from './own-group.ts';
import { perform } from './perform.ts';
import type { Clock, EndpointCache, Ids, State } from './ports.ts';
import type { Performed, Reach } from './reach.ts';
import { afterChange, type Observed, withTraits } from './recall.ts';
import type { Scribe } from './scribe.ts';
import { type ChangeReport, mayPass, reasonFor, refusedBy, type Told, type Verdicted } from './verdict.ts';

export interface Errand extends LineOf {
  readonly reach: Reach;
  readonly observed: Observed;
  readonly repo: string;
  /** The event that a change of the plan belongs to. */
  readonly eventOf: (planned: Change) => EventOf;
  /** Whether the log has this already, from a run that a crash or a dead directory ended. */
  readonly isLogged: (event: string, change: Change, outcome: ChangeOutcome) => boolean;
}

export class CarryOut {
  private readonly state: Pick<State, 'writeLedger'>;
  private readonly clock: Clock;
  private readonly ids: Ids;
  private readonly scribe: Scribe;
  private readonly errand: Errand;
  ledger: Ledger;
  cache: EndpointCache;
  readonly reports: ChangeReport[] = [];
  /** The change under way has its intent in the log. */
  private intended = false;
  private event: EventOf = null;
  /** The directory doesn't answer any more: what is left isn't tried one by one. */
  private lost: DirectoryFailure | null;

  constructor(
    ports: { state: Pick<State, 'writeLedger'>; clock: Clock; ids: Ids },
    scribe: Scribe,
    errand: Errand,
    ledger: Ledger,
  ) {
    this.state = ports.state;
    this.clock = ports.clock;
    this.ids = ports.ids;
    this.scribe = scribe;
    this.errand = errand;
    this.ledger = ledger;
    this.cache = errand.observed.cache;
    this.lost = errand.observed.failure;
  }

  /** The directory was reached, and then wanted to be left alone. */
  get askedForPeace(): DirectoryFailure | null {
    return this.lost?.code === 'throttled' && this.errand.observed.failure === null ? this.lost : null;
  }

  async run(plan: Plan): Promise<void> {
    for (const holding of plan.adopt) this.ledger = put(this.ledger, holding);
    for (const holding of plan.forget) this.ledger = drop(this.ledger, holding);
    for (const change of plan.changes) await this.carry(change);
  }

  private async carry(change: Change): Promise<void> {
    const { disposition } = change;
    const started = this.clock.now();
    this.intended = false;
    this.event = this.errand.eventOf(change);
    switch (disposition.do) {
      case 'refuse':
        return this.report(change, refusedBy(disposition), started);
      case 'would':
        return this.report(change, { outcome: 'would' }, started);
      case 'await':
        return this.report(change, { outcome: 'owed', stillOwed: this.event === null }, started);
      case 'record':
        return this.record(change, disposition.happened, started);
      case 'apply': {
        const told = await this.apply(change);
        return this.report(told.change, told.verdict, started);
      }
    }
  }

  private async apply(change: Change): Promise<Told> {
    switch (change.op) {
      case 'add':
      case 'create':
        return this.add(change.op === 'create' ? this.marked(change) : change);
      case 'remove':
        return { change, verdict: await this.remove(change) };
      case 'delete':
        return { change, verdict: await this.delete(change) };
    }
  }

  private async record(change: Change, happened: boolean, started: number): Promise<void> {
    const holding = this.holding(change, 'held');
    // That it failed was said when it did: what never came, even late, is no failure of whatever event is next.
    if (!happened && change.op === 'add' && this.errand.isLogged(holding.event, change, 'failed')) {
      this.ledger = drop(this.ledger, holding);
      return;
    }
    const isHeld = (change.op === 'add') === happened;
    this.ledger = isHeld ? put(this.ledger, holding) : drop(this.ledger, holding);
    if (isHeld) this.ledger = withOwnGroup(this.ledger, change, this.errand.holder);
    const verdict: Verdicted = happened
      ? { outcome: 'applied', verified: 'confirmed' }
      : { outcome: 'failed' };
    return this.report(change, verdict, started);
  }

  private async add(change: Change): Promise<Told> {
    const told = (verdict: Verdicted, about = change): Told => ({ change: about, verdict });
    const cannot = this.whyNotNow(change);
    if (cannot) return told({ outcome: cannot.passing ? 'pending' : 'failed', ...cannot });
    const previous = this.ledger;
    const adding = this.holding(change, 'adding');
    this.ledger = put(previous, adding);
    const saved = await this.state.writeLedger(this.ledger);
    // Without a durable trace of the absence that was seen, a crash would leave access that nobody takes back.
    if (!saved.ok) return told(this.undo(previous, saved.failure));
    if (!(await this.scribe.writeNowOrNever(this.line('intent', change)))) {
      await this.state.writeLedger(previous);
      return told(this.undo(previous, this.scribe.failure ?? undefined));
    }
    this.intended = true;
    const done = await this.perform(change);
    if (done.refused === true) {
      this.ledger = previous;
      return told({ ...done, outcome: 'refused' });
    }
    if (done.verified === undefined) {
      // What may have arrived stays `adding`, so that whatever is found counts as ours.
      this.ledger =
        done.unsure === true ? put(this.ledger, { ...adding, asked: this.clock.now() }) : previous;
      return told({ ...done, outcome: mayPass(done) ? 'pending' : 'failed' });
    }
    if (done.verified === 'accepted') {
      this.ledger = put(this.ledger, { ...adding, accepted: this.clock.now() });
      return told({ ...done, outcome: 'pending' });
    }
    // A yes that isn't seen to be one may come true later: it stays `adding` too.
    if (done.verified === 'contradicted') {
      const item = { ...adding.item, id: done.groupId ?? adding.item.id };
      this.ledger = put(drop(this.ledger, adding), { ...adding, item, asked: this.clock.now() });
      return told({ ...done, outcome: 'failed' });
    }
    const known = { ...change, item: { ...change.item, id: done.groupId ?? change.item.id } };
    const holding: Holding = {
      ...adding,
      item: known.item,
      state: 'held',
      before: done.before ?? change.before,
    };
    this.ledger = put(drop(this.ledger, adding), holding);
    this.ledger = withOwnGroup(this.ledger, known, this.errand.holder);
    return told({ ...done, outcome: 'applied' }, known);
  }

  /** The marker is in the ledger before the group is made: by it the group is known after a crash. */
  private marked(change: Change): Change {
    const known = find(this.ledger, { ...this.errand.holder, item: change.item })?.item.externalId;
    return { ...change, item: { ...change.item, externalId: known ?? markerOf(this.ids.lease()) } };
  }

  private undo(previous: Ledger, failure: Failure | undefined): Verdicted {
    this.ledger = previous;
    return { outcome: 'failed', failure };
  }

  private async remove(change: Change): Promise<Verdicted> {
    // From here on the entry is about its removal: after a crash, the line that is missing belongs to this event.
    const kept = this.holding(change, 'removing');
    const holding = { ...kept, event: this.event?.event ?? kept.event };
    const stillOwed = find(this.ledger, holding)?.state === 'owed';
    const owe = (why: Omit<Verdicted, 'outcome'>, more: Partial<Holding> = {}): Verdicted => {
      this.ledger = put(this.ledger, { ...holding, ...more, state: 'owed' });
      return { ...why, outcome: 'owed', stillOwed };
    };
    const cannot = this.whyNotNow(change);
    if (cannot) return owe(cannot, cannot.accepted === undefined ? {} : { accepted: cannot.accepted });
    this.ledger = put(this.ledger, holding);
    // Taking back goes ahead whatever the disk says: the ledger on disk still has it as held, and the line comes late.
    await this.state.writeLedger(this.ledger);
    await this.scribe.write(this.line('intent', change));
    this.intended = true;
    const done = await this.perform(change);
    if (done.verified === 'accepted') return owe(done, { accepted: this.clock.now() });
    if (done.verified !== 'confirmed') return owe(done);
    this.ledger = drop(this.ledger, holding);
    return { ...done, outcome: 'applied' };
  }

  /** A group of ours whose branch is gone: what can't be deleted now stays in the ledger, what mustn't be goes out of it. */
  private async delete(change: Change): Promise<Verdicted> {
    const cannot = this.whyNotNow(change);
    if (cannot) return { ...cannot, outcome: 'owed' };
    await this.scribe.write(this.line('intent', change));
    this.intended = true;
    const done = await this.perform(change);
    const over = done.refused === true || done.verified === 'confirmed';
    if (over) this.ledger = dropGroup(this.ledger, { ...this.errand.holder, item: change.item });
    const outcome = done.refused === true ? 'refused' : over ? 'applied' : 'owed';
    return { ...done, outcome };
  }

  private async perform(change: Change): Promise<Performed> {
    const { reach, observed, holder } = this.errand;
    const { traits } = this.cache;
    const done = await perform({ reach, traits, change, observed, ledger: this.ledger, holder });
    this.cache = withTraits(this.cache, done.traits);
    const { failure } = done;
    // Whoever asks for peace has been waited for as long as there was time.
    if (failure?.code === 'unreachable' || failure?.code === 'denied' || failure?.code === 'throttled')
      this.lost = failure;
    const reason = done.reason ?? (failure === undefined ? undefined : reasonFor(failure));
    return { ...done, ...(reason === undefined ? {} : { reason }) };
  }

  /** Why no request can be made for a change now, if so. */
  private whyNotNow(change: Change): {
    reason?: Reason | undefined;
    failure?: Failure;
    verified?: Verdict;
    accepted?: number;
    passing: boolean;
  } | null {
    const { lost } = this;
    if (lost) return { reason: reasonOf(lost), failure: lost, passing: isPassing(lost) };
    const now = this.clock.now();
    const busy = inProgress(this.ledger, this.errand.holder, change.item, now);
    // Taking away twice does no harm (RFC 7644 section 3.5.2.2), and whether it came to pass shows only by asking.
    if (busy !== null && !(busy.isSame && change.op === 'remove'))
      return busy.isSame ? { verified: 'accepted', accepted: busy.since, passing: true } : { passing: true };
    return now > this.errand.reach.deadline ? { reason: 'deadline', passing: true } : null;
  }

  private holding(change: Change, state: Holding['state']): Holding {
    const { holder, repo } = this.errand;
    const { event } = this;
    const old = find(this.ledger, { ...holder, item: change.item });
    return {
      endpoint: holder.endpoint,
      subject: holder.subject,
      subjectId: holder.subjectId,
      item: change.item,
      before: change.before,
      managed: change.managed,
      state,
      event: old?.event ?? event?.event ?? '',
      lease: change.lease,
      rules: change.rules,
      repo: old?.repo ?? repo,
      branch: old?.branch ?? event?.branch ?? null,
      since: old?.since ?? this.clock.now(),
    };
  }

  private async report(change: Change, verdict: Verdicted, started: number): Promise<void> {
    const { outcome, reason, verified, failure, stillOwed, status, requestId, transaction, attempts } =
      verdict;
    const { event } = this;
    this.reports.push({ change, event: event?.event ?? null, outcome, reason, verified, failure, stillOwed });
    if (outcome === 'applied')
      this.cache = afterChange(this.cache, this.errand.holder.subjectId, change, this.clock.now());
    // The line comes before the ledger: after a crash between the two it is found and not written twice.
    // A change whose intent stands in the log always gets its line.
    const due = this.intended || !this.errand.isLogged(event?.event ?? '', change, outcome);
    if (event !== null && due) {
      await this.scribe.write({
        ...this.line('change', change),
        outcome,
        ms: this.clock.now() - started,
        ...(reason === undefined ? {} : { reason }),
        ...(verified === undefined ? {} : { verified }),
        ...(status === undefined ? {} : { status }),
        ...(attempts === undefined || attempts === 0 ? {} : { attempts }),
        ...(requestId ? { requestId } : {}),
        ...(transaction ? { transaction } : {}),
        ...harmOf(failure),
      });
    }
    const { do: done } = change.disposition;
    if (done === 'apply' || done === 'record') await this.state.writeLedger(this.ledger);
  }

  private line(kind: 'intent' | 'change', change: Change): AuditFields {
    return { ...changeLine(kind, change, this.ledger, this.errand, this.clock.now()), ...this.event };
  }
}
