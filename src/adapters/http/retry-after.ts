// How long a server asks us to wait (RFC 9110 section 10.2.3), in both of the header's forms.

/** Milliseconds from `now` on; null where the header is absent or says nothing. */
export function retryAfter(header: string | null, now: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, Number.MAX_SAFE_INTEGER);
  if (!/^[A-Z]/i.test(text)) return null;
  // The oldest of the three date forms names no zone and means UTC (RFC 9110 section 5.6.7).
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
