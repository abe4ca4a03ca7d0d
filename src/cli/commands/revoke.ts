// `revoke`: gives back now what this repository holds, or all, or one lease.
import type { Lease } from '../../core/lease.ts';
import { fail, ok } from '../../core/result.ts';
import { settle } from '../../flow/settle.ts';
import { type Context, withHere } from '../context.ts';
import { changeDocument, exitOfReports, printSettled } from '../report.ts';
import type { ExitCode } from '../words.ts';

export interface RevokeOptions {
  readonly all?: boolean;
  readonly lease?: string;
}

export const runRevoke = (context: Context, { all, lease }: RevokeOptions): Promise<ExitCode> =>
  withHere(context, async (here) => {
    const which = (each: Lease): boolean =>
      lease !== undefined
        ? each.id.startsWith(lease) && lease.length >= 4
        : all === true || each.commonDir === here.commonDir;
    if (lease !== undefined) {
      const ledger = await here.ports.state.readLedger();
      if (!ledger.ok) return ledger;
      if (!ledger.value?.leases.some(which)) return fail({ code: 'unknown-lease', id: lease });
    }
    const settled = await context.screen.during('Giving back', (waited) =>
      settle(here.ports, here.entries, { kind: 'revoke', which }, waited),
    );
    if (!settled.ok) return settled;
    here.leaveShipping();
    const { reports, asked } = settled.value;
    const ended = asked?.ended ?? { outcome: 'unchanged' };
    if (context.screen.json) printSettled(context.screen, settled.value, null, ended);
    else if (reports.length === 0) context.screen.line('Nothing to give back.');
    else printSettled(context.screen, settled.value, 'Revoked', ended);
    return ok(
      exitOfReports(
        reports.map((report) => changeDocument(report.change, report)),
        ended,
      ),
    );
  });
