// The events of one wake-up: each gets its own line first and its one closing line last, whatever happens between.
import type { AuditFields } from '../core/audit-record.ts';
import type { OpenEvent } from '../core/event.ts';
import type { Holding } from '../core/ledger.ts';
import type { Closed } from '../core/notice.ts';
import { type Ended, outcomeOf } from '../core/outcome.ts';
import type { Change } from '../core/plan.ts';
import type { Transited } from '../core/transit.ts';
import type { Known } from './gather.ts';
import type { Claim, Clock, Ids } from './ports.ts';
import type { Recollection } from './recollect.ts';
import { eventFields, type Scribe } from './scribe.ts';
import type { ChangeReport } from './verdict.ts';

/** Lines that are about an event without being its own. */
const STEPS: ReadonlySet<string> = new Set(['intent', 'change', 'sync']);

/** Kinds of events that lead from one branch to another. */
const FROM: ReadonlySet<string> = new Set(['switch', 'gap', 'branch-renamed']);

interface BookOptions {
  readonly scribe: Scribe;
  readonly memory: Recollection;
  readonly transited: Transited;
  readonly claim: Claim;
  readonly known: Known;
  /** Names of the rules that match a branch. */
  readonly rulesFor: (branch: string | null) => readonly string[];
  readonly clock: Clock;
  readonly ids: Ids;
}

export class EventBook {
  private readonly options: BookOptions;
  private events: readonly OpenEvent[];
  private readonly told: Set<string>;
  /** Which leases came and went, and why not, as far as that is known by now. */
  transited: Transited;

  constructor(options: BookOptions) {
    this.options = options;
    const { memory, transited } = options;
    this.transited = transited;
    // Closed by a run that died before it could say so in the spool.
    this.events = transited.events.filter(
      (event) => (memory.synced.get(event.id) ?? 'pending') === 'pending',
    );
    // Told, if only to the lines that wait for the disk.
    const waiting = options.scribe.unlogged.flatMap((line) =>
      STEPS.has(line.kind) ? [] : (line.event ?? []),
    );
    this.told = new Set([...memory.told, ...waiting]);
  }

  /** Writes the lines of all events but mere renewals, which get one only when something comes of them. */
  async tell(): Promise<void> {
    await this.write(this.events.filter((event) => !event.renewal));
  }

  /** The event a change belongs to; null where nothing that happened now brought it about. */
  eventOf(change: Change, holding: Pick<Holding, 'event' | 'state'> | null): OpenEvent | null {
    const { endedBy, granted } = this.transited;
    const byId = (id: string | null | undefined): OpenEvent | undefined =>
      this.events.find((event) => event.id === id);
    const takes = change.op === 'remove' || change.op === 'delete';
    // What a crash cut short goes on under the event that began it, whatever came after that: its intent stands there.
    if (change.disposition.do === 'record' || (!takes && holding?.state === 'adding')) {
      const own = byId(holding?.event);
      if (own) return own;
    }
    const lease = change.lease;
    const granting = [...granted].find(([, leases]) => leases.some((each) => each.id === lease))?.[0];
    const cause = takes ? (lease === null ? undefined : endedBy.get(lease)) : granting;
    return byId(cause) ?? this.acting(change) ?? null;
  }

  /** Access that drifted, or is owed, is put right by whatever event comes by. A refusal is said once, by its own. */
  private acting(change: Change): OpenEvent | undefined {
    const { do: disposition } = change.disposition;
    const live = this.events.filter((event) => !event.superseded);
    const asked = live.find((event) => event.kind === 'reconcile');
    // Somebody asks for exactly that, and hears also what can't be.
    if (asked !== undefined) return asked;
    if (disposition === 'refuse' || disposition === 'would') return undefined;
    return live.find((event) => !event.renewal) ?? live[0];
  }

  /** An event for what nothing else brought about: something owed, drift, or a lease that lost its reason. */
  async openSettle(about: Partial<Pick<OpenEvent, 'place' | 'branch'>> = {}): Promise<OpenEvent> {
    const { ids, clock, claim, known, scribe } = this.options;
    const event: OpenEvent = {
      id: ids.event(),
      kind: 'settle',
      place: null,
      from: null,
      branch: null,
      at: clock.now(),
      renewal: false,
      superseded: false,
      ...about,
    };
    this.events = [...this.events, event];
    await claim.commit({ ...known, open: this.events, unlogged: scribe.unlogged });
    await this.write([event]);
    return event;
  }

  get isLogged(): Recollection['isLogged'] {
    return this.options.memory.isLogged;
  }

  /** A renewal that something comes of is told after all. */
  async ensureTold(events: readonly OpenEvent[]): Promise<void> {
    await this.write(events);
  }

  private async write(events: readonly OpenEvent[]): Promise<void> {
    const fresh = events.filter((event) => !this.told.has(event.id));
    for (const event of fresh) this.told.add(event.id);
    await this.options.scribe.write(
      ...fresh.map(
        (event): AuditFields => ({
          kind: event.kind,
          at: new Date(event.at).toISOString(),
          ...eventFields(event),
          rules: this.options.rulesFor(event.branch),
          ...(FROM.has(event.kind) ? { from: event.from, fromRules: this.options.rulesFor(event.from) } : {}),
        }),
      ),
    );
  }

  /** Nothing is over: all events stay, with the lines that are still due. */
  async keepOpen(): Promise<void> {
    const { claim, known, scribe } = this.options;
    await claim.commit({ ...known, open: this.events, unlogged: scribe.unlogged });
  }

  /** Writes what became of each event, and lets go of those that are over once that is durable. */
  async close(reports: readonly ChangeReport[]): Promise<Closed[]> {
    const { memory, scribe, claim, known } = this.options;
    const closing = this.events.map((event) => ({ event, ended: this.endOf(event, reports) }));
    const lines = closing.filter(({ event, ended }) => {
      const silent = event.renewal && !this.told.has(event.id);
      return !silent && !(ended.outcome === 'pending' && memory.synced.get(event.id) === 'pending');
    });
    const durable = await scribe.writeNowOrNever(
      ...lines.map(({ event, ended }) => this.closingLine(event, ended)),
    );
    const open = closing
      .filter(({ ended }) => !durable || ended.outcome === 'pending')
      .map(({ event }) => event);
    await claim.commit({ ...known, open, unlogged: scribe.unlogged });
    return closing.map((each) => ({
      ...each,
      over: durable && lines.includes(each) && each.ended.outcome !== 'pending',
    }));
  }

  private endOf(event: OpenEvent, reports: readonly ChangeReport[]): Ended {
    if (event.superseded) return { outcome: 'superseded' };
    const own = reports.filter((report) => report.event === event.id);
    return outcomeOf(own, this.transited.reasons.get(event.id));
  }

  private closingLine(event: OpenEvent, { outcome, reason }: Ended): AuditFields {
    const { transited } = this;
    const { clock } = this.options;
    const now = clock.now();
    const leases = transited.granted.get(event.id) ?? [];
    const ended = [...transited.endedBy].filter(([, by]) => by === event.id).map(([lease]) => lease);
    // Where HEAD is on no branch, it is about what it ended.
    const over = event.branch === null ? transited.ended.filter(({ id }) => ended.includes(id)) : [];
    const rules = [
      ...this.options.rulesFor(event.branch),
      ...[...leases, ...over].flatMap((lease) => lease.rules),
    ];
    const expires = Math.min(...leases.map((lease) => lease.expires ?? Number.POSITIVE_INFINITY));
    return {
      kind: 'sync',
      at: new Date(now).toISOString(),
      ...eventFields(event),
      outcome,
      ms: Math.max(0, now - event.at),
      ...(reason === undefined ? {} : { reason }),
      rules: [...new Set(rules)],
      ...(leases[0] === undefined ? {} : { lease: leases[0].id, leases }),
      ...(Number.isFinite(expires) ? { expires: new Date(expires).toISOString() } : {}),
      ...(ended.length === 0 ? {} : { ended }),
    };
  }
}
