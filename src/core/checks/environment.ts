// What the shell and git itself bring along: the switch that turns us off, and whether this git knows what we ask of it.
import { type Finding, fine, problem, warning } from '../finding.ts';
import { isNewer } from '../version-order.ts';

export const checkEnvironment = (off: boolean): Finding =>
  off
    ? problem(
        'environment',
        'SCIM_HOOK=0 is set in this shell, so no switch made from here is noticed.',
        "Unset it: `unset SCIM_HOOK`; look in your shell's start files if it comes back.",
      )
    : fine('environment', 'SCIM_HOOK does not switch the hook off.');

/** `rev-parse --path-format` came with 2.31; without it no clone is found. */
const OLDEST = '2.31.0';
/** `git hook run`: install's proof that git would run the hook. */
const PROVES = '2.36.0';

/** `said` is what `git --version` printed; null where there is no git. */
export function checkGit(said: string | null): Finding {
  if (said === null) return problem('git', 'git was not found.', 'Install git, or put it on the PATH.');
  const version = /\d+(?:\.\d+)+/.exec(said)?.[0];
  if (version === undefined)
    return warning(
      'git',
      `git says "${said.trim()}", which names no version.`,
      'Check which git is on the PATH.',
    );
  if (isNewer(OLDEST, version))
    return problem('git', `git ${version} is too old: scim-hook needs ${OLDEST}.`, 'Update git.');
  if (isNewer(PROVES, version))
    return warning(
      'git',
      `git ${version} can't be asked to run a hook, so install can't prove that it would.`,
      'Update git to 2.36 or newer, or see `scim-hook status` after a switch.',
    );
  return fine('git', `git ${version}.`);
}
