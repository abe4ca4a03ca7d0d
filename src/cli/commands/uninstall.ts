// `uninstall`: gives this repository's leases back, then takes out exactly what install put in.
import { ok } from '../../core/result.ts';
import { type Uninstalled, uninstall } from '../../flow/uninstall.ts';
import { type Context, withHere } from '../context.ts';
import type { UninstallDocument } from '../place-documents.ts';
import { changeDocument, changeLine } from '../report.ts';
import { plain } from '../screen.ts';
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
    screen.line(endWords(done.value));
    return ok(0);
  });

function endWords({ hook, path }: Uninstalled): string {
  switch (hook) {
    case 'taken':
      return 'Uninstalled: the hook, its spool and what was pinned in this clone are gone. The audit log stays.';
    case 'left':
      return `Uninstalled. What calls us in ${plain(path ?? '')} isn't ours to take out: it is the team's, or yours, and does nothing in this clone any more.`;
    case 'absent':
      return 'Nothing of ours is left here.';
  }
}
