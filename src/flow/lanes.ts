// Several questions at once, but never many: what is in flight is bounded, whatever there is to ask.

const LANES = 4;

/** Results in the order of the items; a first failure ends the rest. */
export async function inLanes<T, F>(
  items: readonly T[],
  ask: (item: T) => Promise<F | null>,
): Promise<F | null> {
  let next = 0;
  let failed: F | null = null;
  const lane = async (): Promise<void> => {
    while (failed === null && next < items.length) {
      const item = items[next] as T;
      next += 1;
      const failure = await ask(item);
      failed ??= failure;
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANES, items.length) }, lane));
  return failed;
}
