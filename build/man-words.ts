// What the man page says besides the commands: short, and the same as README and DESIGN.
import type { Row } from '../src/cli/help-words.ts';

export const DESCRIPTION: readonly string[] = [
  "Your branch is your access request. After a switch of branches, a git hook that git never waits for brings your SCIM 2.0 groups, roles and entitlements in line with what the repository's rules say that branch needs. When you leave the branch, what it gave is taken back. Every switch and every change is a line in a hash-chained log.",
  'The rules are in `.scimsyncrc` at the top of the repository. They count as they are on one branch only, which you choose at `scim-hook install`; what another branch says in its own copy has no effect.',
];

export const FILES: readonly Row[] = [
  [
    '.scimsyncrc',
    'the rules, in JSON or YAML; also `.scimsyncrc.json`, `.scimsyncrc.yaml`, `.scimsyncrc.yml`, and the key `scimsync` of `package.json`',
  ],
  ['.git/hooks/post-checkout', 'the hook, or wherever `git rev-parse --git-path hooks` says'],
  ['.git/scim-hook/', 'what the hook saw and nobody has settled yet'],
  [
    '~/.local/state/scim-hook/',
    'the ledger of what was granted, and `audit/audit.jsonl`, the log; `XDG_STATE_HOME` and `SCIM_HOOK_HOME` move it',
  ],
  ['~/.local/share/scim-hook/worker.cjs', 'the program that the hook starts; `XDG_DATA_HOME` moves it'],
];

export const CONFIGURATION: readonly Row[] = [
  [
    'scim-hook.endpoint, .subject, .subjectId, .policy',
    'what you trust in this clone; `scim-hook install` and `scim-hook trust` set it',
  ],
  [
    'scim-hook.mode',
    '`enforce` (the default), `audit` (looks and logs, changes nothing), `release-only` (only gives back) or `off`',
  ],
  ['scim-hook.allow', 'patterns of names; nothing else is ever granted'],
  [
    'scim-hook.notify',
    'global or system only: a command that hears of what failed, was refused or is owed, as JSON on its standard input',
  ],
];

export const SECURITY: readonly string[] = [
  'A checkout is a signal of intent, never a boundary: hooks can be skipped, and who holds a token for the whole directory can change anybody. The boundary is the SCIM service, and what enforces its groups.',
  "The token comes from `SCIM_HOOK_TOKEN` or from git's credential helper. It goes to the endpoint you trusted and nowhere else, over https except on this machine, and is in no file, log, argument or child of scim-hook.",
  'Nobody but you gains or loses access. Where anything is unclear nothing is granted; giving back goes on all the same.',
];

export const EXAMPLES: readonly (readonly [what: string, lines: readonly string[]])[] = [
  ['See it work, without touching anything of yours:', ['$ scim-hook try']],
  [
    'In a clone whose repository has rules:',
    ['$ scim-hook install', '$ git checkout release/2.1', '$ scim-hook status'],
  ],
  [
    'See whether the directory still says what was granted, and put it right:',
    ['$ scim-hook reconcile', '$ scim-hook reconcile --fix'],
  ],
  ['In CI:', ['$ scim-hook run --branch main -- ./deploy']],
];

export const SEE_ALSO = ['githooks(5)', 'git-credential(1)', 'git-config(1)'];
