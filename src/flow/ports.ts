// Everything outside, as the steps see it. Adapters implement these; the steps know nothing else of the world.
import type { AuditFields, AuditLine } from '../core/audit-record.ts';
import type { Config, SubjectAttribute } from '../core/config.ts';
import type { Early } from '../core/early.ts';
import type { Head, OpenEvent, SpoolLine } from '../core/event.ts';
import type { DirectoryFailure, Failure, Fault } from '../core/failure.ts';
import type { Reported } from '../core/interleave.ts';
import type { Place } from '../core/lease.ts';
import type { Item, Ledger } from '../core/ledger.ts';
import type { Notice } from '../core/notice.ts';
import type { Presence } from '../core/plan.ts';
import type { AddForm, Profile, ProfileName, ProfileSettings, RemoveForm } from '../core/profile.ts';
import type { Move, Rebase, Rename } from '../core/reflog.ts';
import type { Result } from '../core/result.ts';
import type { GroupFacts, NewGroup, SubjectFacts, ValueFacts } from '../core/scim-message.ts';
import type { ConfigEntry } from '../core/settings.ts';
import type { GroupTarget } from '../core/target.ts';
import type { Provider, Traits } from '../core/traits.ts';
import type { Kind } from '../core/vocabulary.ts';

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  pause(milliseconds: number): Promise<void>;
}

export interface Ids {
  /** A UUIDv7 (RFC 9562): sorts by time. */
  event(): string;
  lease(): string;
}

export interface Worktree {
  readonly place: Place;
  /** The name under `worktrees/` in the common dir; empty for the main worktree. */
  readonly id: string;
  readonly head: Head;
  /** Its directory is out of reach, though not gone: nobody works in it now, and it keeps what it has. */
  readonly away?: true;
}

export type PolicyFile =
  | {
      readonly state: 'found';
      readonly commit: string | null;
      readonly blob: string;
      readonly file: string;
      readonly text: string;
    }
  | { readonly state: 'ref-gone' }
  | { readonly state: 'file-gone'; readonly commit: string | null };

export interface BranchState {
  readonly name: string;
  /** It had an upstream, and `fetch --prune` saw that go. */
  readonly upstreamGone: boolean;
}

/** How far a worktree's reflog was read. */
export interface ReflogCursor {
  /** Bytes; or lines, where the reflog is no file. */
  readonly offset: number;
  /** The end of what was read last: the file may be another by now, or begin later. */
  readonly line: string;
  /** Milliseconds since the epoch, to the second: when that was written. */
  readonly at?: number;
}

export interface ReflogTail {
  /** Oldest first. */
  readonly moves: readonly (Move | Rebase)[];
  readonly cursor: ReflogCursor;
}

/** One clone, read through git. */
export interface Repository {
  /** Absolute, symlinks resolved. */
  readonly commonDir: string;
  worktrees(): Promise<Result<readonly Worktree[], Failure>>;
  /** System, global and local config without includes, each entry with its scope. */
  settings(): Promise<Result<readonly ConfigEntry[], Failure>>;
  /** The config file at a pinned ref, or in the worktree where the pin is a content hash. */
  policy(pin: string): Promise<Result<PolicyFile, Failure>>;
  branches(): Promise<Result<readonly BranchState[], Failure>>;
  /** What the reflogs of the branches that are there say of renames. */
  renames(): Promise<readonly Rename[]>;
  /** What HEAD's reflog has since; nothing without a cursor, unless all of it is asked for (`whole`). Null: it can't be read. */
  reflog(gitDir: string, cursor: ReflogCursor | null, whole: boolean): Promise<ReflogTail | null>;
  /** When HEAD was written last, in milliseconds since the epoch, by the clock of the disk; null: nobody can say. */
  movedAt(gitDir: string): Promise<number | null>;
  /** A branch, local or a remote's, or `HEAD`, that holds a config file; null while no such commit does. */
  committed(): Promise<Result<string | null, Failure>>;
}

export interface ConfigReader {
  /** Parses and checks; every fault at once. */
  parse(file: string, text: string): Promise<Result<Config, readonly Fault[]>>;
}

/** What of the spool is not settled yet, kept beside it and replaced atomically. */
export interface Progress {
  /** By git dir: the branch a worktree was last known to be on; null for none. */
  readonly heads: Readonly<Record<string, string | null>>;
  readonly open: readonly OpenEvent[];
  /** By git dir: how far HEAD's reflog was read. */
  readonly reflogs?: Readonly<Record<string, ReflogCursor>>;
  /** Milliseconds since the epoch: when HEADs and reflogs were looked at. */
  readonly looked?: number;
  /** By git dir: switches that were told before the hook's line of them came. */
  readonly early?: Readonly<Record<string, readonly Early[]>>;
  /** Lines of the audit log that couldn't be written when they were due. */
  readonly unlogged: readonly AuditFields[];
}

export interface Claim {
  readonly lines: readonly Reported<SpoolLine>[];
  readonly progress: Progress;
  /** Makes it durable that these lines are read, together with what is now open. May be called again as events close. */
  commit(progress: Progress): Promise<Result<void, Failure>>;
}

export interface Spool {
  claim(): Promise<Result<Claim, Failure>>;
}

/** What was read of the directory lately; losing it costs requests, never truth. */
export interface Cache {
  readonly endpoints: Readonly<Record<string, EndpointCache>>;
}
export interface EndpointCache {
  readonly traits: Traits;
  /** As the rules last said, for removals where no rules say it any more. */
  readonly profile: ProfileName | ProfileSettings;
  /** By `targetKey`. */
  readonly groups: Readonly<Record<string, { readonly item: Item; readonly marked: boolean }>>;
  readonly subjects: Readonly<Record<string, SubjectCache>>;
}
export interface SubjectCache {
  /** Milliseconds since the epoch. */
  readonly readAt: number;
  /** Direct groups, roles and entitlements: what `managed` is matched against. */
  readonly held: readonly Item[];
  /** By `itemKey`, each with the time it was confirmed. */
  readonly presence: Readonly<
    Record<string, { readonly is: Exclude<Presence, 'unknown'>; readonly at: number }>
  >;
}

/** The state directory: per person and machine. */
export interface State {
  /** One holder at a time over all processes; `waited` is told once if somebody else has it. */
  withLock<T>(work: () => Promise<T>, waited?: () => void): Promise<Result<T, Failure>>;
  /** Null: there is none, or none that can be read (then it was put aside). */
  readLedger(): Promise<Result<Ledger | null, Failure>>;
  writeLedger(ledger: Ledger): Promise<Result<void, Failure>>;
  /** What it remembers of who has what counts only beside the ledger it was written with: a crash may have come since. */
  readCache(): Promise<Cache>;
  writeCache(cache: Cache): Promise<void>;
  /** Random and stored; never a host's name. Empty where there is none yet and none shall be made. */
  device(make: boolean): Promise<Result<string, Failure>>;
}

export interface AuditLog {
  /** Appends in order, one write a line; returns when they are durable. Only under the state lock. */
  append(lines: readonly AuditFields[]): Promise<Result<void, Failure>>;
  /** Oldest first; what can't be read as a line is left out. */
  read(): AsyncIterable<AuditLine>;
  /** Newest first. */
  readBack(): AsyncIterable<AuditLine>;
}

export type Answer<T> = Result<T, DirectoryFailure>;

/** A write the directory took. `accepted` is a 202: it may or may not come to pass. */
export interface Written {
  readonly status: number;
  readonly accepted: boolean;
  /** The server's own id of the request, where it gives one. */
  readonly requestId: string | null;
  /** Of a 202: the server's name for what it is doing (RFC 9967). */
  readonly transaction: string | null;
}

/** `group`: as the answer has it; null where it doesn't say. */
export type Created = Written & { readonly group: GroupFacts | null };

/** `members`: with them, unless they are too many; `bare`: without them, where the directory can leave them out. */
export type GroupView = 'members' | 'bare';

/** The SCIM service provider, one endpoint of it, through the few operations that are needed. */
export interface Directory {
  readonly endpoint: string;
  subject(id: string): Promise<Answer<SubjectFacts>>;
  /** Only resources whose own attribute equals what was asked: some servers ignore filters. */
  findSubjects(attribute: SubjectAttribute, value: string): Promise<Answer<readonly SubjectFacts[]>>;
  group(id: string, view?: GroupView): Promise<Answer<GroupFacts>>;
  /** As above. */
  findGroups(by: GroupTarget['by'], name: string, view?: GroupView): Promise<Answer<readonly GroupFacts[]>>;
  /** By a filter on both, so that nobody else is listed. Whether the filter is to be trusted is not said. */
  isMember(groupId: string, subjectId: string): Promise<Answer<boolean>>;
  /** `version`: an ETag that the change is bound to. */
  addMember(
    groupId: string,
    subjectId: string,
    form?: AddForm,
    version?: string | null,
  ): Promise<Answer<Written>>;
  removeMember(
    groupId: string,
    subjectId: string,
    form?: RemoveForm,
    version?: string | null,
  ): Promise<Answer<Written>>;
  /** Puts back all at once whom the directory itself took out. */
  restoreMembers(groupId: string, memberIds: readonly string[]): Promise<Answer<Written>>;
  /** Sets the complete list. */
  setValues(
    subjectId: string,
    kind: Exclude<Kind, 'group'>,
    values: readonly ValueFacts[],
    version?: string | null,
  ): Promise<Answer<Written>>;
  /** One value alone; what it does to the others is the directory's. */
  addValue(
    subjectId: string,
    kind: Exclude<Kind, 'group'>,
    value: ValueFacts,
    version?: string | null,
  ): Promise<Answer<Written>>;
  removeValue(
    subjectId: string,
    kind: Exclude<Kind, 'group'>,
    value: ValueFacts,
    version?: string | null,
  ): Promise<Answer<Written>>;
  createGroup(group: NewGroup): Promise<Answer<Created>>;
  deleteGroup(id: string, version?: string | null): Promise<Answer<Written>>;
  /** Milliseconds that its clock was ahead of ours at the last answer, to the second; null: there was none yet. */
  skew(): number | null;
  /** What it says of itself (RFC 7644 section 4). */
  provider(): Promise<Answer<Omit<Provider, 'at'>>>;
}

export interface ConnectOptions {
  readonly pinned: boolean;
  /** Milliseconds for one request. */
  readonly timeout: number;
  readonly profile?: Profile;
}

export interface Connector {
  /**
   * The directory at a pinned endpoint. `origin` of the environment's token: it is used for `pinned` only.
   * Nothing is sent until the first operation; a connection is kept for the next.
   */
  connect(endpoint: string, options: ConnectOptions): Directory;
}

/** The command that the machine's owner wants to hear what went wrong. */
export interface Notifier {
  /** Starts it and waits no longer; never fails. */
  tell(command: string, notice: Notice): Promise<void>;
}

export interface Ports {
  readonly clock: Clock;
  readonly ids: Ids;
  /** In [0, 1): waits are jittered, or everybody who was held up comes back at once. */
  readonly random: () => number;
  readonly repository: Repository;
  readonly config: ConfigReader;
  readonly spool: Spool;
  readonly state: State;
  readonly audit: AuditLog;
  readonly connector: Connector;
  readonly notifier: Notifier;
}

/** What git's credential helpers answer; `username` is whose they say it is. */
export interface Credential {
  readonly username: string;
  readonly password: string;
}

/** Git's credential helpers, for one endpoint at a time. Nobody is ever prompted. */
export interface CredentialHelpers {
  /** Git is silent whether anybody keeps it: only `fill` shows. */
  approve(endpoint: string, credential: Credential): Promise<Result<void, Failure>>;
  /** Forgets what is kept under this name. */
  reject(endpoint: string, username: string): Promise<Result<void, Failure>>;
  /** What git gives for it; with a name, what is kept under that one. */
  fill(endpoint: string, username?: string): Promise<Credential | null>;
  /** `credential.username` for this endpoint: git then asks helpers for that name only. */
  username(endpoint: string): Promise<string | null>;
  /** Whether any helper is configured for anything: without one there is no need to ask a person for the token. */
  isConfigured(): Promise<boolean>;
  /** The helper that git asks last; null where none is configured. */
  helper(endpoint: string): Promise<string | null>;
}
