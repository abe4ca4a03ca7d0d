// The contract's reasons in words for people.
import type { Reason } from '../core/vocabulary.ts';

/** A reason of the contract as a clause for people. */
export function reasonWords(reason: Reason): string {
  const words: Readonly<Record<Reason, string>> = {
    untrusted: 'what the repository proposes is not what was accepted',
    'not-allowed':
      "scim-hook.allow or the directory's profile leaves it out, or it isn't a group that scim-hook made",
    ineligible: 'you are in none of the groups that make eligible',
    'ambiguous-subject': 'several people in the directory match',
    'unknown-subject': 'the directory does not know you any more',
    'inactive-subject': 'your account in the directory is not active',
    'subject-changed': 'the pinned account is somebody else by now',
    'unknown-group': 'the directory has no such group',
    'ambiguous-group': 'several groups in the directory match',
    'invalid-config': 'the rules have a fault',
    'no-token': 'there is no token',
    denied: 'the directory refused the token',
    detached: 'HEAD is on no branch, or the branch is being rebased or bisected',
    'no-rule': 'no rule matches the branch',
    off: 'the mode grants nothing',
    expired: 'its time was over',
    unreachable: 'the directory could not be reached',
    contradicted: 'the directory said yes and did not do it',
    deadline: 'the time for one event was over',
  };
  return words[reason];
}
