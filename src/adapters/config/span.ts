// A time span as people write it in settings: "30m", "8h", "400d".
import ms, { type StringValue } from 'ms';

const TEN_YEARS = 10 * 365 * 24 * 3_600_000;

export const SPAN = /^\d+(?:\.\d+)?\s*(?:ms|s|m|h|d|w)$/;

/** Milliseconds; null for what is no span, or none to live with. ms refuses very long texts by throwing, and such a span would be no date any more. */
export function parseSpan(text: string): number | null {
  if (!SPAN.test(text) || text.length > 20) return null;
  const milliseconds = ms(text as StringValue);
  return milliseconds >= 1 && milliseconds <= TEN_YEARS ? milliseconds : null;
}
