// Shipping in words: where lines go, how far behind each destination is, and why.
import { shownUrl } from '../core/ship/destination.ts';
import type { ShippingStanding } from '../wire/ship.ts';
import type { ShippingDocument } from './ship-documents.ts';
import { span } from './time.ts';

export type DestinationDocument = ShippingDocument['destinations'][number];

export const toDocument = ({ shipping, standings }: ShippingStanding): ShippingDocument => ({
  extent: shipping.extent,
  destinations: standings.map(({ destination, lag, progress }) => ({
    kind: destination.kind,
    url: shownUrl(destination.url),
    repo: destination.repo,
    lag,
    succeeded: progress.succeeded,
    failed: progress.failed,
    skipped: progress.skipped,
    rejected: progress.rejected,
    note: progress.note,
  })),
  problems: shipping.missets.map(({ where, problem }) => ({ where, problem })),
});

export const linesWords = ({ lines, more }: DestinationDocument['lag']): string =>
  lines === 1 && !more ? '1 line' : `${more ? 'at least ' : ''}${lines.toLocaleString('en')} lines`;

/** After the destination's name. */
export function standingWords(destination: DestinationDocument, now: number): string {
  const { lag, succeeded, failed, skipped, rejected, note } = destination;
  const ago = (at: string): string => `${span(now - Date.parse(at))} ago`;
  const waits =
    lag.oldest === null
      ? 'nothing waits'
      : `${linesWords(lag)} ${lag.lines === 1 && !lag.more ? 'waits' : 'wait'}, the oldest for ${span(now - Date.parse(lag.oldest))}`;
  const last = succeeded === null ? 'nothing was shipped yet' : `last shipped ${ago(succeeded)}`;
  const why = failed === null ? '' : `; tried ${ago(failed.at)}: ${failed.why}`;
  const dropped = skipped + rejected;
  const lost =
    dropped === 0
      ? ''
      : `; ${dropped === 1 ? '1 line was' : `${dropped} lines were`} not taken${note === null ? '' : ` (${note})`}`;
  return `${waits}, ${last}${why}${lost}`;
}

export const kindWords = ({ kind }: Pick<DestinationDocument, 'kind'>): string =>
  kind === 'otlp' ? 'OTLP' : 'webhook';
