// One look at HEADs, spool and reflogs; where they don't fit together, again after the hook, or git, had its time.
import type { Failure } from '../core/failure.ts';
import { ok, type Result } from '../core/result.ts';
import { type Gathered, gather } from './gather.ts';
import type { Claim, Ports, Worktree } from './ports.ts';
import { readTails, type Tails } from './tails.ts';

export interface Looked {
  readonly claim: Claim;
  readonly worktrees: readonly Worktree[];
  readonly gathered: Gathered;
}

/** Milliseconds from HEAD's move to the hook's line, on a machine that has much else to do. After that none comes. */
const HOOK_LAG = 2_000;

/** The same, where somebody waits for us. */
const SHORT_LAG = 150;

/** Milliseconds between two looks: in a storm, only few find a moment in which no switch is half done. */
const PAUSE = 25;

/** A rebase that is only beginning may have many patches to make first: so often, and so many milliseconds apart. */
const STARTS = { times: 9, pause: 150 };

/** `isPatient`: in the background. */
export async function look(
  ports: Pick<Ports, 'repository' | 'spool' | 'clock' | 'ids'>,
  first: Claim,
  worktrees: readonly Worktree[],
  isPatient: boolean,
): Promise<Result<Looked, Failure>> {
  const { clock, repository, spool } = ports;
  const began = clock.now();
  let before: Seen | null = null;
  let seen = await lookOnce(ports, first, worktrees);
  let starts = 0;
  for (;;) {
    const isLate = await isWaitedFor();
    const isStarting = seen.gathered.doubts.starting && starts < STARTS.times;
    if (!isLate && !isStarting) return ok(seen);
    if (!isLate) starts += 1;
    await clock.pause(isLate ? PAUSE : STARTS.pause);
    const [claim, again] = await Promise.all([spool.claim(), repository.worktrees()]);
    if (!claim.ok) return claim;
    if (!again.ok) return again;
    before = seen;
    seen = await lookOnce(ports, claim.value, again.value);
  }

  async function isWaitedFor(): Promise<boolean> {
    const { late, unsure } = seen.gathered.doubts;
    const now = clock.now();
    // What our clock says of a file's time may be wrong, so there is an end by ours alone.
    if (now - began >= (isPatient ? HOOK_LAG : SHORT_LAG)) return false;
    // HEAD was read after the last line, if that was there at the look before.
    if (unsure.some((gitDir) => !isUnchanged(seen, before, gitDir))) return true;
    if (late.length === 0) return false;
    if (now - began < SHORT_LAG) return true;
    const moved = await Promise.all(late.map((gitDir) => repository.movedAt(gitDir)));
    return moved.some((at) => at !== null && now - at < HOOK_LAG);
  }
}

type Seen = Looked & { readonly tails: Tails };

const isUnchanged = (now: Seen, before: Seen | null, gitDir: string): boolean =>
  before !== null &&
  before.claim.lines.length === now.claim.lines.length &&
  before.tails.get(gitDir)?.cursor.offset === now.tails.get(gitDir)?.cursor.offset;

async function lookOnce(
  ports: Pick<Ports, 'repository' | 'clock' | 'ids'>,
  claim: Claim,
  worktrees: readonly Worktree[],
): Promise<Seen> {
  const tails = await readTails(ports, claim.progress, worktrees);
  return { claim, worktrees, tails, gathered: gather(ports, claim, worktrees, tails) };
}
