// The audit log as those see it who only read it: stored lines, found fast, whole files of them.
import type { AuditLine } from '../core/audit-record.ts';
import type { Failure } from '../core/failure.ts';
import type { Result } from '../core/result.ts';

/** What lines are looked for. What it lets through still has to be looked at: a text may stand in another field. */
export interface Sought {
  /** Of each group one text must stand in the line, as its bytes are: `[['"outcome":"failed"','"outcome":"refused"']]`. */
  readonly texts?: readonly (readonly string[])[];
  /** Only lines that were written (`time`) at or after this, in milliseconds since the epoch. */
  readonly since?: number;
}

/** One log, or several that were collected from many machines, by `time`. Nothing is held in memory but a piece of it. */
export interface LogFiles {
  /**
   * Stored lines as they are, without their newline: oldest first. What is no line of ours may be among them. What is
   * written after the first one was asked for isn't. Throws `LogUnreadable`.
   */
  forward(sought?: Sought): Iterable<string>;
  /** The same, newest first. */
  back(sought?: Sought): Iterable<string>;
}

/** A file of the log that takes no more lines. */
export interface SealedPart {
  /** Its last line that is whole. */
  readonly last: AuditLine;
  /** Oldest first. */
  read(): AsyncIterable<AuditLine>;
}

/** What the log on disk shows to whoever keeps it small. */
export interface SealedLog {
  /** Whether an append has sealed a file since the log was opened. */
  rotated(): boolean;
  /** Oldest first, up to one that holds no line: what comes after it is left alone. */
  sealed(): Result<readonly SealedPart[], Failure>;
  /** Removes the parts whose last line is this one or an older one, the oldest first. Only under the state lock. */
  drop(through: number): Result<void, Failure>;
}

/** A file can't be read (any more): a value can't travel out of the middle of an iteration. */
export class LogUnreadable extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.code);
    this.failure = failure;
  }
}
