// How far the directory's clock is from ours, where that is far enough to matter.

/** Milliseconds by endpoint; absent: no difference worth the name. */
export type Skews = ReadonlyMap<string, number>;

/** A Date header is to the second and as old as the network is slow; leases are for minutes at least. */
export const SIGNIFICANT_SKEW = 60_000;

/** The directory's time, in milliseconds since the epoch. */
export const timeAt = (skews: Skews, endpoint: string, now: number): number =>
  now + (skews.get(endpoint) ?? 0);
