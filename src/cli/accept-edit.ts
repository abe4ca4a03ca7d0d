// `sync` and `plan` where the rules are in no commit and aren't those that were accepted: shown, asked about, and then on.
import type { Failure } from '../core/failure.ts';
import { ok, type Result } from '../core/result.ts';
import { readSettings } from '../core/settings.ts';
import { takeStanding } from '../flow/standing.ts';
import type { Here } from '../wire/here.ts';
import type { Context } from './context.ts';

/** The clone as it is after that; a no, and nobody to ask, leave it as it was, and nothing is granted. */
export async function offerEdit(context: Context, here: Here): Promise<Result<Here, Failure>> {
  const { pins } = readSettings(here.entries);
  if (!context.screen.isInteractive || pins?.policy.startsWith('sha256:') !== true) return ok(here);
  const standing = await takeStanding(here.ports, here.entries);
  if (!standing.ok) return standing;
  if (standing.value.policy.state !== 'untrusted') return ok(here);
  const { renew } = await import('./renew.ts');
  const renewed = await renew(context, here, { endpoint: null, yes: false });
  if (!renewed.ok) return renewed.failure.code === 'declined' ? ok(here) : renewed;
  const opened = await here.clone.open();
  return opened.ok ? ok({ ...here, ...opened.value }) : opened;
}
