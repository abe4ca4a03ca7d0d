// Which chain a line belongs to: the one that it follows, else the one of its device. In files that were collected from
// many machines the lines of many chains are mixed.
import type { Chain } from './chain.ts';
import type { PartialChain } from './partial-chain.ts';
import type { Fragment, Place, StoredLine } from './stored-line.ts';

type Checked = Chain | PartialChain;

export class Chains {
  readonly all: Checked[] = [];
  private readonly make: () => Checked;
  /** One log, whatever its lines say: what belongs to another one was put in. */
  private readonly single: boolean;
  private readonly byDevice = new Map<string, Checked>();
  private readonly byEnd = new Map<string, Checked>();
  private current: Checked | null = null;
  private named: { readonly file: string; readonly first: number } | null = null;

  constructor(make: () => Checked, single: boolean) {
    this.make = make;
    this.single = single;
  }

  /** A file begins; its name may say which line is its first. */
  begin(file: string, first: number | null): void {
    this.endFile();
    if (first !== null) this.named = { file, first };
  }

  private endFile(): void {
    const { named } = this;
    this.named = null;
    if (named === null) return;
    this.own().findings.add(
      { file: named.file, line: 1, seq: null },
      { is: 'empty-segment', named: named.first },
    );
  }

  /** The chain that the line went to. */
  feed(line: StoredLine): Checked {
    const chain = this.single ? this.own() : this.chainOf(line);
    if (this.named !== null) chain.begin(this.named.first);
    this.named = null;
    const before = chain.last;
    if (before?.file !== line.file) chain.files += 1;
    chain.feed(line);
    this.current = chain;
    if (this.single) return chain;
    if (before !== null) this.byEnd.delete(before.hash);
    if (chain.last !== null) this.byEnd.set(chain.last.hash, chain);
    if (line.device !== undefined && !this.byDevice.has(line.device)) this.byDevice.set(line.device, chain);
    return chain;
  }

  /** Of a single log the one chain there is; else the one that the last line went to. */
  own(): Checked {
    this.current ??= this.added();
    return this.current;
  }

  private chainOf(line: StoredLine): Checked {
    const { current } = this;
    if (current?.lines === 0) return current;
    if (current?.last?.hash === line.prev) return current;
    const followed = this.byEnd.get(line.prev);
    if (followed !== undefined) return followed;
    if (line.device !== undefined) return this.byDevice.get(line.device) ?? this.added();
    // The first line of a log is of no device yet.
    return line.seq === 1 || current === null ? this.added() : current;
  }

  private added(): Checked {
    const chain = this.make();
    this.all.push(chain);
    return chain;
  }

  fragment(kind: Fragment, place: Place): void {
    this.own().fragment(kind, place);
  }

  finish(): void {
    this.endFile();
    for (const chain of this.all) chain.finish();
  }
}
