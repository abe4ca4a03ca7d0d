// What shipping needs of the outside: the log to read on in, a place to remember how far it is, and somebody who sends.
import type { AuditLine } from '../core/audit-record.ts';
import type { Failure } from '../core/failure.ts';
import type { Result } from '../core/result.ts';
import type { Sent } from '../core/ship/answer.ts';
import type { Position, ShipState } from '../core/ship/position.ts';

/** A line, and its bytes as they are stored. */
export interface Stored {
  readonly line: AuditLine;
  readonly text: string;
}

export interface ShipLog {
  /** Whole lines after a position, oldest first, read piece by piece; what is no line of ours is left out. */
  after(position: Position): Iterable<Stored>;
}

export interface ShipStore {
  /** One who ships at a time, over all processes. Null: somebody else does. */
  exclusively<T>(work: () => Promise<T>): Promise<Result<T, Failure> | null>;
  read(): Promise<Result<ShipState, Failure>>;
  /** For whoever only looks: an unreadable file is left as it is. */
  peek(): Promise<ShipState>;
  write(state: ShipState): Promise<Result<void, Failure>>;
}

export interface Sender {
  /** Lines, and bytes of them, that go in one request at most; a single larger line goes alone. */
  readonly most: { readonly lines: number; readonly bytes: number };
  takes(line: AuditLine): boolean;
  /** Bounded in time; what the network does wrong is `later`. */
  send(lines: readonly Stored[]): Promise<Sent>;
  /** At once: what is under way is not waited for. */
  close(): Promise<void>;
}

export interface Target {
  /** By which its state is kept. */
  readonly key: string;
  readonly sender: Sender;
}
