// `log`: what happened to access in this repository, newest first.
import type { Failure } from '../../../core/failure.ts';
import { BEHIND_THE_SCENES } from '../../../core/log/row.ts';
import { ok, type Result } from '../../../core/result.ts';
import { type Context, failWith } from '../../context.ts';
import { piecesOf, readForm } from '../../log-forms.ts';
import { foundIn, type Listing } from '../../log-listing.ts';
import type { ListOptions } from '../../log-options.ts';
import { queryOf, readCount, withLog, zoneOf } from '../../log-reading.ts';
import type { ExitCode } from '../../words.ts';

export function runLog(context: Context, options: ListOptions): Promise<ExitCode> {
  const [form, count] = [readForm(options), readCount(options.number)];
  if (!form.ok) return Promise.resolve(failWith(context, form.failure));
  if (!count.ok) return Promise.resolve(failWith(context, count.failure));
  return withLog(context, options.from, (place) => {
    const now = Date.now();
    const query = queryOf(options, place, now);
    if (!query.ok) return Promise.resolve(query);
    const rows = form.value.name === 'rows';
    const all = !rows || options.kind !== undefined || options.id !== undefined;
    return list({
      context,
      options,
      place,
      query: query.value,
      form: form.value,
      count: count.value,
      now,
      isShown: ({ kind }) => all || !BEHIND_THE_SCENES.has(kind),
    });
  });
}

async function list(listing: Listing): Promise<Result<ExitCode, Failure>> {
  const { context, options, form } = listing;
  const { screen } = context;
  const terminal = screen.columns !== undefined;
  if (options.follow === true) await (await import('../../log-follow.ts')).followLog(listing);
  else if (form.name === 'rows' && terminal) await (await import('../../log-screen.ts')).showLog(listing);
  else await screen.pour(piecesOf(foundIn(listing), form, { zone: zoneOf(options), terminal }));
  return ok(0);
}
