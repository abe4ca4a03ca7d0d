// `status`: would git run the hook now, what is trusted, what is held and for how long, what waits, what to do next.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { missingPins } from '../../core/checks/pins.ts';
import { ok } from '../../core/result.ts';
import { isShippingSet } from '../../core/ship/settings.ts';
import { survey } from '../../flow/survey.ts';
import { forgiving, whyOwed } from '../../flow/why-owed.ts';
import type { Here } from '../../wire/here.ts';
import { type Context, withHere } from '../context.ts';
import { nextStep } from '../next-step.ts';
import type { ShippingDocument } from '../ship-documents.ts';
import { statusDocument } from '../status-document.ts';
import { showStatus } from '../status-view.ts';
import type { ExitCode } from '../words.ts';

export const runStatus = (context: Context): Promise<ExitCode> =>
  withHere(context, async (here) => {
    const ports = here.installPorts();
    const audit = forgiving(ports.audit);
    const seen = await survey({ ...ports, audit }, here.entries, here.place.gitDir);
    if (!seen.ok) return seen;
    const crash = await readFile(join(here.spool, 'crash'), 'utf8').catch(() => null);
    const document = statusDocument({
      survey: seen.value,
      tries: await whyOwed(audit, seen.value.ledger.holdings),
      missing: missingPins(here.entries).map((pin) => `scim-hook.${pin}`),
      worker: here.worker(),
      crash: crash?.split('\n')[0] ?? null,
      shipping: await shippingOf(context, here),
    });
    const status = { ...document, next: nextStep(document, context.env['SCIM_HOOK'] === '0') };
    if (context.screen.json) context.screen.document(status);
    else showStatus(context.screen, status, here.ports.clock.now());
    return ok(0);
  });

/** Nothing of it is loaded where no destination is set. */
async function shippingOf({ env }: Context, { entries, home, commonDir }: Here): Promise<ShippingDocument> {
  if (!isShippingSet(entries, env)) return { extent: 'matched', destinations: [], problems: [] };
  const [{ shippingStanding }, { toDocument }] = await Promise.all([
    import('../../wire/ship.ts'),
    import('../ship-words.ts'),
  ]);
  return toDocument(await shippingStanding({ entries, env, home, repo: commonDir, directory: commonDir }));
}
