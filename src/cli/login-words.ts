// Words for what `login`, `logout` and `run` can meet besides what every command can.
import type { Failure } from '../core/failure.ts';
import { unreachable } from '../core/result.ts';
import type { Words } from './words.ts';

type LoginFailure = Extract<
  Failure,
  {
    readonly code:
      | 'pins-missing'
      | 'pins-differ'
      | 'policy-unreviewed'
      | 'token-invalid'
      | 'token-refused'
      | 'token-not-given'
      | 'endpoint-not-accepted'
      | 'token-not-kept'
      | 'token-shadowed'
      | 'token-remains';
  }
>;

/** The others end in 1. */
export const LOGIN_EXITS: Readonly<Partial<Record<Failure['code'], 2 | 3 | 4>>> = {
  'token-invalid': 2,
  'endpoint-not-accepted': 2,
  'token-refused': 4,
  'token-not-given': 3,
  'pins-missing': 3,
  'pins-differ': 3,
  'policy-unreviewed': 3,
};

export function loginWords(failure: LoginFailure): Words {
  const say = (message: string, remedy: string): Words => ({ message, remedy });
  switch (failure.code) {
    case 'pins-missing':
      return say(
        `Nothing is accepted in this clone, and ${failure.variables.join(' and ')} ${failure.variables.length === 1 ? 'is' : 'are'} not set.`,
        'In a clone of yours run `scim-hook install`; in CI set SCIM_HOOK_ENDPOINT, SCIM_HOOK_SUBJECT and SCIM_HOOK_TOKEN.',
      );
    case 'pins-differ':
      return failure.by === 'clone'
        ? say(
            `${failure.variable} is ${failure.value}, but in this clone ${failure.pinned} was accepted.`,
            `Unset ${failure.variable}, or accept the other one with \`scim-hook install\`.`,
          )
        : say(
            `${failure.variable} gives ${failure.value}, but git's global or system config says ${failure.pinned} for everybody here.`,
            `Set ${failure.variable} to that, or have the config changed: \`git config --show-origin --get-regexp '^scim-hook[.]subject'\` shows where it is.`,
          );
    case 'policy-unreviewed':
      return say(
        failure.ref === null
          ? "This clone doesn't know the remote's default branch, and whoever pushes another could have written the rules there."
          : `The remote's default branch ${failure.ref}, as far as it was fetched, holds no rules, and whoever pushes another could have written those there.`,
        'Have it fetched and known: `git fetch origin main:refs/remotes/origin/main && git remote set-head origin -a` (with its name). Or name it: SCIM_HOOK_POLICY=refs/remotes/origin/main.',
      );
    case 'token-invalid':
      return say(
        `The token ${failure.problem}, so it can't be one.`,
        'Copy the token alone, as one line, and try again. Nothing was kept.',
      );
    case 'token-refused':
      return say(
        `The directory ${failure.endpoint} refused this token (${failure.status}), so it was not kept. What git kept before, it keeps.`,
        failure.status === 403
          ? 'Have the token allowed to read users and change groups.'
          : 'Copy it again, or have a new one made.',
      );
    case 'token-not-given':
      return say('No token was given; nothing was kept.', 'Run `scim-hook login` again when you have it.');
    case 'endpoint-not-accepted':
      return say(
        `No endpoint is accepted here${failure.proposed === null ? '' : `; the repository's rules propose ${failure.proposed}`}. A file in a repository must not choose where your token goes.`,
        `Name it yourself: \`scim-hook login --endpoint ${failure.proposed ?? 'https://idp.example.com/scim/v2'}\` (or logout).`,
      );
    case 'token-not-kept':
      return say(
        failure.helper === null
          ? `git has no credential helper for ${failure.endpoint}, so nobody keeps the token.`
          : `git's credential helper (${failure.helper}) did not keep the token for ${failure.endpoint}.`,
        failure.helper === null
          ? `${helperCommand(failure.platform)}\nThen run \`scim-hook login\` again.`
          : 'Check that helper, and that `git config credential.username` names the user name you log in with.',
      );
    case 'token-shadowed':
      return say(
        `git gives ${failure.other === '' ? 'another credential' : `the credential of "${failure.other}"`} for ${failure.endpoint} before that of "${failure.username}", so the token was not kept.`,
        `Have git ask for that name there: \`git config --global credential.${failure.endpoint}.username ${failure.username}\`, then run \`scim-hook login\` again.`,
      );
    case 'token-remains':
      return say(
        `"${failure.username}" is forgotten, but git still gives ${failure.other === '' ? 'another credential' : `the credential of "${failure.other}"`} for ${failure.endpoint}.`,
        `It may be your password for git itself on that host. If it is the token: \`scim-hook logout --endpoint ${failure.endpoint} --username ${failure.other === '' ? 'NAME' : failure.other}\`.`,
      );
    default:
      return unreachable(failure);
  }
}

/** What keeps secrets on this system, as the command that has git use it. */
function helperCommand(platform: string): string {
  const use = (helper: string): string => `\`git config --global credential.helper ${helper}\``;
  switch (platform) {
    case 'darwin':
      return `Have git use the keychain: ${use('osxkeychain')}.`;
    case 'win32':
      return `Have git use the Credential Manager: ${use('manager')}.`;
    default:
      return [
        `Choose who keeps it: ${use('libsecret')} (the desktop's keyring, where git came with it),`,
        `${use("'cache --timeout 36000'")} (in memory, for ten hours),`,
        `or ${use('store')} (a file of yours, not encrypted).`,
      ].join('\n');
  }
}
