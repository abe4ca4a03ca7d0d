// What `--help` and the man page say of the program as a whole.

export type Row = readonly [term: string, meaning: string];

export const ENVIRONMENT: readonly Row[] = [
  ['SCIM_HOOK=0', 'switches the hook and install off'],
  ['SCIM_HOOK_TOKEN', 'the token, sent to the endpoint you trust only; without it, git is asked for one'],
  ['SCIM_HOOK_SUBJECT', 'with `run` in CI: whose access it is'],
  ['SCIM_HOOK_ENDPOINT', 'with `run` in CI: the SCIM 2.0 base URL'],
  ['SCIM_HOOK_POLICY', "with `run` in CI: the full ref of the rules, else origin's default branch"],
  ['SCIM_HOOK_HOME', 'where ledger and audit log are kept'],
  ['SCIM_HOOK_FOREGROUND=1', 'runs the worker in the foreground, to debug it'],
  ['NO_COLOR=1', 'no colours; goes before FORCE_COLOR'],
  ['FORCE_COLOR=1', 'colours in a pipe too; 0: none'],
  ['ACCESSIBLE=1', 'nothing moves: progress is said in lines, as with TERM=dumb'],
];

export const EXIT_CODES: readonly Row[] = [
  ['0', 'done, or nothing to do'],
  ['1', 'something failed, or differs where that was asked'],
  ['2', 'wrong usage, or a fault in the config'],
  ['3', 'refused'],
  ['4', 'no token, or the directory refused it'],
  ['5', 'pending, or owed'],
  ['130', 'ended by Ctrl-C'],
];

export const READ_ON: readonly Row[] = [
  ['scim-hook help <command>', "a command's options, with an example"],
  ['man scim-hook', 'all of it on one page'],
  ['README.md', 'in the package: how it works, and what it is not'],
];
