// What keeps somebody from proving the log: nothing to sign, no key to sign with, nothing to compare with.

export type ProofFailure =
  | { readonly code: 'log-empty'; readonly directory: string }
  | { readonly code: 'log-end-altered'; readonly path: string; readonly seq: number }
  /** A file to compare with that has none of our lines in it. */
  | { readonly code: 'no-lines'; readonly path: string }
  /** The same line was signed before, with another hash. */
  | { readonly code: 'checkpoint-differs'; readonly path: string }
  | { readonly code: 'signing-key-unset'; readonly format: string | null }
  | { readonly code: 'signing-key-missing'; readonly path: string }
  | { readonly code: 'signing-format'; readonly format: string }
  | { readonly code: 'ssh-keygen-missing'; readonly program: string; readonly problem: string }
  | {
      readonly code: 'not-signed';
      readonly why: 'passphrase' | 'agent' | 'no-private-key' | 'late' | 'other';
      readonly key: string;
      readonly detail: string;
    };
