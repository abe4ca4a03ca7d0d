// The audit log as those see it who only read it: stored lines, found fast, whole files of them.
import type { Failure } from '../core/failure.ts';

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

/** A file can't be read (any more): a value can't travel out of the middle of an iteration. */
export class LogUnreadable extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.code);
    this.failure = failure;
  }
}
