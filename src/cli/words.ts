// Every foreseen failure in words: what happened, and what to do. The one exhaustive place for that.
import type { Failure } from '../core/failure.ts';
import { diskWords } from './disk-words.ts';
import { faultLine } from './fault-words.ts';
import { harmWords } from './harm-words.ts';
import { logWords } from './log-words.ts';
import { LOGIN_EXITS, loginWords } from './login-words.ts';
import { trustWords } from './trust-words.ts';

export interface Words {
  readonly message: string;
  readonly remedy: string;
}

/** DESIGN section 5: 1 something failed, 2 wrong usage or config, 3 refused, 4 no token, 401 or 403, 5 pending or owed. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5;

const TOKEN_REMEDY = (endpoint: string): string =>
  `Have git keep one: \`scim-hook login --endpoint ${endpoint}\`; or set SCIM_HOOK_TOKEN.`;

export function wordsOf(failure: Failure): Words {
  const say = (message: string, remedy: string): Words => ({ message, remedy });
  switch (failure.code) {
    case 'unreachable':
      return say(
        `The directory ${failure.endpoint} can't be reached: ${failure.detail}.`,
        'Check the network and the endpoint, then run it again. What is pending or owed is tried again by itself.',
      );
    case 'no-token':
      return say(`There is no token for ${failure.endpoint}.`, TOKEN_REMEDY(failure.endpoint));
    case 'denied':
      return say(
        `The directory ${failure.endpoint} refused the token (${failure.status}).`,
        failure.status === 403
          ? 'Have the token allowed to read users and change groups.'
          : TOKEN_REMEDY(failure.endpoint),
      );
    case 'throttled':
      return say(
        `The directory ${failure.endpoint} asked to slow down (${failure.status}).`,
        failure.retryAfter === null
          ? 'Try again in a minute.'
          : `Try again in ${Math.ceil(failure.retryAfter / 1000)} s.`,
      );
    case 'missing':
      return say(
        `The directory ${failure.endpoint} has no ${failure.what} (${failure.status}).`,
        'Check that the endpoint is the SCIM base URL, and that the resource still exists.',
      );
    case 'rejected':
      return say(
        `The directory ${failure.endpoint} rejected the request (${failure.status}${failure.scimType === null ? '' : ` ${failure.scimType}`}${failure.detail === '' ? '' : `: ${failure.detail}`}).`,
        'Check that the endpoint is the SCIM base URL, and what the directory allows this token.',
      );
    case 'faulty':
      return say(
        `The directory ${failure.endpoint} answered with something that isn't SCIM (${failure.status}${failure.detail === '' ? '' : `: ${failure.detail}`}).`,
        'Check the endpoint; if it is right, tell whoever runs the directory.',
      );
    case 'harmed':
    case 'went-missing':
    case 'unsafe':
    case 'unmarked':
    case 'twin-group':
    case 'group-in-use':
      return harmWords(failure);
    case 'git-missing':
      return say('git was not found.', 'Install git, or put it on the PATH.');
    case 'no-repository':
      return say(
        `${failure.directory} is not in a git repository.`,
        'Change to one, or make one with `git init`.',
      );
    case 'bare-repository':
      return say(`${failure.directory} has no working tree.`, 'Run this in a checkout of the repository.');
    case 'foreign-repository':
      return say(
        `${failure.path} belongs to somebody else, so git won't read it.`,
        'Work in a clone of your own.',
      );
    case 'embedded-repository':
      return say(
        `The git directory ${failure.gitDir} lies among the files of ${failure.top}, so whoever wrote those chose its settings.`,
        `Work in ${failure.top}; if the other one is a repository of yours, move it out of there.`,
      );
    case 'git-failed':
      return say(`\`${failure.command}\` failed: ${failure.detail}`, 'Run that command by hand to see more.');
    case 'bad-branch':
      return say(
        `"${failure.branch}" can't be the name of a branch.`,
        'See `git check-ref-format --help` for what can.',
      );
    case 'config-missing':
      return say(
        `No .scimsyncrc was found at the top of ${failure.directory}, nor on any of its branches.`,
        '`scim-hook init` writes one; commit it to the default branch.',
      );
    case 'config-invalid':
      return say(
        `${failure.where} has ${failure.faults.length === 1 ? 'a fault' : `${failure.faults.length} faults`}:\n${failure.faults.map(faultLine).join('\n')}`,
        'Correct it and run the command again. Nothing was changed.',
      );
    case 'endpoint-invalid':
    case 'endpoint-missing':
    case 'endpoint-differs':
    case 'endpoint-unnamed':
    case 'policy-ref-invalid':
    case 'pin-overruled':
    case 'policy-unnamed':
    case 'subject-unnamed':
    case 'subject-carried':
      return trustWords(failure);
    case 'subject-unset':
      return say(
        `${failure.from.replace(/^git:/, '')} is not set in git's config, so nobody knows whose access this is.`,
        `Set it: \`git config --global ${failure.from.replace(/^git:/, '')} …\`.`,
      );
    case 'unknown-subject':
      return say(
        `The directory ${failure.endpoint} knows nobody whose ${failure.attribute} is ${failure.value}.`,
        'Check `git config user.email`, or have the person added to the directory.',
      );
    case 'ambiguous-subject':
      return say(
        `${failure.count} people in the directory have the ${failure.attribute} ${failure.value}.`,
        'Use an attribute that is unique there: "subject": { "attribute": … } in the config.',
      );
    case 'inactive-subject':
      return say(
        `${failure.value} is not active in the directory.`,
        'Have the account activated, then install again.',
      );
    case 'untrusted':
      return say(
        `Nothing is trusted here: ${failure.detail}.`,
        'Look at what the repository proposes and accept it with `scim-hook install`.',
      );
    case 'not-confirmed':
      return say(
        'Nobody can be asked here whether to trust this.',
        'Run it in a terminal, or add --yes (and --endpoint URL unless it is on this machine).',
      );
    case 'declined':
      return say('Not accepted; nothing was changed.', 'Run the command again when you want it.');
    case 'switched-off':
      return say('SCIM_HOOK=0 is set, so nothing was done.', 'Unset it to install.');
    case 'hook-exists':
      return say(
        `${failure.path} is not a shell script, so it was left alone.`,
        `${failure.isLine ? 'Add this line near its beginning' : 'Have it run this, with its own three arguments for "$@"'}, then run \`scim-hook install\` again:\n  ${failure.line}`,
      );
    case 'hook-tracked':
      return say(
        `${failure.path} is tracked by git, so a change of it that nobody commits would stand in the way of every checkout.`,
        `Add this line near its beginning and commit it (it does nothing for people without scim-hook), then run \`scim-hook install\` again:\n  ${failure.line}`,
      );
    case 'hook-unusable':
      return say(
        `${failure.path} is ${failure.problem === 'dangling' ? 'a link to nowhere' : 'not a file'}, so git can run no hook there.`,
        'Take it away, then run `scim-hook install` again.',
      );
    case 'hook-edited':
      return say(
        `${failure.path} was put there by scim-hook, but somebody changed it since, so it was left alone.`,
        'Keep what you need of it elsewhere and delete the file, then run the command again.',
      );
    case 'hooks-elsewhere':
      return say(
        `git takes its hooks from elsewhere (core.hooksPath, ${failure.origin}), where other repositories may have theirs too, so ${failure.path} was left alone.`,
        `Add this line to that file (it does nothing in repositories without scim-hook), then run \`scim-hook install\` again:\n  ${failure.line}`,
      );
    case 'hook-not-run':
      return say(
        `git did not run ${failure.path}: ${failure.detail}.`,
        'Check that its file system allows executing files, then install again.',
      );
    case 'bundle-missing':
      return say(
        `${failure.path} is missing from this package.`,
        'Install the package again; in a clone of scim-hook, run `npm run build`.',
      );
    case 'disk':
      return say(
        `${failure.path} can't be used: ${diskWords(failure.problem)}.`,
        'Mend that and run the command again. Nothing that was granted is forgotten.',
      );
    case 'newer-file':
      return say(
        `${failure.path} was written by a newer scim-hook (format ${failure.version}).`,
        'Update scim-hook: `npm install -D scim-hook@latest`.',
      );
    case 'corrupt-file':
      return say(
        `${failure.path} can't be read: ${failure.problem}.`,
        'Restore it from a copy, or move it away.',
      );
    case 'locked':
      return say(
        `Another scim-hook has been at work in ${failure.path} for too long.`,
        'Wait for it, or end it, and run the command again.',
      );
    case 'still-owed':
      return say(
        `Not uninstalled: ${failure.names.join(', ')} could not be given back yet.`,
        'Run it again once the directory can be reached, or keep the access until it is revoked there: `scim-hook uninstall --keep-leases`.',
      );
    case 'unknown-lease':
      return say(`There is no lease ${failure.id}.`, '`scim-hook status` lists the live ones.');
    case 'port-in-use':
      return say(
        `Port ${failure.port} is in use.`,
        'Name another: `scim-hook directory --port 0` takes any free one.',
      );
    case 'config-exists':
      return say(
        `There are rules here already: ${failure.where}. Nothing was written.`,
        'Change those, or delete them first; `scim-hook why` says what they give.',
      );
    case 'not-written':
      return say(
        'Nothing was written.',
        'Run `scim-hook init` again, or name the endpoint: `scim-hook init --endpoint URL`.',
      );
    case 'unknown-event':
    case 'ambiguous-event':
    case 'log-empty':
    case 'log-end-altered':
    case 'no-lines':
    case 'checkpoint-differs':
    case 'signing-key-unset':
    case 'signing-key-missing':
    case 'signing-format':
    case 'ssh-keygen-missing':
    case 'not-signed':
      return logWords(failure);
    case 'usage':
      return say(failure.problem, 'See `scim-hook --help`.');
    default:
      return loginWords(failure);
  }
}

export function exitOf(failure: Failure): ExitCode {
  switch (failure.code) {
    case 'no-token':
    case 'denied':
      return 4;
    case 'bad-branch':
    case 'config-missing':
    case 'config-invalid':
    case 'endpoint-invalid':
    case 'endpoint-missing':
    case 'endpoint-differs':
    case 'policy-ref-invalid':
    case 'subject-unset':
    case 'unknown-lease':
    case 'unknown-event':
    case 'ambiguous-event':
    case 'no-lines':
    case 'signing-key-unset':
    case 'signing-format':
    case 'usage':
    case 'no-repository':
    case 'bare-repository':
      return 2;
    case 'pin-overruled':
    case 'policy-unnamed':
    case 'subject-unnamed':
    case 'subject-carried':
    case 'config-exists':
    case 'not-written':
    case 'endpoint-unnamed':
    case 'untrusted':
    case 'not-confirmed':
    case 'declined':
    case 'hook-exists':
    case 'hook-tracked':
    case 'hook-unusable':
    case 'hook-edited':
    case 'hooks-elsewhere':
    case 'unknown-subject':
    case 'ambiguous-subject':
    case 'inactive-subject':
    case 'foreign-repository':
    case 'embedded-repository':
      return 3;
    case 'still-owed':
      return 5;
    case 'switched-off':
      return 0;
    default:
      return LOGIN_EXITS[failure.code] ?? 1;
  }
}
