// What trust is never given to: who a branch says the person is, what wider config forbids, and what --yes alone can't mean.
import type { Config } from '../core/config.ts';
import type { Failure } from '../core/failure.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { ConfigEntry, Settings } from '../core/settings.ts';
import type { GitSetup } from './setup-ports.ts';

type Asked = { readonly yes: boolean; readonly policy: string | null };

/**
 * Nobody reads what `--yes` accepts, and it runs by itself (an npm `prepare`): on whatever branch is checked out. So it
 * takes what is pinned, or what the remote's default branch holds; anything else only where nobody else's can be here.
 */
export async function boundPolicy(
  git: Pick<GitSetup, 'policyRefs'>,
  pin: string,
  pinned: string | null,
  { yes, policy }: Asked,
): Promise<Result<void, Failure>> {
  if (!yes || policy !== null || pin === pinned) return ok(undefined);
  const refs = await git.policyRefs();
  if (!refs.ok) return refs;
  const { reviewed, isAlone } = refs.value;
  const isFirst = isAlone && pinned === null;
  return pin === reviewed || isFirst ? ok(undefined) : fail({ code: 'policy-unnamed', ref: pin });
}

/** Also where the other pins are missing or faulty: what was accepted once is not replaced unseen. */
export const pinnedPolicy = (entries: readonly ConfigEntry[]): string | null =>
  entries.findLast(({ scope, key }) => scope === 'local' && key === 'scim-hook.policy')?.value ?? null;

/** The value that the person is looked up by: what the machine's owner says, else git's own config, but never a branch. */
export async function boundSubject(
  git: Pick<GitSetup, 'effective' | 'carrier'>,
  { subject: { from } }: Config,
  { shared }: Settings,
): Promise<Result<string, Failure>> {
  if (shared.subject !== null) return ok(shared.subject);
  const key = from.replace(/^git:/, '');
  const [value, file] = await Promise.all([git.effective(key), git.carrier(key)]);
  if (value === null) return fail({ code: 'subject-unset', from });
  return file === null ? ok(value) : fail({ code: 'subject-carried', key, file });
}

/** Another person than the pinned one is accepted by a person only. `subjectId` is null while it isn't looked up yet. */
export function boundId(
  { pins, shared }: Settings,
  found: { readonly endpoint: string; readonly subject: string; readonly subjectId: string | null },
  { yes }: Asked,
): Result<void, Failure> {
  const { endpoint, subject, subjectId } = found;
  if (shared.subjectId !== null && subjectId !== null && subjectId !== shared.subjectId) {
    const key = 'scim-hook.subjectId';
    return fail({ code: 'pin-overruled', what: 'account', asked: subjectId, shared: shared.subjectId, key });
  }
  // Another endpoint was named, and ids mean something else there.
  if (!yes || pins?.endpoint !== endpoint) return ok(undefined);
  if (subject !== pins.subject)
    return fail({ code: 'subject-unnamed', pinned: pins.subject, found: subject });
  const same = subjectId === null || subjectId === pins.subjectId;
  return same ? ok(undefined) : fail({ code: 'subject-unnamed', pinned: pins.subjectId, found: subjectId });
}
