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

/** The same for somebody who reads about other people. */
export function reasonOfOthers(reason: Reason): string {
  switch (reason) {
    case 'ineligible':
      return 'the person is in none of the groups that make eligible';
    case 'unknown-subject':
      return 'the directory does not know the person any more';
    case 'inactive-subject':
      return "the person's account in the directory is not active";
    default:
      return reasonWords(reason);
  }
}

/** What somebody who reads of it later can do about it. */
export function reasonRemedy(reason: Reason): string {
  const words: Readonly<Record<Reason, string>> = {
    untrusted: 'The person looks at what the repository proposes and accepts it with `scim-hook trust`.',
    'not-allowed': 'Widen scim-hook.allow, or take the name out of the rule.',
    ineligible:
      'Add the person to a group that makes eligible, or leave it so: that is what the rule is for.',
    'ambiguous-subject': 'Have the rules find people by an attribute that is unique in the directory.',
    'unknown-subject': 'Check that the account still exists in the directory.',
    'inactive-subject': 'Have the account activated, if it should be.',
    'subject-changed': 'The person runs `scim-hook install` again, which pins the account anew.',
    'unknown-group': 'Make the group, or correct its name in the rule.',
    'ambiguous-group': 'Name the group by its id in the rule, or rename one of them.',
    'invalid-config': 'Correct .scimsyncrc on the branch that holds the rules.',
    'no-token': 'The person runs `scim-hook login`.',
    denied: 'Give out a token that may do this, and have the person run `scim-hook login`.',
    detached: 'Nothing to do: it is decided again once HEAD is on a branch.',
    'no-rule': 'Nothing to do, unless a rule should match the branch.',
    off: 'Nothing to do, unless the mode should be another (`git config scim-hook.mode`).',
    expired: 'Check the branch out again to have it again.',
    unreachable: 'It is tried again by itself; if it stays so, check network and directory.',
    contradicted: "Look at the directory: it says that it does what it then doesn't.",
    deadline: 'It is tried again by itself; if it stays so, the directory is slow.',
  };
  return words[reason];
}
