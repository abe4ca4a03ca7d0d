// Exact percentiles of whole numbers in little memory: equal ones are counted, not kept.

export class Percentiles {
  private readonly counts = new Map<number, number>();
  count = 0;

  add(value: number): void {
    this.counts.set(value, (this.counts.get(value) ?? 0) + 1);
    this.count += 1;
  }

  /** Nearest rank: the least value that as many percent of all don't exceed. */
  at(...percents: readonly number[]): number[] {
    const sorted = [...this.counts].sort(([a], [b]) => a - b);
    return percents.map((percent) => {
      let left = Math.max(1, Math.ceil((percent / 100) * this.count));
      for (const [value, count] of sorted) {
        left -= count;
        if (left <= 0) return value;
      }
      return Number.NaN;
    });
  }
}
