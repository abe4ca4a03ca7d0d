// `log` on a terminal: a table, page by page where it is long, and below it what there is to know of the log as a whole.
import { newestChain } from '../core/log/newest-chain.ts';
import { type Row, rowOf } from '../core/log/row.ts';
import { readSettings } from '../core/settings.ts';
import { isShippingSet } from '../core/ship/settings.ts';
import type { LogPlace } from '../wire/log-place.ts';
import type { Context } from './context.ts';
import { foundIn, type Listing } from './log-listing.ts';
import { zoneOf } from './log-reading.ts';
import { everybody, type RowsOptions, rowPrinter } from './log-rows.ts';
import { pagerOf } from './pager.ts';
import { plain } from './plain.ts';

/** Lines for people where nobody says how many. */
const ENOUGH = 50;
/** So many rows decide how wide the columns are. */
const SAMPLE = 5_000;
const CHECKED = 200;

export const rowsOptions = ({ context, options, query, now }: Listing): RowsOptions => ({
  screen: context.screen,
  now,
  zone: zoneOf(options),
  repos: query.repo === null,
});

export async function showLog(listing: Listing): Promise<void> {
  const { context, options, place } = listing;
  const { screen } = context;
  const most = Number.isFinite(listing.count) ? listing.count : ENOUGH;
  const rows = function* (): Iterable<Row> {
    for (const { line } of foundIn(listing, most)) yield rowOf(line);
  };
  const sample: Row[] = [];
  for (const row of rows()) if (sample.push(row) >= SAMPLE) break;
  if (sample.length === 0) {
    screen.note(nothing(listing));
    return;
  }
  const printer = rowPrinter(rowsOptions(listing), sample, sample.length >= SAMPLE);
  const counted = { lines: 0, failed: 0, refused: 0 };
  const lines = function* (): Iterable<string> {
    Object.assign(counted, { lines: 0, failed: 0, refused: 0 });
    yield printer.head;
    for (const row of sample.length < SAMPLE ? sample : rows()) {
      counted.lines += 1;
      if (row.outcome === 'failed' || row.outcome === 'refused') counted[row.outcome] += 1;
      yield printer.line(row);
    }
  };
  // Heading, footer and the prompt that follows are lines too.
  const long = sample.length + 3 > (screen.rows ?? 0);
  await screen.page(lines, long && options.pager !== false ? pagerOf(context.env, place.entries) : null);
  if (screen.isRead)
    screen.note(screen.paint.dim(await footer(listing, counted, most, personOf(listing, sample))));
}

/** Whom all lines are about, where that goes without saying in each; empty where it does so altogether. */
function personOf({ place }: Listing, rows: readonly Row[]): string {
  const [one, ...others] = rows.length < SAMPLE ? everybody(rows) : [];
  const self = readSettings(place.entries).pins?.subject;
  return one === undefined || others.length > 0 || one === self ? '' : ` of ${plain(one)}`;
}

function nothing({ options, query }: Listing): string {
  const where = query.repo === null ? '' : ' of this repository';
  if (options.since !== undefined || options.id !== undefined) return `The log has no such lines${where}.`;
  const since = options.until === undefined ? ' in the last 24 hours' : ' in the 24 hours before that';
  const more = query.repo === null ? '' : ', --all-repos into other repositories';
  return `The log has nothing${where}${since}. --since 30d looks further back${more}.`;
}

async function footer(
  { place, context, options }: Listing,
  { lines, failed, refused }: { lines: number; failed: number; refused: number },
  most: number,
  person: string,
): Promise<string> {
  const parts = [
    `${lines === 1 ? 'one line' : `${lines} lines`}${person}${lines === most ? ', the newest (-n shows more)' : ''}`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(refused === 0 ? [] : [`${refused} refused`]),
  ];
  // The chains of several logs have nothing to do with each other.
  if (place.logs.length === 1) {
    const chain = newestChain(place.files.back(), CHECKED, await place.sha256());
    parts.push(
      chain.broken === null
        ? `chain whole over the newest ${chain.lines} lines`
        : context.screen.paint.red(`chain broken at seq ${chain.broken}: see \`scim-hook log verify\``),
    );
  }
  const unshipped = options.from === undefined ? await unshippedOf(context, place) : null;
  if (unshipped !== null && unshipped.lines > 0)
    parts.push(`${unshipped.lines}${unshipped.more ? ' or more' : ''} not shipped yet`);
  return parts.join(' · ');
}

/** Lines that have yet to leave this machine; null where none leave it. Counted no further than a footer is worth. */
async function unshippedOf(
  { env, cwd }: Context,
  place: LogPlace,
): Promise<{ readonly lines: number; readonly more: boolean } | null> {
  if (!isShippingSet(place.entries, env)) return null;
  const { unshippedLines } = await import('../wire/ship.ts');
  return unshippedLines({ ...place, env, directory: cwd });
}
