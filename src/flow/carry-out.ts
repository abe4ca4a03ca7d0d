// Carries a plan out, one change after the other: durable intent, request, read back, durable outcome.
import type { AuditFields } from '../core/audit-record.ts';
import type { Failure } from '../core/failure.ts';
import { isPassing, reasonOf } from '../core/failure.ts';
import { drop, find, type Holding, type Ledger, put } from '../core/ledger.ts';
import type { Change, Plan } from '../core/plan.ts';
import type { ChangeOutcome, Reason, Verdict } from '../core/vocabulary.ts';
import type { Clock, Directory, EndpointCache, State } from './ports.ts';
import type { Observed } from './recall.ts';
import { afterChange } from './recall.ts';
import { request, verify } from './request.ts';
import type { Scribe } from './scribe.ts';

/** What became of one change. */
export interface ChangeReport {
  readonly change: Change;
  /** Null: it belongs to no event of this wake-up, and isn't worth one of its own. */
  readonly event: string | null;
  readonly outcome: ChangeOutcome;
  readonly reason?: Reason | undefined;
  readonly verified?: Verdict | undefined;
  readonly failure?: Failure | undefined;
  /** It was owed before this wake-up already. */
  readonly stillOwed?: boolean | undefined;
}

export interface Errand {
  readonly directory: Directory;
  readonly observed: Observed;
  readonly holder: { readonly endpoint: string; readonly subject: string; readonly subjectId: string };
  readonly repo: string;
  /** The event a change belongs to, with what its lines say of it; null where it belongs to none. */
  readonly eventOf: (
    change: Change,
  ) => (Pick<AuditFields, 'event' | 'branch' | 'worktree'> & { event: string }) | null;
  /** Whether the log has this already, from a run that a crash or a dead directory ended. */
  readonly isLogged: (event: string, change: Change, outcome: ChangeOutcome) => boolean;
  readonly expiryOf: (leaseId: string | null) => number | null;
  /** Milliseconds since the epoch: no new request after it. */
  readonly deadline: number;
}

interface Verdicted {
  readonly outcome: ChangeOutcome;
  readonly reason?: Reason | undefined;
  readonly verified?: Verdict | undefined;
  readonly failure?: Failure | undefined;
  readonly stillOwed?: boolean | undefined;
  readonly status?: number | undefined;
  readonly requestId?: string | null | undefined;
}

export class CarryOut {
  private readonly state: Pick<State, 'writeLedger'>;
  private readonly clock: Clock;
  private readonly scribe: Scribe;
  private readonly errand: Errand;
  ledger: Ledger;
  cache: EndpointCache;
  readonly reports: ChangeReport[] = [];
  private intended: Change | null = null;

  constructor(
    ports: { state: Pick<State, 'writeLedger'>; clock: Clock },
    scribe: Scribe,
    errand: Errand,
    ledger: Ledger,
  ) {
    this.state = ports.state;
    this.clock = ports.clock;
    this.scribe = scribe;
    this.errand = errand;
    this.ledger = ledger;
    this.cache = errand.observed.cache;
  }

  async run(plan: Plan): Promise<void> {
    for (const holding of plan.adopt) this.ledger = put(this.ledger, holding);
    for (const holding of plan.forget) this.ledger = drop(this.ledger, holding);
    for (const change of plan.changes) await this.carry(change);
  }

  private async carry(change: Change): Promise<void> {
    const { disposition } = change;
    const started = this.clock.now();
    switch (disposition.do) {
      case 'refuse':
        return this.report(change, { outcome: 'refused', reason: disposition.reason }, started);
      case 'would':
        return this.report(change, { outcome: 'would' }, started);
      case 'record':
        return this.record(change, disposition.happened, started);
      case 'apply':
        return this.report(
          change,
          change.op === 'add' ? await this.add(change) : await this.remove(change),
          started,
        );
    }
  }

  private async record(change: Change, happened: boolean, started: number): Promise<void> {
    const holding = this.holding(change, 'held');
    const isHeld = (change.op === 'add') === happened;
    this.ledger = isHeld ? put(this.ledger, holding) : drop(this.ledger, holding);
    const verdict: Verdicted = happened
      ? { outcome: 'applied', verified: 'confirmed' }
      : { outcome: 'failed' };
    return this.report(change, verdict, started);
  }

  private async add(change: Change): Promise<Verdicted> {
    const cannot = this.whyNotNow();
    if (cannot) return { outcome: cannot.passing ? 'pending' : 'failed', ...cannot };
    const previous = this.ledger;
    const adding = this.holding(change, 'adding');
    this.ledger = put(previous, adding);
    const saved = await this.state.writeLedger(this.ledger);
    // Without a durable trace of the absence that was seen, a crash would leave access that nobody takes back.
    if (!saved.ok) return this.undo(previous, saved.failure);
    if (!(await this.scribe.writeNowOrNever(this.line('intent', change)))) {
      await this.state.writeLedger(previous);
      return this.undo(previous, this.scribe.failure ?? undefined);
    }
    this.intended = change;
    const sent = await request(this.errand, change);
    if (!sent.ok) {
      const { failure } = sent;
      const unsure = isPassing(failure) || failure.code === 'faulty';
      if (!unsure) this.ledger = previous;
      const status = 'status' in failure ? failure.status : undefined;
      return {
        outcome: isPassing(failure) ? 'pending' : 'failed',
        reason: reasonOf(failure),
        failure,
        status,
      };
    }
    const { status, requestId, accepted } = sent.value;
    if (accepted) return { outcome: 'pending', verified: 'accepted', status, requestId };
    const { verified, before, listed } = await verify(this.errand, change, 'present');
    if (listed) this.cache = { ...this.cache, listsMembers: true };
    if (verified === 'contradicted') {
      this.ledger = previous;
      return { outcome: 'failed', reason: 'contradicted', verified, status, requestId };
    }
    this.ledger = put(this.ledger, { ...adding, state: 'held', before });
    return { outcome: 'applied', verified, status, requestId };
  }

  private undo(previous: Ledger, failure: Failure | undefined): Verdicted {
    this.ledger = previous;
    return { outcome: 'failed', failure };
  }

  private async remove(change: Change): Promise<Verdicted> {
    // From here on the entry is about its removal: after a crash, the line that is missing belongs to this event.
    const kept = this.holding(change, 'removing');
    const holding = { ...kept, event: this.errand.eventOf(change)?.event ?? kept.event };
    const stillOwed = find(this.ledger, holding)?.state === 'owed';
    const owe = (why: Omit<Verdicted, 'outcome'>): Verdicted => {
      this.ledger = put(this.ledger, { ...holding, state: 'owed' });
      return { ...why, outcome: 'owed', stillOwed };
    };
    const cannot = this.whyNotNow();
    if (cannot) return owe(cannot);
    this.ledger = put(this.ledger, holding);
    // Taking back goes ahead whatever the disk says: the ledger on disk still has it as held, and the line comes late.
    await this.state.writeLedger(this.ledger);
    await this.scribe.write(this.line('intent', change));
    this.intended = change;
    const sent = await request(this.errand, change);
    const gone =
      !sent.ok &&
      (sent.failure.code === 'missing' ||
        (sent.failure.code === 'rejected' && sent.failure.scimType === 'noTarget'));
    if (!sent.ok && !gone) {
      const { failure } = sent;
      return owe({
        reason: reasonOf(failure),
        failure,
        status: 'status' in failure ? failure.status : undefined,
      });
    }
    const answer = sent.ok
      ? sent.value
      : { status: 'status' in sent.failure ? sent.failure.status : 0, requestId: null, accepted: false };
    const { status, requestId, accepted } = answer;
    if (accepted) return owe({ verified: 'accepted', status, requestId });
    const { verified } = await verify(this.errand, change, 'absent');
    if (verified === 'confirmed') {
      this.ledger = drop(this.ledger, holding);
      return { outcome: 'applied', verified, status, requestId };
    }
    return owe({
      verified,
      status,
      requestId,
      reason: verified === 'contradicted' ? 'contradicted' : undefined,
    });
  }

  /** Why no request can be made for a change now, if so. */
  private whyNotNow(): { reason: Reason | undefined; failure?: Failure; passing: boolean } | null {
    const { failure } = this.errand.observed;
    if (failure) return { reason: reasonOf(failure), failure, passing: isPassing(failure) };
    return this.clock.now() > this.errand.deadline ? { reason: 'deadline', passing: true } : null;
  }

  private holding(change: Change, state: Holding['state']): Holding {
    const { holder, repo } = this.errand;
    const event = this.errand.eventOf(change);
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
    const { outcome, reason, verified, failure, stillOwed, status, requestId } = verdict;
    const event = this.errand.eventOf(change);
    this.reports.push({ change, event: event?.event ?? null, outcome, reason, verified, failure, stillOwed });
    if (outcome === 'applied')
      this.cache = afterChange(this.cache, this.errand.holder.subjectId, change, this.clock.now());
    // The line comes before the ledger: after a crash between the two it is found and not written twice.
    // A change whose intent stands in the log always gets its line.
    const due = this.intended === change || !this.errand.isLogged(event?.event ?? '', change, outcome);
    if (event !== null && due) {
      await this.scribe.write({
        ...this.line('change', change),
        outcome,
        ms: this.clock.now() - started,
        ...(reason === undefined ? {} : { reason }),
        ...(verified === undefined ? {} : { verified }),
        ...(status === undefined ? {} : { status, attempts: 1 }),
        ...(requestId ? { requestId } : {}),
      });
    }
    const { do: done } = change.disposition;
    if (done === 'apply' || done === 'record') await this.state.writeLedger(this.ledger);
  }

  private line(kind: 'intent' | 'change', change: Change): AuditFields {
    const { holder } = this.errand;
    const before = find(this.ledger, { ...holder, item: change.item })?.before ?? change.before;
    const expires = this.errand.expiryOf(change.lease);
    return {
      kind,
      at: new Date(this.clock.now()).toISOString(),
      ...this.errand.eventOf(change),
      endpoint: holder.endpoint,
      subject: holder.subject,
      subjectId: holder.subjectId,
      op: change.op,
      target: change.item.kind,
      name: change.item.name,
      targetId: change.item.id,
      ...(change.item.type === undefined ? {} : { type: change.item.type }),
      before,
      managed: change.managed,
      lease: change.lease,
      rules: change.rules,
      ...(expires === null ? {} : { expires: new Date(expires).toISOString() }),
    };
  }
}
