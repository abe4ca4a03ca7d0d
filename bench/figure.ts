/** One number that BENCHMARKS.md states. `target` is what it must not exceed; null where it is there to compare with. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly target: number | null;
  readonly unit: string;
  readonly note?: string;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
  return (low + high) / 2;
}
