// What proving the log asks of the outside: stored lines with their hashes, files of lines from elsewhere, signatures.
import type { Failure } from '../core/failure.ts';
import type { Checkpoint } from '../core/log/checkpoint.ts';
import type { SigningKey } from '../core/log/signing-key.ts';
import type { Fragment, Place, StoredLine } from '../core/log/stored-line.ts';
import type { Result } from '../core/result.ts';

/** Is told what stands in files, line by line. */
export interface LineReader {
  line(line: StoredLine): void;
  fragment(kind: Fragment, place: Place, text: string): void;
}

/** A file of a log; `first` is the number that its name says it begins with. */
export interface LogFile {
  readonly path: string;
  readonly first: number | null;
}

/** A checkpoint as it was kept. `signature`: of these bytes, in the file beside them; null where there is none. */
export interface KeptCheckpoint {
  readonly path: string;
  readonly text: string;
  readonly signature: string | null;
}

/** What a signature is worth. */
export type Signature =
  | { readonly is: 'good'; readonly signer: string }
  /** It is one of these bytes, by a key that nobody named (`signers`: there is a list, and it isn't in it). */
  | { readonly is: 'unknown'; readonly key: string; readonly signers: boolean }
  | { readonly is: 'bad'; readonly detail: string }
  | { readonly is: 'none' }
  /** Nobody could look. */
  | { readonly is: 'unchecked'; readonly detail: string };

export interface Signatures {
  /** `signers`: the file of allowed signers; null where nobody named one. */
  check(kept: KeptCheckpoint, made: Checkpoint, signers: string | null): Promise<Signature>;
}

export interface Signer {
  /** An SSH signature of the text. `prompted` is told what is asked of whoever sits there; null: nobody does. */
  sign(
    text: string,
    key: SigningKey,
    prompted: ((question: string) => void) | null,
  ): Promise<Result<string, Failure>>;
}

/** What another place knows of the log, read from a file. */
export type Brought = { readonly is: 'checkpoint'; readonly kept: KeptCheckpoint } | { readonly is: 'lines' };

export interface ProofPorts extends Signatures {
  /** Reads these files one after the other. `began` comes before the lines of each. */
  readonly read: (
    files: readonly LogFile[],
    reader: LineReader,
    began: (file: LogFile) => void,
  ) => Result<void, Failure>;
  /** Lines in whatever form they arrived in; `line` is told each of them. */
  readonly bring: (path: string, line: (line: StoredLine) => void) => Result<Brought, Failure>;
}
