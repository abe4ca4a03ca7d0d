// `plan`, and `sync --dry-run`: what a sync would change, changing nothing.
import type { Failure } from '../../core/failure.ts';
import { isPassing, reasonOf } from '../../core/failure.ts';
import { outcomeOf } from '../../core/outcome.ts';
import type { Change } from '../../core/plan.ts';
import { ok, type Result } from '../../core/result.ts';
import type { ChangeOutcome, Reason } from '../../core/vocabulary.ts';
import { type Preview, preview } from '../../flow/preview.ts';
import type { Here } from '../../wire/here.ts';
import { offerEdit } from '../accept-edit.ts';
import { askFor, type ManualAsk } from '../ask-for.ts';
import { type Context, withHere } from '../context.ts';
import { reasonWords } from '../reason-words.ts';
import { changeDocument, changeLine, exitOfReports, syncDocument } from '../report.ts';
import { said } from '../said.ts';
import { plain } from '../screen.ts';
import { noteStanding } from '../standing-notes.ts';
import type { ExitCode } from '../words.ts';

export const runPlan = (context: Context, { branch }: { readonly branch?: string }): Promise<ExitCode> =>
  withHere(context, async (opened) => {
    const offered = await offerEdit(context, opened);
    if (!offered.ok) return offered;
    const here = offered.value;
    const asked = await askFor(here, branch);
    return asked.ok ? printPlan(context, here, asked.value) : asked;
  });

export async function printPlan(
  { screen }: Context,
  here: Here,
  ask: ManualAsk,
): Promise<Result<ExitCode, Failure>> {
  const seen = await screen.during('Looking', () => preview(here.ports, here.entries, ask));
  if (!seen.ok) return seen;
  const { prepared, reason } = seen.value;
  const expected = expectations(seen.value);
  const ended = outcomeOf(
    expected.flatMap(({ outcome, reason: why }) => (outcome === undefined ? [] : [{ outcome, reason: why }])),
    reason,
  );
  const planned = expected.some(({ outcome }) => outcome === undefined) && ended.outcome === 'unchanged';
  const changes = expected.map(({ change, outcome, reason: why }) => ({
    ...changeDocument(change),
    ...(outcome === undefined ? {} : { outcome }),
    ...(why === undefined ? {} : { reason: why }),
  }));
  const code = exitOfReports(changes, ended);
  if (screen.json) {
    screen.document(
      syncDocument(prepared.standing, ask.branch, changes, planned ? { outcome: 'would' } : ended),
    );
    return ok(code);
  }
  const where = ask.branch === null ? 'No branch is checked out' : plain(ask.branch);
  const because = reason === undefined ? '' : ` (${reasonWords(reason)})`;
  screen.line(changes.length === 0 ? `${where}: nothing would change${because}.` : `${where}: a sync would`);
  for (const change of changes) screen.line(changeLine(screen, change));
  await noteStanding(screen, here.ports, prepared.standing, [reason, ...changes.map((each) => each.reason)]);
  const failure = seen.value.plans.find(({ observed }) => observed.failure !== null)?.observed.failure;
  if (failure !== undefined && failure !== null) {
    const { message, remedy } = said(failure);
    screen.note(`${message}\n${remedy}`);
  }
  return ok(code);
}

interface Expectation {
  readonly change: Change;
  /** Undefined: it would be carried out. */
  readonly outcome: ChangeOutcome | undefined;
  readonly reason: Reason | undefined;
}

/** What would come of each change, as far as that is known beforehand. */
function expectations({ plans }: Preview): Expectation[] {
  return plans.flatMap(({ plan, observed: { failure } }) =>
    plan.changes.map((change): Expectation => {
      const { disposition } = change;
      if (disposition.do === 'refuse') return { change, outcome: 'refused', reason: disposition.reason };
      if (disposition.do === 'await') return { change, outcome: 'owed', reason: undefined };
      if (disposition.do === 'would') return { change, outcome: 'would', reason: undefined };
      if (failure === null) return { change, outcome: undefined, reason: undefined };
      const held = change.op === 'remove' ? 'owed' : isPassing(failure) ? 'pending' : 'failed';
      return { change, outcome: held, reason: reasonOf(failure) };
    }),
  );
}
