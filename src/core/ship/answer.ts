// What an answer to a delivery means: taken, worth another try, something wrong with these very lines, or with all of them.

export type Sent =
  /** `rejected`: lines that were dropped all the same, which must not be sent again. */
  | { readonly is: 'taken'; readonly rejected: number; readonly note: string | null }
  /** The same may well be taken later. `retryAfter` in milliseconds. */
  | { readonly is: 'later'; readonly why: string; readonly retryAfter: number | null }
  /** Because of what was sent, most likely. */
  | { readonly is: 'refused'; readonly why: string }
  /** Whatever is sent: the settings are wrong, or the other end is. */
  | { readonly is: 'blocked'; readonly why: string };

/** The OTLP specification's list. */
const LATER: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** About the content: bad, too large, of no use. */
const REFUSED: ReadonlySet<number> = new Set([400, 413, 422]);

/** `location`: an answer's, which is never followed. */
export function judgeStatus(
  status: number,
  { retryAfter, location }: { retryAfter: number | null; location: string | null },
): Sent {
  if (status >= 200 && status < 300) return { is: 'taken', rejected: 0, note: null };
  if (LATER.has(status)) return { is: 'later', why: `it asked to try again later (${status})`, retryAfter };
  if (REFUSED.has(status)) return { is: 'refused', why: `it does not take what was sent (${status})` };
  return { is: 'blocked', why: whyBlocked(status, location) };
}

function whyBlocked(status: number, location: string | null): string {
  if (status >= 300 && status < 400)
    return `it redirects (${status})${originOf(location)}; redirects are not followed`;
  if (status === 401 || status === 403) return `it refuses who we are (${status})`;
  if (status === 404 || status === 405) return `nobody takes deliveries at this URL (${status})`;
  if (status === 410) return 'it wants no more deliveries (410)';
  return `it answered ${status}`;
}

const originOf = (location: string | null): string =>
  location !== null && URL.canParse(location) ? ` to ${new URL(location).origin}` : '';
