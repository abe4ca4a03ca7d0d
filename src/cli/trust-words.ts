// The words for what can't be trusted as asked: endpoints, policy refs and people that don't go with what is pinned.
import type { Failure } from '../core/failure.ts';
import { unreachable } from '../core/result.ts';
import type { Words } from './words.ts';

type TrustFailure = Extract<
  Failure,
  {
    readonly code:
      | 'endpoint-invalid'
      | 'endpoint-missing'
      | 'endpoint-differs'
      | 'endpoint-unnamed'
      | 'policy-ref-invalid'
      | 'pin-overruled'
      | 'policy-unnamed'
      | 'subject-unnamed'
      | 'subject-carried';
  }
>;

export function trustWords(failure: TrustFailure): Words {
  const say = (message: string, remedy: string): Words => ({ message, remedy });
  switch (failure.code) {
    case 'endpoint-invalid':
      return say(
        `The endpoint ${failure.endpoint} ${failure.problem}.`,
        'Give the https base URL of the SCIM service, as https://idp.example.com/scim/v2.',
      );
    case 'endpoint-missing':
      return say(
        `${failure.where} names no endpoint.`,
        'Name it: `scim-hook install --endpoint https://idp.example.com/scim/v2`.',
      );
    case 'endpoint-differs':
      return say(
        `You named ${failure.asked}, but ${failure.where} proposes ${failure.proposed}.`,
        'Name the same one, or have the file corrected; a difference stops everything that would be granted.',
      );
    case 'endpoint-unnamed':
      return say(
        `--yes alone doesn't accept ${failure.endpoint}: a file in a repository must not choose where your token goes.`,
        `If it is right, name it: \`scim-hook install --endpoint ${failure.endpoint} --yes\`.`,
      );
    case 'policy-ref-invalid':
      return say(
        `The policy ref ${failure.ref} ${failure.problem}.`,
        'Give a full name, as refs/remotes/origin/main, of a branch that holds the config file.',
      );
    case 'pin-overruled':
      return say(
        `The ${failure.what} ${failure.asked} would not count here: wider git config sets ${failure.shared} for everybody.`,
        `\`git config --show-origin --get-all ${failure.key}\` shows where. Accept that one, or have it changed there.`,
      );
    case 'policy-unnamed':
      return unnamedWords(failure.ref);
    case 'subject-unnamed':
      return say(
        `--yes alone doesn't accept another person: ${failure.pinned} was accepted here, and now it would be ${failure.found}.`,
        'Look at it in a terminal with `scim-hook trust`. Where nobody can be asked: `git config --local --unset-all scim-hook.subjectId`, and then again.',
      );
    case 'subject-carried':
      return say(
        `${failure.key} comes from ${failure.file}, which lies in a worktree: a branch could say there who you are.`,
        `Set it in your own config: \`git config --global ${failure.key} …\`.`,
      );
    default:
      return unreachable(failure);
  }
}

/** Rules that lie where anybody's could, and that nobody named. */
function unnamedWords(ref: string): Words {
  if (ref.startsWith('sha256:'))
    return {
      message:
        "--yes alone doesn't take rules that are in no commit, once there is a remote or something is pinned: nobody looks at them.",
      remedy:
        'Look at them in a terminal with `scim-hook install`, without --yes. For everybody, commit them to the default branch.',
    };
  if (ref === 'HEAD')
    return {
      message: 'The commit that is checked out holds rules, but no branch to read them from does.',
      remedy:
        'Give it one, `git switch -c NAME`, and name that: `scim-hook install --policy refs/heads/NAME`.',
    };
  const learn = ref.startsWith('refs/remotes/origin/')
    ? ' Where it is the default branch, `git remote set-head origin -a` has git know that.'
    : '';
  return {
    message: `Rules are not taken from ${ref} unless it is named: it isn't the remote's default branch as this clone knows it, so they may be anybody's.`,
    remedy: `If it is right, name it: \`scim-hook install --policy ${ref} --yes\`. Or run it without --yes, in a terminal.${learn}`,
  };
}
