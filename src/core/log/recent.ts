// The last lines of a chain, by which a line that doesn't follow the one before it is told: a fork, a line told twice, or
// one that goes on where something foreign was put in between.
import type { StoredLine } from './stored-line.ts';

const REMEMBERED = 1024;

export class Recent {
  private readonly lines: StoredLine[] = [];
  private next = 0;

  push(line: StoredLine): void {
    this.lines[this.next] = line;
    this.next = (this.next + 1) % REMEMBERED;
  }

  /** The one with this hash, by what it says or by what it should say. */
  withHash(hash: string): StoredLine | undefined {
    return this.lines.find((line) => line.hash === hash || line.computed === hash);
  }

  /** The one that follows this hash. */
  following(hash: string): StoredLine | undefined {
    return this.lines.find((line) => line.prev === hash);
  }

  withNumber(seq: number): StoredLine | undefined {
    return this.lines.find((line) => line.seq === seq);
  }
}
