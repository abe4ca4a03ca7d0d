// The first half of a wake-up, without effects: where it stands, what is open, and which leases come of that.
import { type OpenEvent, workedOn } from '../core/event.ts';
import type { Failure } from '../core/failure.ts';
import type { Lease, Place } from '../core/lease.ts';
import { end } from '../core/lease.ts';
import { EMPTY_LEDGER, type Ledger } from '../core/ledger.ts';
import { replay } from '../core/rebuild.ts';
import { ok, type Result } from '../core/result.ts';
import type { ConfigEntry } from '../core/settings.ts';
import { type Transited, transit } from '../core/transit.ts';
import { type Gathered, gather } from './gather.ts';
import type { AuditLog, Claim, Ports, Worktree } from './ports.ts';
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
    }
  /** `revoke`, and `uninstall`. */
  | { readonly kind: 'revoke'; readonly which: (lease: Lease) => boolean };

export interface Prepared {
  readonly standing: Standing;
  readonly claim: Claim;
  readonly heads: Gathered['heads'];
  readonly ledger: Ledger;
  readonly transited: Transited;
  /** The event that `ask` brought, if any. */
  readonly asked: OpenEvent | null;
}

/** A hook runs right after HEAD moved; its line may be this much later, in milliseconds. */
const HOOK_LAG = 150;

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
  const looked = await look(ports, claimed.value, standing.value.worktrees);
  if (!looked.ok) return looked;
  const { claim, gathered, worktrees } = looked.value;
  const asked = askedEvent(ports, ask, worktrees);
  const revoking = ask.kind === 'revoke' ? end(ledger.value.leases, ask.which) : null;
  const transited = await move(
    ports,
    { ...standing.value, worktrees },
    gathered,
    asked,
    revoking?.leases ?? ledger.value.leases,
  );
  if (!transited.ok) return transited;
  return ok({
    standing: standing.value,
    claim,
    heads: gathered.heads,
    ledger: { ...ledger.value, leases: transited.value.leases },
    transited:
      revoking === null || asked === null
        ? transited.value
        : withRevoked(transited.value, revoking.ended, asked),
    asked,
  });
}

/** Looks at HEADs and spool; where they disagree, once more after the hook had its time. */
async function look(
  ports: Ports,
  first: Claim,
  worktrees: readonly Worktree[],
): Promise<Result<{ claim: Claim; gathered: Gathered; worktrees: readonly Worktree[] }, Failure>> {
  const gathered = gather(ports, first, worktrees);
  if (!gathered.silent) return ok({ claim: first, gathered, worktrees });
  await ports.clock.pause(HOOK_LAG);
  const [claim, again] = await Promise.all([ports.spool.claim(), ports.repository.worktrees()]);
  if (!claim.ok) return claim;
  if (!again.ok) return again;
  return ok({
    claim: claim.value,
    gathered: gather(ports, claim.value, again.value),
    worktrees: again.value,
  });
}

/** The ledger; a lost one is rebuilt from the log, so that nothing granted is forgotten. */
async function readLedger({
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
  if (ask.kind === 'wake') return null;
  const event = { id: ids.event(), from: null, at: clock.now(), renewal: false, superseded: false };
  return ask.kind === 'revoke'
    ? { ...event, kind: 'revoke', place: null, branch: null }
    : {
        ...event,
        kind: 'manual',
        place: ask.place,
        branch: branchAsked(ask, worktrees),
        ...(ask.byHand ? { byHand: true as const } : {}),
      };
}

async function move(
  ports: Ports,
  standing: Standing,
  gathered: Gathered,
  asked: OpenEvent | null,
  leases: readonly Lease[],
): Promise<Result<Transited, Failure>> {
  const { settings, device, repo, commonDir, policy, worktrees } = standing;
  const gone = await whatIsGone(ports, leases, commonDir);
  if (!gone.ok) return gone;
  const { pins } = settings;
  return ok(
    transit({
      leases,
      events: revokes(asked)
        ? gathered.events.map((event) => ({ ...event, superseded: true })).concat(asked)
        : [...gathered.events, ...(asked ? [asked] : [])],
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
      gone: gone.value,
      now: ports.clock.now(),
      newId: () => ports.ids.lease(),
      newEventId: () => ports.ids.event(),
    }),
  );
}

/** What is open must not grant again what is being revoked. */
const revokes = (asked: OpenEvent | null): asked is OpenEvent => asked?.kind === 'revoke';

/** Asked of git only when some lease of this clone depends on it. */
async function whatIsGone(
  { repository }: Ports,
  leases: readonly Lease[],
  commonDir: string,
): Promise<Result<{ branches: Set<string>; upstreams: Set<string> }, Failure>> {
  const bound = leases.filter((lease) => lease.commonDir === commonDir && lease.until !== 'switch');
  if (bound.length === 0) return ok({ branches: new Set(), upstreams: new Set() });
  const listed = await repository.branches();
  if (!listed.ok) return listed;
  const there = new Map(listed.value.map((branch) => [branch.name, branch]));
  return ok({
    branches: new Set(bound.map((lease) => lease.branch).filter((branch) => !there.has(branch))),
    upstreams: new Set(listed.value.filter((branch) => branch.upstreamGone).map((branch) => branch.name)),
  });
}

const withRevoked = (transited: Transited, ended: readonly Lease[], asked: OpenEvent): Transited => ({
  ...transited,
  ended: [...ended, ...transited.ended],
  endedBy: new Map([...transited.endedBy, ...ended.map((lease) => [lease.id, asked.id] as const)]),
});
