// Every failure we foresee, as one closed union of plain values; `cli/words.ts` says each of them to people.
import type { ProofFailure } from './log/proof-failure.ts';
import type { Reason } from './vocabulary.ts';

/** A place in a text file, counted from 1; the column only where something else stands before it on its line. */
export interface Spot {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
}

/** One thing wrong in a config file. `path` is where, as `rules[0].grant.groups[1]`; `at` where in the text, if known. */
export interface Fault {
  readonly path: string;
  readonly problem: string;
  readonly suggestion?: string;
  readonly at?: Spot;
}

/** What went wrong between us and the directory, or before it could be asked. */
export type DirectoryFailure =
  | { readonly code: 'unreachable'; readonly endpoint: string; readonly detail: string }
  | { readonly code: 'no-token'; readonly endpoint: string }
  | { readonly code: 'denied'; readonly endpoint: string; readonly status: number }
  | {
      readonly code: 'throttled';
      readonly endpoint: string;
      readonly status: number;
      readonly retryAfter: number | null;
    }
  | { readonly code: 'missing'; readonly endpoint: string; readonly what: string; readonly status: number }
  | {
      readonly code: 'rejected';
      readonly endpoint: string;
      readonly status: number;
      readonly scimType: string | null;
      readonly detail: string;
    }
  | { readonly code: 'faulty'; readonly endpoint: string; readonly status: number; readonly detail: string };

/** What a directory did to others, or can't do, so that nothing is, or was, written there. */
export type DirectoryHarm =
  /** Others lost what they had by our change. `restored`: it was put back, and seen to be. */
  | {
      readonly code: 'harmed';
      readonly endpoint: string;
      readonly what: string;
      readonly names: readonly string[];
      readonly restored: boolean;
    }
  /** Others lost what they had while we changed something: by somebody else's doing or the directory's, nobody knows. */
  | {
      readonly code: 'went-missing';
      readonly endpoint: string;
      readonly what: string;
      readonly names: readonly string[];
    }
  /** It was seen to do that before, so nothing was written. */
  | { readonly code: 'unsafe'; readonly endpoint: string; readonly what: string }
  /** A group was made, and its marker was not kept; `left`: what is there of it still. */
  | {
      readonly code: 'unmarked';
      readonly endpoint: string;
      readonly name: string;
      readonly left: 'nothing' | 'group' | 'membership';
    }
  /** A group of that name came to be in the same moment. `deleted`: ours is seen to be gone again. */
  | {
      readonly code: 'twin-group';
      readonly endpoint: string;
      readonly name: string;
      readonly deleted: boolean;
    }
  /** A group that is to be deleted isn't positively empty. */
  | { readonly code: 'group-in-use'; readonly endpoint: string; readonly name: string };

export type Failure =
  | DirectoryFailure
  | DirectoryHarm
  | ProofFailure
  | { readonly code: 'git-missing' }
  | { readonly code: 'no-repository'; readonly directory: string }
  | { readonly code: 'bare-repository'; readonly directory: string }
  | { readonly code: 'foreign-repository'; readonly path: string }
  /** `top`: the work tree among whose files it lies. */
  | { readonly code: 'embedded-repository'; readonly gitDir: string; readonly top: string }
  | { readonly code: 'git-failed'; readonly command: string; readonly detail: string }
  | { readonly code: 'bad-branch'; readonly branch: string }
  | { readonly code: 'config-missing'; readonly directory: string }
  | { readonly code: 'config-invalid'; readonly where: string; readonly faults: readonly Fault[] }
  | { readonly code: 'endpoint-invalid'; readonly endpoint: string; readonly problem: string }
  | { readonly code: 'endpoint-missing'; readonly where: string }
  | {
      readonly code: 'endpoint-differs';
      readonly asked: string;
      readonly proposed: string;
      readonly where: string;
    }
  | { readonly code: 'endpoint-unnamed'; readonly endpoint: string }
  | { readonly code: 'policy-ref-invalid'; readonly ref: string; readonly problem: string }
  | { readonly code: 'subject-unset'; readonly from: string }
  | {
      readonly code: 'unknown-subject';
      readonly attribute: string;
      readonly value: string;
      readonly endpoint: string;
    }
  | {
      readonly code: 'ambiguous-subject';
      readonly attribute: string;
      readonly value: string;
      readonly count: number;
    }
  | { readonly code: 'inactive-subject'; readonly value: string }
  | { readonly code: 'untrusted'; readonly detail: string }
  | { readonly code: 'not-confirmed' }
  | { readonly code: 'declined' }
  | { readonly code: 'switched-off' }
  /** `line` is what to add by hand; or a command to run, where the hook's language isn't one that we know. */
  | { readonly code: 'hook-exists'; readonly path: string; readonly line: string; readonly isLine: boolean }
  | { readonly code: 'hook-tracked'; readonly path: string; readonly line: string }
  | { readonly code: 'hook-unusable'; readonly path: string; readonly problem: 'dangling' | 'directory' }
  | { readonly code: 'hook-edited'; readonly path: string }
  | {
      readonly code: 'hooks-elsewhere';
      readonly path: string;
      readonly origin: string;
      readonly line: string;
    }
  | { readonly code: 'hook-not-run'; readonly path: string; readonly detail: string }
  | { readonly code: 'bundle-missing'; readonly path: string }
  | { readonly code: 'disk'; readonly path: string; readonly problem: string }
  | { readonly code: 'newer-file'; readonly path: string; readonly version: number }
  | { readonly code: 'corrupt-file'; readonly path: string; readonly problem: string }
  | { readonly code: 'locked'; readonly path: string }
  | { readonly code: 'still-owed'; readonly names: readonly string[] }
  | { readonly code: 'unknown-lease'; readonly id: string }
  | {
      readonly code: 'pin-overruled';
      readonly what: 'endpoint' | 'account';
      readonly asked: string;
      readonly shared: string;
      readonly key: string;
    }
  /** A ref, `HEAD` where that is on no branch, or the `sha256:` of a file that is in no commit. */
  | { readonly code: 'policy-unnamed'; readonly ref: string }
  | {
      readonly code: 'subject-unnamed';
      readonly pinned: string;
      readonly found: string;
    }
  | { readonly code: 'subject-carried'; readonly key: string; readonly file: string }
  | { readonly code: 'pins-missing'; readonly variables: readonly string[] }
  | {
      readonly code: 'pins-differ';
      readonly variable: string;
      readonly value: string;
      readonly pinned: string;
      /** A person in this clone, or the machine's owner for all of them. */
      readonly by: 'clone' | 'machine';
    }
  /** `ref` is the remote's default branch, which holds no rules here; null where it isn't known. */
  | { readonly code: 'policy-unreviewed'; readonly ref: string | null }
  | { readonly code: 'token-invalid'; readonly problem: string }
  | { readonly code: 'token-refused'; readonly endpoint: string; readonly status: number }
  | { readonly code: 'token-not-given' }
  | { readonly code: 'endpoint-not-accepted'; readonly proposed: string | null }
  | {
      readonly code: 'token-not-kept';
      readonly endpoint: string;
      readonly helper: string | null;
      /** As node names it. */
      readonly platform: string;
    }
  | {
      readonly code: 'token-shadowed' | 'token-remains';
      readonly endpoint: string;
      readonly username: string;
      /** Whose credential git gives instead. */
      readonly other: string;
    }
  | { readonly code: 'port-in-use'; readonly port: number }
  | { readonly code: 'config-exists'; readonly where: string }
  | { readonly code: 'not-written' }
  | { readonly code: 'unknown-event'; readonly id: string }
  | { readonly code: 'ambiguous-event'; readonly id: string; readonly candidates: readonly string[] }
  | { readonly code: 'usage'; readonly problem: string };

const OF_DIRECTORY: ReadonlySet<string> = new Set<DirectoryFailure['code']>([
  'unreachable',
  'no-token',
  'denied',
  'throttled',
  'missing',
  'rejected',
  'faulty',
]);

/** A request failed, or could not be made. */
export const isOfDirectory = (failure: Failure): failure is DirectoryFailure =>
  OF_DIRECTORY.has(failure.code);

/** The contract's reason for a failed request, or undefined where none of them fits. */
export function reasonOf(failure: DirectoryFailure): Reason | undefined {
  switch (failure.code) {
    case 'unreachable':
    case 'throttled':
      return 'unreachable';
    case 'no-token':
      return 'no-token';
    case 'denied':
      return 'denied';
    case 'missing':
    case 'rejected':
    case 'faulty':
      return undefined;
  }
}

/** Whether the same request may well succeed a little later (RFC 7231 6.6, RFC 6585 4). */
export const isPassing = (failure: DirectoryFailure): boolean =>
  failure.code === 'unreachable' ||
  failure.code === 'throttled' ||
  (failure.code === 'faulty' && failure.status >= 502 && failure.status <= 504);

/** The answer to one question, which says nothing of the next: neither of the way there, nor of who asks. */
export const isOfOneThing = (failure: DirectoryFailure): boolean =>
  failure.code === 'rejected' || (failure.code === 'faulty' && !isPassing(failure));

/** The same of a search: some answer 404 where nothing is found. */
export const isOfOneSearch = (failure: DirectoryFailure): boolean =>
  isOfOneThing(failure) || failure.code === 'missing';

/** What others lost by it, for its line, for whoever is told, and for whoever asked. */
export const harmOf = (
  failure: Failure | undefined,
): { readonly harmed?: readonly string[]; readonly restored?: boolean } =>
  failure?.code === 'harmed' ? { harmed: failure.names, restored: failure.restored } : {};
