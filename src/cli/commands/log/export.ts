// `log export`: lines, oldest first, in a form that other systems read.
import type { Failure } from '../../../core/failure.ts';
import { csvHead, csvRow } from '../../../core/log/csv.ts';
import { ocsfEvent } from '../../../core/log/ocsf.ts';
import { ok, type Result } from '../../../core/result.ts';
import type { Context } from '../../context.ts';
import type { ExportOptions } from '../../log-options.ts';
import { type Found, matching, queryOf, withLog } from '../../log-reading.ts';
import type { ExitCode } from '../../words.ts';

export const runExport = (context: Context, options: ExportOptions): Promise<ExitCode> =>
  withLog(context, options.from, async (place): Promise<Result<ExitCode, Failure>> => {
    const query = queryOf(options, place, Date.now());
    if (!query.ok) return query;
    const found = matching(place.files.forward(query.value.sought), query.value);
    await context.screen.pour(piecesOf(found, options.format));
    return ok(0);
  });

function* piecesOf(found: Iterable<Found>, format: ExportOptions['format']): Iterable<string> {
  if (format === 'csv') yield csvHead();
  for (const { line, text } of found) {
    if (format === 'csv') yield csvRow(line);
    // The stored bytes, so that the chain can be checked wherever they go.
    else if (format === 'ndjson') yield `${text}\n`;
    else yield `${JSON.stringify(ocsfEvent(line, text))}\n`;
  }
}
