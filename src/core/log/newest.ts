// The newest of many, in bounded memory.

export class Newest<T> {
  count = 0;
  private kept: T[] = [];
  private readonly most: number;
  private readonly momentOf: (each: T) => number;

  constructor(most: number, momentOf: (each: T) => number) {
    this.most = most;
    this.momentOf = momentOf;
  }

  add(each: T): void {
    this.count += 1;
    this.kept.push(each);
    if (this.kept.length >= 2 * this.most) this.kept = this.newest();
  }

  /** The newest first. */
  newest(): T[] {
    return this.kept.sort((a, b) => this.momentOf(b) - this.momentOf(a)).slice(0, this.most);
  }
}
