// One wake-up: everything that is open is settled, under the state lock, so that no event is lost and none acts twice.
import type { OpenEvent } from '../core/event.ts';
import type { DirectoryFailure, Failure } from '../core/failure.ts';
import { isOfDirectory, isPassing } from '../core/failure.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Closed } from '../core/notice.ts';
import { type Ended, outcomeOf } from '../core/outcome.ts';
import { ok, type Result } from '../core/result.ts';
import type { ConfigEntry } from '../core/settings.ts';
import { EventBook } from './event-book.ts';
import { holdersConcerned, settleHolder } from './holder.ts';
import { notify } from './notify.ts';
import type { Ports } from './ports.ts';
import { type Ask, type Prepared, prepare } from './prepare.ts';
import { withoutPresence } from './recall.ts';
import { recollect } from './recollect.ts';
import { leisureFor, seenSince } from './reconciling.ts';
import { commonFields, Scribe } from './scribe.ts';
import { withSkews } from './skew.ts';
import { deadlineOf, rulesOf, type Standing } from './standing.ts';
import type { ChangeReport } from './verdict.ts';

export interface Settled {
  readonly standing: Standing;
  readonly ledger: Ledger;
  readonly reports: readonly ChangeReport[];
  readonly events: readonly Closed[];
  /** What became of the event that was asked for, and all that was changed on the way. */
  readonly asked: { readonly event: OpenEvent; readonly ended: Ended } | null;
  /** Something failed that may well succeed a little later. */
  readonly again: boolean;
  /** Milliseconds that the directory asked to be left alone for; null: it didn't. */
  readonly retryAfter: number | null;
  /** The directory couldn't be looked at, so that nothing to change is only what is known here. */
  readonly unseen: DirectoryFailure | null;
  /** The audit log couldn't be written, so nothing was added and no event was closed. */
  readonly unlogged: Failure | null;
}

export function settle(
  ports: Ports,
  entries: readonly ConfigEntry[],
  ask: Ask,
  waited?: () => void,
): Promise<Result<Settled, Failure>> {
  return ports.state
    .withLock(async () => {
      const prepared = await prepare(ports, entries, ask);
      return prepared.ok ? settleAll(ports, prepared.value) : prepared;
    }, waited)
    .then(async (locked) => {
      const settled = locked.ok ? locked.value : locked;
      if (!settled.ok) return settled;
      const { standing, events, reports } = settled.value;
      await notify(ports, standing, events, reports);
      return settled;
    });
}

async function settleAll(ports: Ports, prepared: Prepared): Promise<Result<Settled, Failure>> {
  const { standing, claim, transited, known } = prepared;
  const before = claim.progress;
  const saved = await claim.commit({ ...known, open: transited.events, unlogged: before.unlogged });
  if (!saved.ok) return saved;

  const unsettled = prepared.ledger.holdings.filter(
    (holding) => holding.state === 'adding' || holding.state === 'removing',
  );
  const memory = await recollect(ports.audit, before.open, unsettled);
  const scribe = new Scribe(ports.audit, commonFields(standing), before.unlogged);
  const { clock, ids } = ports;
  const rulesFor = rulesOf(standing);
  const book = new EventBook({ scribe, memory, transited, claim, known, rulesFor, clock, ids });
  await book.tell();

  const { reconciling } = prepared;
  const leisure = reconciling === undefined ? 0 : leisureFor(prepared.ledger);
  const deadline = deadlineOf(standing, ports.clock.now()) + leisure;
  let ledger = prepared.ledger;
  const remembered = await ports.state.readCache();
  const looked =
    prepared.asked?.kind === 'manual'
      ? withoutPresence(remembered)
      : reconciling === undefined
        ? remembered
        : seenSince(remembered, reconciling.since);
  let cache = withSkews(looked, prepared.clocks.measured);
  const reports: ChangeReport[] = [];
  let unseen: DirectoryFailure | null = null;
  for (const holder of holdersConcerned(prepared)) {
    const done = await settleHolder({ ports, prepared, holder, ledger, cache, scribe, book, deadline });
    ledger = done.ledger;
    cache = { endpoints: { ...cache.endpoints, [holder.endpoint]: done.cache } };
    reports.push(...done.reports);
    unseen ??= done.unseen;
  }
  const kept = await ports.state.writeLedger(ledger);
  if (!kept.ok) {
    // What the ledger doesn't know must be done again; what was done already gets its lines when there is room.
    await book.keepOpen();
    return kept;
  }
  await ports.state.writeCache(cache);

  const events = await book.close(reports);
  const asked = events.find(({ event }) => event.id === prepared.asked?.id);
  return ok({
    standing,
    ledger,
    reports,
    events,
    asked:
      asked === undefined
        ? null
        : { event: asked.event, ended: outcomeOf(reports, book.transited.reasons.get(asked.event.id)) },
    again: reports.some(isPassingReport),
    retryAfter: longestWait([unseen, ...reports.map(({ failure }) => failure)]),
    unseen,
    unlogged: scribe.failure,
  });
}

/** Worth another try soon: the directory was out of reach, or hadn't finished. */
const isPassingReport = ({ outcome, failure, verified, reason }: ChangeReport): boolean =>
  (outcome === 'pending' || outcome === 'owed') &&
  (verified === 'accepted' ||
    reason === 'deadline' ||
    failure?.code === 'twin-group' ||
    (failure !== undefined && isOfDirectory(failure) && isPassing(failure)));

function longestWait(failures: readonly (Failure | null | undefined)[]): number | null {
  const waits = failures.flatMap((failure) =>
    failure?.code === 'throttled' && failure.retryAfter !== null ? [failure.retryAfter] : [],
  );
  return waits.length === 0 ? null : Math.max(...waits);
}
