// Asks a person to trust what a clone proposes now in the place of what they accepted before: old and new, then the question.
import type { Failure } from '../core/failure.ts';
import type { Result } from '../core/result.ts';
import { type Pins, readSettings } from '../core/settings.ts';
import type { Renewal } from '../flow/renew-trust.ts';
import { renewTrust } from '../flow/renew-trust.ts';
import type { Proposal } from '../flow/trust.ts';
import type { Here } from '../wire/here.ts';
import type { Context } from './context.ts';
import { lineDiff } from './line-diff.ts';
import { plain, type Screen } from './screen.ts';

export interface RenewFlags {
  readonly endpoint: string | null;
  readonly yes: boolean;
}

export async function renew(
  { screen }: Context,
  here: Here,
  { endpoint, yes }: RenewFlags,
): Promise<Result<Renewal, Failure>> {
  const ports = here.installPorts();
  const { newId } = await import('../wire/here.ts');
  const { pins } = readSettings(here.entries);
  const hash = pins === null ? null : hashOf(pins.policy);
  const known = hash === null ? null : await ports.accepted.read(hash);
  return renewTrust(ports, here.entries, {
    place: here.place,
    home: here.home,
    endpoint,
    yes,
    newId,
    confirm: screen.isInteractive ? (proposal, rules) => ask(screen, pins, known, proposal, rules) : null,
  });
}

/** Of rules that are in no commit. */
const hashOf = (policy: string): string | null => /^sha256:(.+)$/.exec(policy)?.[1] ?? null;

function ask(
  screen: Screen,
  before: Pins | null,
  known: string | null,
  proposal: Proposal,
  rules: string,
): Promise<boolean> {
  if (proposal.changedId !== null) {
    const { pinned, found } = proposal.changedId;
    screen.note(
      `${plain(proposal.subject)} was the account ${plain(pinned)} when it was accepted; now it is ${plain(found)}.`,
    );
    return screen.ask('Is that you?');
  }
  screen.note(before === null ? 'scim-hook would trust this in this clone:' : 'What would be trusted now:');
  screen.note('');
  for (const line of pinLines(screen, before, proposal)) screen.note(line);
  screen.note('');
  if (before !== null && hashOf(before.policy) !== null && before.policy !== proposal.policy) {
    if (known === null) screen.note('The text that was accepted is not kept here, so look at all of it.');
    else if (known === rules) screen.note('The rules are the very text that was accepted.');
    else {
      screen.note('The rules, since they were accepted:');
      for (const line of lineDiff(screen, known, rules)) screen.note(line);
    }
    screen.note('');
  }
  screen.note('Your token goes to that endpoint and nowhere else. Rules are read from that place only.');
  return screen.ask('Trust it?');
}

type After = Pick<Proposal, 'endpoint' | 'subject' | 'where' | 'policy'> & { readonly subjectId?: string };

/** A row each; where something changed, the old one and the new one. */
export function pinLines({ paint }: Pick<Screen, 'paint'>, before: Pins | null, after: After): string[] {
  const row = (name: string, old: string | undefined, now: string): string => {
    const changed = old !== undefined && old !== now;
    return `  ${name.padEnd(10)}${changed ? `${plain(old)} -> ${paint.bold(plain(now))}` : plain(now)}`;
  };
  return [
    row('endpoint', before?.endpoint, after.endpoint),
    row('you', before?.subject, after.subject),
    ...(after.subjectId === undefined ? [] : [row('account', before?.subjectId, after.subjectId)]),
    row('rules', before === null ? undefined : rulesAt(before.policy), rulesAt(after.policy)),
    `  ${''.padEnd(10)}${paint.dim(`read from ${plain(after.where)}${hashOf(after.policy) === null ? '' : ', which is in no commit yet'}`)}`,
  ];
}

/** Rules in no commit have no other name than their content. */
function rulesAt(policy: string): string {
  const hash = hashOf(policy);
  return hash === null ? policy : `sha256:${hash.slice(0, 12)}…`;
}
