// The directories we write to: whose they are, who else may look in, and whether they take anything.
import { type CheckName, type Finding, fine, problem, skipped, warning } from '../finding.ts';

/** One path as it lies on the disk. */
export interface PathFacts {
  readonly path: string;
  /** `hidden`: a directory above lets nobody look. */
  readonly kind: 'absent' | 'file' | 'directory' | 'other' | 'hidden';
  /** It belongs to the person who asks. */
  readonly mine: boolean;
  /** Permission bits. */
  readonly mode: number;
  readonly readable: boolean;
  /** Of an absent one: whether it could be made. */
  readonly writable: boolean;
  /** Bytes that its file system still takes from this person; null where that isn't known. */
  readonly free: number | null;
  /** Milliseconds since the epoch. */
  readonly changed: number;
}

/** Bytes: less than this, and an audit line or a ledger may not fit. */
const TOO_LITTLE = 1024 * 1024;
const LITTLE = 50 * 1024 * 1024;

/** `what` begins the sentence: "The state directory". */
export function checkDirectory(check: CheckName, what: string, facts: PathFacts): Finding {
  const { path, kind, mine, mode, readable, writable, free } = facts;
  const named = `${what} ${path}`;
  if (kind === 'hidden')
    return problem(
      check,
      `${named} can't be looked at: permission denied.`,
      `Give yourself access to the directories above it.`,
    );
  if (kind === 'absent') {
    return writable
      ? skipped(check, `${named} isn't there yet; it is made when it is needed.`)
      : problem(
          check,
          `${named} isn't there and can't be made.`,
          'Make it, or let yourself write to the directory above it.',
        );
  }
  if (kind !== 'directory')
    return problem(
      check,
      `${named} is no directory.`,
      'Move away what is in its place, then run `scim-hook install`.',
    );
  if (!mine)
    return problem(
      check,
      `${named} belongs to somebody else, so it isn't used.`,
      `Take it over: \`sudo chown -R "$(id -un)" '${path}'\`. (Was something run with sudo?)`,
    );
  if (!writable || !readable)
    return problem(
      check,
      `${named} can't be ${readable ? 'written to' : 'read'}.`,
      `Allow it: \`chmod u=rwx '${path}'\`.`,
    );
  if (free !== null && free < TOO_LITTLE)
    return problem(check, `The disk that holds ${path} is full, so nothing new is granted.`, 'Make room.');
  if ((mode & 0o077) !== 0)
    return warning(
      check,
      `${named} is open to others on this machine (mode ${mode.toString(8)}).`,
      `Close it: \`chmod 700 '${path}'\`.`,
    );
  if (free !== null && free < LITTLE)
    return warning(
      check,
      `The disk that holds ${path} is nearly full (${Math.floor(free / 1024 / 1024)} MiB left).`,
      'Make room.',
    );
  return fine(check, `${named} is yours alone and takes what is written.`);
}

export interface LockFacts {
  readonly lock: PathFacts;
  readonly now: number;
  /** Milliseconds since it was taken; null where the file system doesn't say. */
  readonly held: number | null;
}

/** A living holder says so every second. */
const STALE = 5_000;
const LONG = 60_000;

export function checkLock({ lock, now, held }: LockFacts, span: (milliseconds: number) => string): Finding {
  if (lock.kind === 'absent' || lock.kind === 'hidden') return fine('lock', 'Nobody holds the lock.');
  if (lock.kind !== 'directory')
    return problem(
      'lock',
      `${lock.path} is in the lock's place and is no lock.`,
      `Take it away: \`rm '${lock.path}'\`.`,
    );
  if (lock.changed - now > STALE)
    return warning(
      'lock',
      `The lock was left behind by a scim-hook that was killed, before the clock was set back by ${span(lock.changed - now)}.`,
      'The next one takes it over by itself: `scim-hook sync`.',
    );
  if (now - lock.changed > STALE)
    return warning(
      'lock',
      `The lock was left behind ${span(now - lock.changed)} ago by a scim-hook that was killed.`,
      'The next one takes it over by itself: `scim-hook sync`.',
    );
  return held !== null && held > LONG
    ? warning(
        'lock',
        `Another scim-hook has held the lock for ${span(held)}.`,
        'Wait for it; if it stays, see which of your processes is called scim-hook and end it.',
      )
    : fine('lock', 'A scim-hook is at work just now and holds the lock.');
}
