// One subject at one endpoint: look, plan, and carry the plan out.
import { afterWakeUp, probeTimeout } from '../core/circuit.ts';
import type { Config } from '../core/config.ts';
import type { OpenEvent } from '../core/event.ts';
import type { DirectoryFailure } from '../core/failure.ts';
import {
  dropGroup,
  find,
  type Holder,
  holders,
  identify,
  isOurs,
  type Ledger,
  sameHolder,
} from '../core/ledger.ts';
import { type Change, type Plan, type PlanInput, plan } from '../core/plan.ts';
import { profileOf } from '../core/profile.ts';
import type { Transited } from '../core/transit.ts';
import { CarryOut } from './carry-out.ts';
import { branchOf } from './change-line.ts';
import type { EventBook } from './event-book.ts';
import { observe } from './observe.ts';
import { planInput } from './plan-for.ts';
import type { Cache, EndpointCache, Ports } from './ports.ts';
import type { Prepared } from './prepare.ts';
import type { Reach } from './reach.ts';
import { EMPTY_ENDPOINT, isEnough, type Observed, type Question, recall } from './recall.ts';
import { eventFields, type Scribe } from './scribe.ts';
import { retime } from './skew.ts';
import { steady } from './steady.ts';
import type { ChangeReport } from './verdict.ts';
import { endIneligible, withdraw } from './withdraw.ts';

export type Named = Holder & { readonly subject: string };

/** Milliseconds for one request where no config says. */
const TIMEOUT = 3_000;

/** The pinned subject, and whoever else the ledger owes a removal to because of this clone or an earlier try. */
export function holdersConcerned({
  standing,
  ledger,
  transited,
  sweeping,
}: Pick<Prepared, 'standing' | 'ledger' | 'transited' | 'sweeping'>): Named[] {
  const { pins } = standing.settings;
  const pinned =
    pins === null ? [] : [{ endpoint: pins.endpoint, subjectId: pins.subjectId, subject: pins.subject }];
  // A clone nobody trusted sends nothing, unless it has something to give back.
  if (pins === null && transited.ended.length === 0 && !sweeping) return [];
  const others = holders(ledger).filter((holder) => {
    if (pinned.some((other) => sameHolder(other, holder))) return false;
    const wanted = ledger.leases.some((lease) => sameHolder(lease, holder));
    const ended = transited.ended.some((lease) => sameHolder(lease, holder));
    return (
      ended ||
      (!wanted && ledger.holdings.some((holding) => sameHolder(holding, holder) && isOurs(holding))) ||
      (ledger.groups ?? []).some((group) => group.over && sameHolder(group, holder))
    );
  });
  const subjectOf = (holder: Holder): string =>
    [...ledger.holdings, ...ledger.leases, ...(ledger.groups ?? [])].find((each) => sameHolder(each, holder))
      ?.subject ?? '';
  return [...pinned, ...others.map((holder) => ({ ...holder, subject: subjectOf(holder) }))];
}

export interface View {
  /** Both as they came in, unless the account turned out to be somebody else: then its leases ended. */
  readonly ledger: Ledger;
  readonly transited: Transited;
  readonly observed: Observed;
  readonly input: PlanInput;
  readonly plan: Plan;
  readonly reach: Reach;
}

export interface Looking {
  readonly ports: Pick<Ports, 'connector' | 'clock' | 'random'>;
  readonly prepared: Pick<Prepared, 'standing' | 'transited' | 'reconciling'>;
  readonly holder: Named;
  readonly ledger: Ledger;
  readonly cache: EndpointCache;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly progress?: Question['progress'];
}

/** How the directory of a holder is reached: as this clone's rules say, else as was last heard of it. */
export function reachOf({ ports, prepared, holder, cache, deadline }: Looking): {
  readonly reach: Reach;
  /** For the first request, while the directory is known to be away. */
  readonly probe: Reach;
  readonly config: Config | null;
  readonly cache: EndpointCache;
} {
  const { policy, settings } = prepared.standing;
  const trusted = policy.state === 'trusted' ? policy.config : null;
  const isPinned = settings.pins !== null && sameHolder(settings.pins, holder);
  const chosen = isPinned && trusted !== null ? trusted.profile : cache.profile;
  const profile = profileOf(chosen);
  // The token is the endpoint's, not the subject's: what another subject was given there is taken back with it.
  const pinned = settings.pins?.endpoint === holder.endpoint;
  const timeout = trusted?.timeout ?? TIMEOUT;
  const { clock, random, connector } = ports;
  const patience = { clock, random, deadline };
  const within = (milliseconds: number): Reach => ({
    ...patience,
    profile,
    subjectId: holder.subjectId,
    directory: steady(
      connector.connect(holder.endpoint, { pinned, timeout: milliseconds, profile }),
      patience,
    ),
  });
  return {
    reach: within(timeout),
    probe: within(probeTimeout(cache.traits.circuit, timeout)),
    config: isPinned ? trusted : null,
    cache: { ...cache, profile: chosen },
  };
}

/** Looks as closely as it must to know the plan. */
export async function view(looking: Looking): Promise<View> {
  const { ports, prepared, holder, progress } = looking;
  const { transited, standing } = prepared;
  const { reach, probe, config, cache } = reachOf(looking);
  const now = ports.clock.now();
  const question: Question = {
    reach,
    holder,
    ledger: looking.ledger,
    commonDir: standing.commonDir,
    config,
    cache,
    now,
    progress,
  };
  const { reconciling } = prepared;
  const terms = { now, profile: reach.profile, thorough: reconciling !== undefined };
  const viewed = (seen: Omit<View, 'input' | 'plan' | 'reach'>): View => {
    const input = planInput(prepared, holder, seen.ledger, seen.observed, terms);
    return { ...seen, input, plan: plan(input), reach };
  };
  const remembered = recall(question);
  const expected = viewed({ observed: remembered, ledger: looking.ledger, transited });
  if (isEmpty(expected.plan) && isEnough(question, remembered)) {
    reconciling?.note(expected);
    return expected;
  }
  const seen = await observe(question, probe);
  const skew = reach.directory.skew();
  const learned = { ...seen.cache.traits, ...(skew === null ? {} : { skew }) };
  const failed = afterWakeUp(learned, seen.failure, ports.clock.now());
  const observed: Observed = { ...seen, cache: { ...seen.cache, traits: failed } };
  const known = observed.notOurs.reduce<Ledger>(
    (ledger, item) => dropGroup(ledger, { ...holder, item }),
    identify(looking.ledger, holder, observed.identified),
  );
  const left =
    observed.refusal === 'subject-changed' ? withdraw(prepared, known, holder) : { ledger: known, transited };
  const found = viewed({ observed, ...left });
  reconciling?.note(found);
  return found;
}

const isEmpty = ({ changes, adopt, forget }: Plan): boolean =>
  changes.length + adopt.length + forget.length === 0;

export interface HolderTask {
  readonly ports: Ports;
  readonly prepared: Prepared;
  readonly holder: Named;
  readonly ledger: Ledger;
  readonly cache: Cache;
  readonly scribe: Scribe;
  readonly book: EventBook;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
}

interface Done {
  readonly ledger: Ledger;
  readonly cache: EndpointCache;
  readonly reports: readonly ChangeReport[];
  /** Why the directory couldn't be looked at, if so. */
  readonly unseen: DirectoryFailure | null;
}

export async function settleHolder(task: HolderTask): Promise<Done> {
  const { ports, prepared, holder, scribe, book, deadline } = task;
  const { standing } = prepared;
  const seen = await view({
    ports,
    prepared: { ...prepared, transited: book.transited },
    holder,
    ledger: task.ledger,
    cache: task.cache.endpoints[holder.endpoint] ?? EMPTY_ENDPOINT,
    deadline,
    progress: prepared.reconciling?.progress,
  });
  const { observed, reach } = seen;
  const timed = retime(seen, holder.endpoint, {
    used: prepared.clocks.skews,
    measured: reach.directory.skew(),
  });
  const { ledger, transited } = await endIneligible(
    { standing, transited: timed.transited },
    timed.ledger,
    holder,
    observed.ineligible,
    ({ worktree, branch }) => book.openSettle({ place: worktree, branch }),
  );
  book.transited = transited;
  const events = await assign(book, ledger, holder, seen.plan, observed.failure !== null);
  const leases = [...ledger.leases, ...transited.ended];
  const carrying = new CarryOut(
    ports,
    scribe,
    {
      reach,
      observed,
      holder,
      repo: standing.repo,
      eventOf: (change) => {
        const event = events.get(change) ?? null;
        return event === null
          ? null
          : { ...eventFields(event), event: event.id, branch: branchOf(change, ledger, holder) };
      },
      isLogged: book.isLogged,
      expiryOf: (id) => leases.find((lease) => lease.id === id)?.expires ?? null,
    },
    ledger,
  );
  await carrying.run(seen.plan);
  const { ledger: after, cache, reports } = carrying;
  const asked = carrying.askedForPeace;
  const traits = asked === null ? cache.traits : afterWakeUp(cache.traits, asked, ports.clock.now());
  return { ledger: after, cache: { ...cache, traits }, reports, unseen: observed.failure };
}

/** Gives each change its event, and opens one for those that have none but will be carried out. */
async function assign(
  book: EventBook,
  ledger: Ledger,
  holder: Named,
  { changes }: Plan,
  outOfReach: boolean,
): Promise<Map<Change, OpenEvent>> {
  const events = new Map<Change, OpenEvent>();
  let settle: OpenEvent | null = null;
  for (const change of changes) {
    const own = book.eventOf(change, find(ledger, { ...holder, item: change.item }) ?? null);
    const effective = change.disposition.do === 'apply' || change.disposition.do === 'record';
    // While the directory is out of reach, what is owed stays owed without a line at each wake-up.
    if (own === null && effective && !outOfReach) settle ??= await book.openSettle();
    const event = own ?? (effective ? settle : null);
    if (event !== null) events.set(change, event);
  }
  await book.ensureTold([...new Set(events.values())]);
  return events;
}
