// From open events to leases: what each event grants, renews and ends under the policy as it stands now.
import type { Config } from './config.ts';
import { type Head, type OpenEvent, workedOn } from './event.ts';
import {
  end,
  enter,
  expire,
  type Lease,
  leave,
  type PolicyVersion,
  redecide,
  type Terms,
  type Transition,
} from './lease.ts';
import { decide } from './policy.ts';
import { type Skews, timeAt } from './skew.ts';
import type { Mode, Reason } from './vocabulary.ts';

/** What the pinned policy says, and whether it may be followed (DESIGN section 6). */
export type Policy =
  | {
      readonly state: 'trusted';
      readonly config: Config;
      readonly version: PolicyVersion;
      readonly file: string;
    }
  /** Nobody accepted it, or what it proposes isn't what was accepted. */
  | { readonly state: 'untrusted'; readonly detail: string }
  | { readonly state: 'ref-gone'; readonly ref: string }
  | { readonly state: 'file-gone' }
  | { readonly state: 'invalid'; readonly where: string };

export interface TransitInput {
  readonly leases: readonly Lease[];
  readonly events: readonly OpenEvent[];
  /** By git dir. */
  readonly heads: ReadonlyMap<string, Head>;
  readonly commonDir: string;
  readonly mode: Mode;
  readonly policy: Policy;
  /** Null where nothing is pinned. */
  readonly terms: Omit<Terms, 'policy'> | null;
  /** Branches that are gone, and those whose upstream is. */
  readonly gone: {
    readonly branches: ReadonlySet<string>;
    readonly upstreams: ReadonlySet<string>;
    /** Of those that are gone: the name that they live on under. */
    readonly renamed?: ReadonlyMap<string, string>;
  };
  /** What a lease was for is gone: its worktree, its repository, the run it belonged to. */
  readonly isLost?: (lease: Lease) => boolean;
  readonly now: number;
  /** Leases last by the directory's clock where ours differs. */
  readonly skews?: Skews;
  readonly newId: () => string;
  readonly newEventId: () => string;
}

export interface Transited {
  readonly leases: readonly Lease[];
  /** With the events that this look itself brought about: expiries and branches that are gone. */
  readonly events: readonly OpenEvent[];
  /** Lease id → the event that ended it. */
  readonly endedBy: ReadonlyMap<string, string>;
  readonly ended: readonly Lease[];
  /** Event id → what it granted or renewed. */
  readonly granted: ReadonlyMap<string, readonly Lease[]>;
  /** Event id → why it granted nothing. */
  readonly reasons: ReadonlyMap<string, Reason>;
}

export function transit(input: TransitInput): Transited {
  const walk = new Walk(input);
  for (const event of input.events) if (!event.superseded) walk.act(event);
  walk.followPins();
  walk.followRenames();
  walk.followRules();
  walk.endWhatIsOver();
  return walk.result();
}

/** The leases as they go from event to event. */
class Walk {
  private readonly input: TransitInput;
  private leases: readonly Lease[];
  private readonly events: OpenEvent[];
  private readonly endedBy = new Map<string, string>();
  private readonly ended: Lease[] = [];
  private readonly granted = new Map<string, readonly Lease[]>();
  private readonly reasons = new Map<string, Reason>();

  constructor(input: TransitInput) {
    this.input = input;
    this.leases = input.leases;
    this.events = [...input.events];
  }

  act(event: OpenEvent): void {
    const { place } = event;
    if (place === null) return;
    if (event.byHand !== true) {
      this.step(event.id, leave(this.leases, place.gitDir, event.branch));
      if (event.kind === 'manual') {
        const byHand = (lease: Lease): boolean =>
          lease.by === 'hand' &&
          lease.run === undefined &&
          (lease.worktree?.gitDir === place.gitDir ||
            (lease.worktree === null && lease.commonDir === this.input.commonDir));
        this.step(event.id, end(this.leases, byHand));
      }
    }
    const reason = this.whyNotEnter(event);
    if (reason !== null) this.reasons.set(event.id, reason);
    else this.enter(event);
  }

  private whyNotEnter(event: OpenEvent): Reason | null {
    const { mode, policy, terms, heads } = this.input;
    const head = event.place === null ? undefined : heads.get(event.place.gitDir);
    if (event.branch === null) return 'detached';
    if (
      event.byHand !== true &&
      head !== undefined &&
      head.on === 'detached' &&
      workedOn(head) === event.branch
    ) {
      // Being rebased or bisected: what it has is held, nothing new is granted.
      return 'detached';
    }
    if (mode === 'off' || mode === 'release-only') return 'off';
    if (terms === null || policy.state === 'untrusted' || policy.state === 'ref-gone') return 'untrusted';
    if (policy.state === 'invalid') return 'invalid-config';
    return policy.state === 'file-gone' ? 'no-rule' : null;
  }

  private enter(event: OpenEvent): void {
    const { policy, terms } = this.input;
    if (policy.state !== 'trusted' || terms === null || event.branch === null || event.place === null) return;
    const grants = decide(policy.config, event.branch);
    const by = event.byHand === true ? 'hand' : 'checkout';
    const entry = {
      place: event.place,
      branch: event.branch,
      by,
      run: event.run,
      event: event.id,
      now: timeAt(this.skews, terms.endpoint, event.renewed ?? event.at),
      newId: this.input.newId,
    } as const;
    const entered = enter(this.leases, entry, { ...terms, policy: policy.version }, grants);
    // An event that waited longer than its rules last grants nothing any more.
    const late = new Set(this.expired(entered.granted).ended.map((lease) => lease.id));
    const before = this.leases.filter((lease) => late.has(lease.id));
    this.step(event.id, {
      leases: entered.leases.filter((lease) => !late.has(lease.id)),
      ended: [...entered.ended, ...before],
      granted: entered.granted.filter((lease) => !late.has(lease.id)),
    });
    if (grants.length === 0) this.reasons.set(event.id, 'no-rule');
    else if (late.size === entered.granted.length) this.reasons.set(event.id, 'expired');
  }

  /**
   * A lease is for who was pinned when it was granted: once somebody or somewhere else is, nobody asks for it any more.
   * Not so a run's, which brings its own pins in CI: its command still asks, whoever the next run is for.
   */
  followPins(): void {
    const { terms, commonDir } = this.input;
    if (terms === null) return;
    const others = (lease: Lease): boolean =>
      lease.commonDir === commonDir &&
      lease.run === undefined &&
      (lease.endpoint !== terms.endpoint || lease.subjectId !== terms.subjectId);
    this.over('settle', end(this.leases, others));
  }

  /**
   * What a branch gave the repository is decided anew under its new name, and closed under the old one. What it gave a
   * worktree is that worktree's: HEAD is renamed with the branch, and its own event says so.
   */
  followRenames(): void {
    const { commonDir, gone, policy, terms, mode, now } = this.input;
    for (const [from, branch] of gone.renamed ?? []) {
      const bound = (lease: Lease): boolean =>
        lease.commonDir === commonDir && lease.branch === from && lease.until !== 'switch';
      if (!this.leases.some(bound)) continue;
      // Somebody is on it: what HEAD's own event gave it under the new name stays.
      const told = this.input.events.find(
        (each) => each.kind === 'branch-renamed' && !each.superseded && each.branch === branch,
      );
      if (told !== undefined) {
        this.step(told.id, end(this.leases, bound));
        continue;
      }
      const event: OpenEvent = {
        id: this.input.newEventId(),
        kind: 'branch-renamed',
        place: null,
        from,
        branch,
        at: now,
        renewal: false,
        superseded: false,
      };
      this.events.push(event);
      this.step(event.id, end(this.leases, bound));
      if (policy.state !== 'trusted' || terms === null || mode === 'off' || mode === 'release-only') continue;
      const grants = decide(policy.config, branch).filter(({ rule }) => rule.until !== 'switch');
      const granted = timeAt(this.skews, terms.endpoint, now);
      const entry = {
        branch,
        by: 'checkout',
        event: event.id,
        now: granted,
        newId: this.input.newId,
      } as const;
      // The leases of no worktree: one with this git dir doesn't exist.
      const place = { gitDir: '', path: '' };
      this.step(
        event.id,
        enter(this.leases, { ...entry, place }, { ...terms, policy: policy.version }, grants),
      );
      if (grants.length === 0) this.reasons.set(event.id, 'no-rule');
    }
  }

  /** What live leases of this clone give follows the rules as they are now. */
  followRules(): void {
    const { policy, mode, commonDir } = this.input;
    const mine = (lease: Lease): boolean => lease.commonDir === commonDir;
    if (mode === 'off' || policy.state === 'file-gone') this.over('settle', end(this.leases, mine));
    else if (policy.state === 'trusted') {
      this.over('settle', redecide(this.leases, commonDir, policy.config, policy.version));
    }
  }

  endWhatIsOver(): void {
    const { commonDir, gone, isLost } = this.input;
    this.over('expired', this.expired(this.leases));
    if (isLost !== undefined) this.over('settle', end(this.leases, isLost));
    const bound = (lease: Lease): boolean =>
      lease.commonDir === commonDir &&
      ((lease.until === 'branch-deleted' && gone.branches.has(lease.branch)) ||
        (lease.until === 'upstream-deleted' &&
          (gone.branches.has(lease.branch) || gone.upstreams.has(lease.branch))));
    this.over('branch-deleted', end(this.leases, bound));
  }

  private get skews(): Skews {
    return this.input.skews ?? new Map();
  }

  private expired(leases: readonly Lease[]): Transition {
    return expire(leases, ({ endpoint }) => timeAt(this.skews, endpoint, this.input.now));
  }

  /** Leases that ended by themselves: each checkout's, under one event of its own. */
  private over(kind: 'expired' | 'settle' | 'branch-deleted', transition: Transition): void {
    const byPlace = new Map<string, OpenEvent>();
    for (const lease of transition.ended) {
      const key = `${lease.commonDir}\n${lease.worktree?.gitDir ?? ''}\n${lease.branch}`;
      const event = byPlace.get(key) ?? {
        id: this.input.newEventId(),
        kind,
        place: lease.worktree,
        from: null,
        branch: lease.branch,
        at: kind === 'expired' ? (lease.expires ?? this.input.now) : this.input.now,
        renewal: false,
        superseded: false,
      };
      byPlace.set(key, event);
      this.endedBy.set(lease.id, event.id);
    }
    this.events.push(...byPlace.values());
    this.ended.push(...transition.ended);
    this.leases = transition.leases;
  }

  private step(event: string, transition: Transition): void {
    for (const lease of transition.ended) this.endedBy.set(lease.id, event);
    this.ended.push(...transition.ended);
    this.leases = transition.leases;
    if (transition.granted.length > 0)
      this.granted.set(event, [...(this.granted.get(event) ?? []), ...transition.granted]);
  }

  result(): Transited {
    const { leases, events, endedBy, ended, granted, reasons } = this;
    return { leases, events, endedBy, ended, granted, reasons };
  }
}
