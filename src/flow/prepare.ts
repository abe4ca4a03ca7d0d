// The first half of a wake-up, without effects: where it stands, what is open, and which leases come of that.
import { type OpenEvent, workedOn } from '../core/event.ts';
import type { Failure } from '../core/failure.ts';
import type { Lease, Place } from '../core/lease.ts';
import { end } from '../core/lease.ts';
import { EMPTY_LEDGER, endGroups, type Ledger } from '../core/ledger.ts';
import { replay } from '../core/rebuild.ts';
import { livesOnAs } from '../core/reflog.ts';
import { ok, type Result } from '../core/result.ts';
import type { ConfigEntry } from '../core/settings.ts';
import type { Skews } from '../core/skew.ts';
import { type Transited, type TransitInput, transit } from '../core/transit.ts';
import type { Known } from './gather.ts';
import { look } from './look.ts';
import type { AuditLog, Claim, Ports, Worktree } from './ports.ts';
import type { Reconciling } from './reconciling.ts';
import { type Clocks, readSkews } from './skew.ts';
import { type Standing, takeStanding } from './standing.ts';

/** What somebody asks for besides settling what is open. */
export type Ask =
  | { readonly kind: 'wake' }
  /** `sync`: this worktree now. By hand: a named branch, whatever HEAD is. */
  | {
      readonly kind: 'manual';
      readonly place: Place;
      readonly branch: string | null;
      readonly byHand: boolean;
      /** A lease that belongs to this run alone. */
      readonly run?: string;
    }
  /** The end of a run: only what belongs to it goes. */
  | { readonly kind: 'give-back'; readonly run: string; readonly branch: string }
  /** `sweep`: ends what nothing holds any more, and retries what is owed even where nothing is pinned. */
  | { readonly kind: 'sweep'; readonly isLost: (lease: Lease, worktrees: readonly Worktree[]) => boolean }
  /** `reconcile`: as a sweep, and everything is looked at anew. */
  | ({
      readonly kind: 'reconcile';
      readonly isLost: (lease: Lease, worktrees: readonly Worktree[]) => boolean;
    } & Reconciling)
  /** `revoke`, and `uninstall`. */
  | { readonly kind: 'revoke'; readonly which: (lease: Lease) => boolean };

export interface Prepared {
  readonly standing: Standing;
  readonly claim: Claim;
  readonly known: Known;
  readonly ledger: Ledger;
  readonly transited: Transited;
  /** The event that `ask` brought, if any. */
  readonly asked: OpenEvent | null;
  /** By which leases were granted and ended. */
  readonly clocks: Clocks;
  readonly sweeping: boolean;
  readonly reconciling?: Reconciling;
}

export async function prepare(
  ports: Ports,
  entries: readonly ConfigEntry[],
  ask: Ask,
): Promise<Result<Prepared, Failure>> {
  const [standing, claimed, ledger] = await Promise.all([
    takeStanding(ports, entries),
    ports.spool.claim(),
    readLedger(ports),
  ]);
  if (!standing.ok) return standing;
  if (!claimed.ok) return claimed;
  if (!ledger.ok) return ledger;
  // A worker, or a sweep by cron: nobody waits for it.
  const isPatient = ask.kind === 'wake' || ask.kind === 'sweep';
  const looked = await look(ports, claimed.value, standing.value.worktrees, isPatient);
  if (!looked.ok) return looked;
  const { claim, gathered, worktrees } = looked.value;
  const asked = askedEvent(ports, ask, worktrees);
  const which = endedOutright(ask);
  const revoking = which === null ? null : end(ledger.value.leases, which);
  const { commonDir } = standing.value;
  const { looked: before } = claimed.value.progress;
  const clocks = await readSkews(ports, standing.value, ledger.value.leases, before);
  const { skews } = clocks;
  const gone = await whatIsGone(ports, { ...standing.value, worktrees }, ledger.value, skews);
  if (!gone.ok) return gone;
  const transited = move(
    ports,
    { ...standing.value, worktrees },
    eventsFor(ask, gathered.events, asked),
    {
      leases: revoking?.leases ?? ledger.value.leases,
      gone: gone.value,
      skews,
    },
    ask,
  );
  return ok({
    standing: standing.value,
    claim,
    known: gathered.known,
    ledger: endGroups({ ...ledger.value, leases: transited.leases }, commonDir, gone.value.branches),
    transited:
      revoking === null || asked === null ? transited : withRevoked(transited, revoking.ended, asked),
    asked,
    clocks,
    sweeping: ask.kind === 'sweep' || ask.kind === 'reconcile',
    ...(ask.kind === 'reconcile' ? { reconciling: ask } : {}),
  });
}

/** The ledger; a lost one is rebuilt from the log, so that nothing granted is forgotten. */
export async function readLedger({
  state,
  audit,
}: Pick<Ports, 'state' | 'audit'>): Promise<Result<Ledger, Failure>> {
  const read = await state.readLedger();
  if (!read.ok) return read;
  return ok(read.value ?? (await rebuildFrom(audit)));
}

async function rebuildFrom(audit: AuditLog): Promise<Ledger> {
  let ledger: Ledger = EMPTY_LEDGER;
  for await (const line of audit.read()) ledger = replay(ledger, line);
  return ledger;
}

/** A sync without a branch is about where HEAD is by now: it may have moved since somebody asked. */
function branchAsked(ask: Ask & { kind: 'manual' }, worktrees: readonly Worktree[]): string | null {
  const here = worktrees.find((worktree) => worktree.place.gitDir === ask.place.gitDir);
  return ask.byHand || here === undefined ? ask.branch : workedOn(here.head);
}

function askedEvent({ ids, clock }: Ports, ask: Ask, worktrees: readonly Worktree[]): OpenEvent | null {
  if (ask.kind === 'wake' || ask.kind === 'sweep') return null;
  const event = { id: ids.event(), from: null, at: clock.now(), renewal: false, superseded: false };
  if (ask.kind === 'revoke' || ask.kind === 'reconcile')
    return { ...event, kind: ask.kind, place: null, branch: null };
  return ask.kind === 'give-back'
    ? { ...event, kind: 'revoke', place: null, branch: ask.branch, run: ask.run }
    : {
        ...event,
        kind: 'manual',
        place: ask.place,
        branch: branchAsked(ask, worktrees),
        ...(ask.byHand ? { byHand: true as const } : {}),
        ...(ask.run === undefined ? {} : { run: ask.run }),
      };
}

function move(
  ports: Ports,
  standing: Standing,
  events: readonly OpenEvent[],
  { leases, gone, skews }: Pick<TransitInput, 'leases' | 'gone'> & { readonly skews: Skews },
  ask: Ask,
): Transited {
  const { settings, device, repo, commonDir, policy, worktrees } = standing;
  const { pins } = settings;
  return transit({
    leases,
    events,
    heads: new Map(worktrees.map((worktree) => [worktree.place.gitDir, worktree.head])),
    commonDir,
    mode: settings.mode,
    policy,
    terms:
      pins === null
        ? null
        : {
            endpoint: pins.endpoint,
            subject: pins.subject,
            subjectId: pins.subjectId,
            device,
            repo,
            commonDir,
          },
    gone,
    skews,
    ...(ask.kind === 'sweep' || ask.kind === 'reconcile'
      ? { isLost: (lease: Lease) => ask.isLost(lease, worktrees) }
      : {}),
    now: ports.clock.now(),
    newId: () => ports.ids.lease(),
    newEventId: () => ports.ids.event(),
  });
}

/** The leases that are asked to end, whatever else the events bring. */
function endedOutright(ask: Ask): ((lease: Lease) => boolean) | null {
  if (ask.kind === 'revoke') return ask.which;
  return ask.kind === 'give-back' ? (lease) => lease.run === ask.run : null;
}

/** What is open must not grant again what is being revoked; and a run's event acts for the run itself, or never. */
function eventsFor(ask: Ask, open: readonly OpenEvent[], asked: OpenEvent | null): OpenEvent[] {
  const over = (event: OpenEvent): boolean => ask.kind === 'revoke' || event.run !== undefined;
  const events = open.map((event) => (over(event) ? { ...event, superseded: true } : event));
  return asked === null ? events : [...events, asked];
}

/** Asked of git only when some lease, or a group, of this clone depends on it. */
async function whatIsGone(
  { repository }: Ports,
  { commonDir, worktrees }: Pick<Standing, 'commonDir' | 'worktrees'>,
  { leases, groups = [] }: Ledger,
  skews: Skews,
): Promise<Result<TransitInput['gone'], Failure>> {
  const mine = leases.filter((lease) => lease.commonDir === commonDir && lease.until !== 'switch');
  const bound = [...mine, ...groups.filter((group) => group.commonDir === commonDir)];
  if (bound.length === 0) return ok({ branches: new Set(), upstreams: new Set() });
  const listed = await repository.branches();
  if (!listed.ok) return listed;
  const there = new Map(listed.value.map((branch) => [branch.name, branch]));
  // An unborn branch has no ref yet, or no more: it isn't gone while somebody is on it.
  const isHere = (branch: string): boolean =>
    worktrees.some(({ head }) => head.on === 'branch' && head.branch === branch);
  const branches = new Set(
    bound.map(({ branch }) => branch).filter((branch) => !there.has(branch) && !isHere(branch)),
  );
  const renames = branches.size === 0 ? [] : await repository.renames();
  const isThere = (branch: string): boolean => there.has(branch) || isHere(branch);
  const renamed = new Map<string, string>();
  for (const { branch, granted, endpoint } of mine) {
    // A branch of that name that was renamed before the lease began is another one.
    const since = granted - (skews.get(endpoint) ?? 0);
    const name = branches.has(branch) ? livesOnAs(branch, since, renames, isThere) : null;
    if (name !== null) renamed.set(branch, name);
  }
  return ok({
    branches,
    renamed,
    upstreams: new Set(listed.value.filter((branch) => branch.upstreamGone).map((branch) => branch.name)),
  });
}

const withRevoked = (transited: Transited, ended: readonly Lease[], asked: OpenEvent): Transited => ({
  ...transited,
  ended: [...ended, ...transited.ended],
  endedBy: new Map([...transited.endedBy, ...ended.map((lease) => [lease.id, asked.id] as const)]),
});
