// `trust`: accepts what the config proposes now; the hook is left alone.
import { ok } from '../../core/result.ts';
import type { Renewal } from '../../flow/renew-trust.ts';
import { survey } from '../../flow/survey.ts';
import { type Context, withHere } from '../context.ts';
import type { TrustDocument } from '../documents.ts';
import { pinLines, renew } from '../renew.ts';
import { plain } from '../screen.ts';
import type { ExitCode } from '../words.ts';

export interface TrustFlags {
  readonly endpoint?: string;
  readonly yes?: boolean;
}

export const runTrust = (context: Context, flags: TrustFlags): Promise<ExitCode> =>
  withHere(context, async (here) => {
    const { screen } = context;
    const done = await renew(context, here, { endpoint: flags.endpoint ?? null, yes: flags.yes === true });
    if (!done.ok) return done;
    const ports = here.installPorts();
    const reread = await here.clone.open();
    if (!reread.ok) return reread;
    const seen = await survey(ports, reread.value.entries, here.place.gitDir);
    if (!seen.ok) return seen;
    const { hook } = seen.value;
    if (screen.json) {
      screen.document(toDocument(done.value, hook));
      return ok(0);
    }
    const { before, changed, pins, where } = done.value;
    screen.line(changed ? screen.paint.green('Accepted.') : 'Nothing changed since it was accepted.');
    for (const line of pinLines(screen, before, { ...pins, where })) screen.line(line);
    if (changed) screen.line('`scim-hook sync` brings your access in line with it; so does the next switch.');
    if (before !== null && before.endpoint !== pins.endpoint) {
      screen.note(
        `What was given at ${plain(before.endpoint)} is given back there. SCIM_HOOK_TOKEN is for the new endpoint alone, so git's credential helper needs the token of the old one until then.`,
      );
    }
    if (hook.state !== 'runs') {
      screen.note(`git would not run the hook here (${hook.state}): \`scim-hook install\` puts it in place.`);
    }
    return ok(0);
  });

const toDocument = (
  { before, changed, pins, mode, where }: Renewal,
  hook: TrustDocument['hook'],
): TrustDocument => ({
  changed,
  before: before === null ? null : trusted(before),
  trusted: trusted(pins),
  where,
  mode,
  hook,
});

const trusted = ({ endpoint, subject, subjectId, policy }: Renewal['pins']): TrustDocument['trusted'] => ({
  endpoint,
  subject: { value: subject, id: subjectId },
  policy,
});
