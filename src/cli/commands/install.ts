// `install`: shows what would be trusted, puts the hook in place, and says whether git runs it.

import { fail, ok } from '../../core/result.ts';
import { MODES, type Mode } from '../../core/vocabulary.ts';
import { type Installed, install } from '../../flow/install.ts';
import type { Proposal } from '../../flow/trust.ts';
import { type Context, failWith, openHere, within } from '../context.ts';
import type { InstallDocument } from '../place-documents.ts';
import { plain, type Screen } from '../screen.ts';
import { whyNoClone, whyNotHere } from '../unattended.ts';
import type { ExitCode } from '../words.ts';

export interface InstallFlags {
  readonly endpoint?: string;
  readonly policy?: string;
  readonly mode?: string;
  readonly yes?: boolean;
}

export async function runInstall(context: Context, flags: InstallFlags): Promise<ExitCode> {
  const { screen, env } = context;
  if (env['SCIM_HOOK'] === '0') return failWith(context, { code: 'switched-off' });
  const mode = MODES.find((each) => each === flags.mode) ?? null;
  if (flags.mode !== undefined && mode === null) {
    return failWith(context, {
      code: 'usage',
      problem: `--mode is ${flags.mode}, but can be ${MODES.join(', ')}.`,
    });
  }
  const unattended = flags.yes === true;
  const nothing = unattended ? whyNotHere(context) : null;
  if (nothing !== null) return skip(screen, nothing);
  const here = await openHere(context);
  if (!here.ok) {
    const none = unattended ? whyNoClone(here.failure) : null;
    return none === null ? failWith(context, here.failure) : skip(screen, none);
  }
  return within(context, here.value, async ({ installPorts, entries, place, home }) => {
    const { newId } = await import('../../wire/here.ts');
    const done = await install(installPorts(), entries, {
      place,
      node: process.execPath,
      home,
      endpoint: flags.endpoint ?? null,
      policy: flags.policy ?? null,
      mode,
      yes: unattended,
      newId,
      confirm: screen.isInteractive ? (proposal) => ask(screen, proposal) : null,
    });
    if (!done.ok) return fail(done.failure);
    if (screen.json) screen.document(done.value satisfies InstallDocument);
    else show(screen, done.value);
    return ok(0);
  });
}

function skip(screen: Screen, why: string): ExitCode {
  if (screen.json) screen.document({ skipped: why } satisfies InstallDocument);
  else screen.line(`scim-hook: nothing installed, because ${why}.`);
  return 0;
}

function ask(screen: Screen, proposal: Proposal): Promise<boolean> {
  if (proposal.changedId !== null) {
    const { pinned, found } = proposal.changedId;
    screen.note(
      `${plain(proposal.subject)} was the account ${plain(pinned)} when it was accepted; now it is ${plain(found)}.`,
    );
    return screen.ask('Is that you?');
  }
  screen.note('scim-hook would trust this in this clone:\n');
  for (const line of facts(screen, proposal)) screen.note(line);
  screen.note('\nYour token goes to that endpoint and nowhere else. Rules are read from that place only.');
  return screen.ask('Trust it?');
}

type Facts = Pick<Installed, 'endpoint' | 'subject' | 'where' | 'policy' | 'mode'> & {
  readonly subjectId?: string;
};

const facts = ({ paint }: Screen, { endpoint, subject, subjectId, where, policy, mode }: Facts): string[] => [
  `  endpoint  ${paint.bold(plain(endpoint))}`,
  `  you       ${plain(subject)}${subjectId === undefined ? '' : paint.dim(` (id ${plain(subjectId)})`)}`,
  `  rules     ${plain(where)} ${paint.dim(policy.startsWith('sha256:') ? 'as it is now; in no commit yet' : plain(policy))}`,
  `  mode      ${modeWords(mode)}`,
];

function modeWords(mode: Mode): string {
  const words: Readonly<Record<Mode, string>> = {
    enforce: 'enforce',
    audit: 'audit: looks and logs, changes nothing',
    'release-only': 'release-only: gives back, grants nothing',
    off: 'off: gives back, grants nothing',
  };
  return words[mode];
}

function hookWords({ how, hook, beside }: Installed): string {
  switch (how) {
    case 'file':
      return hook;
    case 'block':
      return `${hook}, as a block beside what is there`;
    case 'legacy':
      return `${hook}, which pre-commit runs besides its own`;
    case 'lefthook':
      return `${hook}, your own lefthook config`;
    case 'config':
      return `git's config (hook.scim-hook)${beside === null ? '' : `, beside ${beside}`}`;
    case 'called':
      return `called by ${hook}`;
  }
}

/** What a person should know of the place, because others see it or another tool may take it away. */
const ANEW =
  'That tool may write its file anew; `scim-hook status` tells when ours is gone, `scim-hook install` puts it back.';

function adviceFor({ how, hook, beside, keptOff }: Installed): string | null {
  if (keptOff) return 'That hook was not executable, so git ignored it: it stays off, only ours runs in it.';
  if (how !== 'block') return null;
  switch (beside) {
    case 'husky':
      return hook.includes('/_/')
        ? ANEW
        : 'Git passes over that file (.git/info/exclude). To have it for the team, `git add -f` and commit it: it does nothing for people without scim-hook.';
    case 'lefthook':
    case 'simple-git-hooks':
      return ANEW;
    case 'git-lfs':
      return '`git lfs install` will say that this hook exists; `scim-hook uninstall` first, if you need to run it.';
    default:
      return null;
  }
}

function show(screen: Screen, installed: Installed): void {
  const { paint } = screen;
  for (const line of facts(screen, installed)) screen.line(line);
  screen.line(`  hook      ${plain(hookWords(installed))}`);
  const advice = adviceFor(installed);
  if (advice !== null) screen.line(`            ${advice}`);
  screen.line('');
  screen.line(
    installed.proved === null
      ? 'Installed. (This git is too old to be asked to run the hook; the next checkout will show.)'
      : `${paint.green('Installed.')} git ran the hook just now, and the branch you are on is being synced.`,
  );
  screen.line(
    `See ${paint.bold('scim-hook status')}; take it out with ${paint.bold('scim-hook uninstall')}.`,
  );
}
