// A foreseen failure is a value that travels beside the good one; only bugs are thrown.

export type Result<T, F> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: F };

export const ok = <T>(value: T): { ok: true; value: T } => ({ ok: true, value });

export const fail = <F>(failure: F): { ok: false; failure: F } => ({ ok: false, failure });

/** Makes a switch exhaustive: a case that was forgotten doesn't compile. */
export function unreachable(value: never): never {
  throw new Error(`a case nobody thought of: ${JSON.stringify(value)}`);
}
