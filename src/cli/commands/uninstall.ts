// `uninstall`: gives this repository's leases back, then takes out exactly what install put in.
import { ok } from '../../core/result.ts';
import { uninstall } from '../../flow/uninstall.ts';
import { type Context, withHere } from '../context.ts';
import type { UninstallDocument } from '../place-documents.ts';
import { changeDocument, changeLine } from '../report.ts';
import type { ExitCode } from '../words.ts';

export const runUninstall = (
  context: Context,
  { keepLeases }: { readonly keepLeases?: boolean },
): Promise<ExitCode> =>
  withHere(context, async (here) => {
    const { screen } = context;
    const ports = here.installPorts();
    const done = await screen.during('Giving back', (waited) =>
      uninstall(ports, here.entries, { keepLeases: keepLeases === true }, waited),
    );
    if (!done.ok) return done;
    const changes = (done.value.settled?.reports ?? []).map((report) =>
      changeDocument(report.change, report),
    );
    if (screen.json) screen.document({ hook: done.value.hook, changes } satisfies UninstallDocument);
    for (const change of changes) screen.line(changeLine(screen, change));
    screen.line(
      done.value.hook === 'taken'
        ? 'Uninstalled: the hook, its spool and what was pinned in this clone are gone. The audit log stays.'
        : 'No hook of ours was here; what was left of us in this clone is gone.',
    );
    return ok(0);
  });
