// `sync`: brings access in line with a branch now, in the foreground.

import { type Failure, reasonOf } from '../../core/failure.ts';
import { ok, type Result } from '../../core/result.ts';
import { backoff } from '../../core/retry.ts';
import { type Settled, settle } from '../../flow/settle.ts';
import type { Here } from '../../wire/here.ts';
import { offerEdit } from '../accept-edit.ts';
import { askFor, type ManualAsk } from '../ask-for.ts';
import { type Context, withHere } from '../context.ts';
import { changeDocument, exitOfReports, printSettled } from '../report.ts';
import { said } from '../said.ts';
import { noteStanding } from '../standing-notes.ts';
import { type ExitCode, exitOf } from '../words.ts';
import { printPlan } from './plan.ts';

export interface SyncOptions {
  readonly branch?: string;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
}

export const runSync = (context: Context, options: SyncOptions): Promise<ExitCode> =>
  withHere(context, async (opened) => {
    const offered = await offerEdit(context, opened);
    if (!offered.ok) return offered;
    const here = offered.value;
    const asked = await askFor(here, options.branch);
    if (!asked.ok) return asked;
    if (options.dryRun === true) return printPlan(context, here, asked.value);
    const settled = await context.screen.during('Syncing', (waited) =>
      settleFor(here, asked.value, () => options.wait === true && !context.screen.interrupted, waited),
    );
    if (!settled.ok) return settled;
    here.leaveShipping();
    const code = show(context, asked.value, settled.value);
    const { standing, reports, asked: own } = settled.value;
    await noteStanding(context.screen, here.ports, standing, [
      own?.ended.reason,
      ...reports.map(({ reason }) => reason),
    ]);
    return ok(code);
  });

/** Milliseconds for `--wait` where no config says. */
const DEADLINE = 15_000;

async function settleFor(
  here: Here,
  ask: ManualAsk,
  wait: () => boolean,
  waited: () => void,
): Promise<Result<Settled, Failure>> {
  const { ports, entries } = here;
  const started = ports.clock.now();
  let settled = await settle(ports, entries, ask, waited);
  for (let attempt = 0; wait() && settled.ok && settled.value.again; attempt++) {
    const { policy } = settled.value.standing;
    const deadline = policy.state === 'trusted' ? policy.config.deadline : DEADLINE;
    if (ports.clock.now() - started > deadline) break;
    await ports.clock.pause(backoff(attempt, ports.random(), settled.value.retryAfter));
    settled = await settle(ports, entries, ask, waited);
  }
  return settled;
}

function show({ screen }: Context, ask: ManualAsk, settled: Settled): ExitCode {
  const known = settled.asked?.ended ?? { outcome: 'unchanged' as const };
  const { unseen } = settled;
  // Nobody could look, so this is not yet the answer that was asked for.
  const blind = unseen !== null && known.outcome === 'unchanged';
  const ended = blind ? { ...known, reason: reasonOf(unseen) ?? known.reason } : known;
  printSettled(screen, settled, settled.asked?.event.branch ?? ask.branch, ended);
  if (!screen.json) {
    if (
      ask.byHand &&
      settled.ledger.leases.some((lease) => lease.by === 'hand' && lease.branch === ask.branch)
    )
      screen.note(
        'That is a lease by hand: `scim-hook revoke` ends it, and so does a `scim-hook sync` without --branch.',
      );
    const failure =
      settled.unlogged ??
      settled.reports.find((report) => report.failure !== undefined)?.failure ??
      (blind ? unseen : undefined);
    if (failure !== undefined && failure !== null) {
      const { message, remedy } = said(failure);
      screen.note(`${message}\n${remedy}`);
    }
  }
  const code = exitOfReports(
    settled.reports.map((report) => changeDocument(report.change, report)),
    ended,
  );
  return code === 0 && blind ? exitOf(unseen) : code;
}
