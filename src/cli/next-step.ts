// The one thing to do next, where something is wrong: what stands in the way of all else comes first.
import type { StatusDocument } from './documents.ts';

/** Null: nothing is to be done. */
export function nextStep(status: Omit<StatusDocument, 'next'>, off: boolean): string | null {
  const { hook, trust, holds, spool, worker, last } = status;
  if (off) return 'SCIM_HOOK=0 is set here: `unset SCIM_HOOK` to have switches noticed.';
  if (trust.endpoint === null)
    return 'Look at what the repository proposes, and accept it: `scim-hook install`.';
  if (trust.state === 'untrusted') return 'See what changed, and accept it: `scim-hook trust`.';
  if (hook.state !== 'runs')
    return ['absent', 'not-executable', 'displaced'].includes(hook.state)
      ? 'Put the hook back: `scim-hook install`.'
      : 'See what is in the way of the hook: `scim-hook doctor`.';
  if (trust.state === 'ref-gone')
    return 'Fetch the branch with the rules, or accept another: `scim-hook trust`.';
  if (trust.state === 'invalid') return 'See the faults, and correct them there: `scim-hook doctor`.';
  if (worker.crash !== null)
    return 'The worker crashed, which is a bug: `scim-hook doctor` says what to report.';
  if (
    holds.some(({ state }) => state === 'owed' || state === 'removing') ||
    (spool.open > 0 && worker.pid === null)
  )
    return 'Try again now what is unsettled: `scim-hook sync`.';
  const refused = last !== null && (last.outcome === 'failed' || last.outcome === 'refused');
  if (refused && last.reason === 'ineligible') return 'See what would make you eligible: `scim-hook why`.';
  return refused ? 'See what kept it from being granted: `scim-hook doctor`.' : null;
}
