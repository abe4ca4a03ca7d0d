// `log -f`: the last lines, and then what comes, as it comes.
import { rowOf } from '../core/log/row.ts';
import { pieceOf, piecesOf } from './log-forms.ts';
import { foundIn, type Listing } from './log-listing.ts';
import { type Found, match, zoneOf } from './log-reading.ts';

/** Lines to begin with. */
const BEGIN = 10;

export async function followLog(listing: Listing): Promise<void> {
  const { context, place, query, isShown } = listing;
  const { screen } = context;
  const stop = new AbortController();
  process.once('SIGINT', () => {
    screen.interrupted = true;
    stop.abort();
  });
  // First where the log ends, then what is before that: a line that comes in between is in both.
  const coming = await place.follow(stop.signal);
  const last = [...foundIn(listing, Number.isFinite(listing.count) ? listing.count : BEGIN)].reverse();
  const seen = new Set(last.map(({ text }) => text));
  const show = await printerFor(listing, last);
  for (const found of last) show(found);
  for await (const text of coming) {
    if (!screen.isRead) return;
    const found = seen.delete(text) ? null : match(text, query);
    if (found !== null && isShown(found.line)) show(found);
  }
}

async function printerFor(listing: Listing, last: readonly Found[]): Promise<(found: Found) => void> {
  const { context, options, form } = listing;
  const { screen } = context;
  const terminal = screen.columns !== undefined;
  if (form.name !== 'rows' || !terminal) {
    if (form.name === 'csv')
      for (const head of piecesOf([], form, { zone: zoneOf(options), terminal })) screen.raw(head);
    return (found) => screen.raw(pieceOf(found, form, { zone: zoneOf(options), terminal }));
  }
  const { rowPrinter } = await import('./log-rows.ts');
  const { rowsOptions } = await import('./log-screen.ts');
  const sample = last.map(({ line }) => rowOf(line));
  const printer = rowPrinter(rowsOptions(listing), sample, true);
  screen.line(printer.head);
  return ({ line }) => screen.line(printer.line(rowOf(line)));
}
