// What another place knows of a log: lines that left this machine, or a checkpoint. Whatever it knows must be here, at its
// number and with its hash; what it knows beyond the last line was cut off here.
import type { Finding, Remarks } from './remark.ts';
import type { Place } from './stored-line.ts';

export interface Known extends Place {
  readonly seq: number;
  readonly hash: string;
}

/** What is to be seen of a chain when all of it was read. */
interface ReadChain {
  readonly device: string | null;
  readonly dropped: number;
  readonly first: Known | null;
  /** The one with the highest number. */
  readonly last: Known | null;
  readonly findings: Remarks<Finding>;
}

export class Witness {
  /** Where one of them is kept, by its line number. */
  private readonly placeOf: (line: number) => Place;
  private readonly groups = new Map<string, Group>();
  /** Lines that say of no device, which only their hash can place. */
  private readonly nameless = new Group();
  /** Lines of other machines, or of none that is named. */
  skipped = 0;
  matched = 0;

  constructor(placeOf: (line: number) => Place) {
    this.placeOf = placeOf;
  }

  get count(): number {
    return [...this.groups.values()].reduce((sum, { size }) => sum + size, this.nameless.size);
  }

  knows(device: string | undefined, known: Known): void {
    let group = device === undefined ? this.nameless : this.groups.get(device);
    if (group === undefined) {
      group = new Group();
      this.groups.set(device ?? '', group);
    }
    group.add(known);
  }

  /** A line of the log, in whatever order. `device`: of its chain. */
  compare(device: string, line: Known, findings: Remarks<Finding>): void {
    this.nameless.compare(line);
    const other = this.groups.get(device)?.compare(line) ?? null;
    if (other === null) return;
    const place = this.placeOf(other);
    findings.add(line, { is: 'rewritten', source: place.file, other: place });
  }

  /** What of it was nowhere. */
  finish(chains: readonly ReadChain[]): void {
    const ours = new Map(chains.flatMap((chain) => (chain.device === null ? [] : [[chain.device, chain]])));
    for (const [device, group] of this.groups) {
      const chain = ours.get(device);
      this.matched += group.matched;
      if (chain === undefined) this.skipped += group.size;
      else this.miss(group, chain);
    }
    this.matched += this.nameless.matched;
    this.skipped += this.nameless.size - this.nameless.matched;
    const [chain] = chains;
    if (chain === undefined || this.count === 0 || this.skipped < this.count) return;
    const [device = null] = this.groups.keys();
    const { file } = this.placeOf(1);
    chain.findings.add({ file, line: 1, seq: null }, { is: 'not-this-log', source: file, device });
  }

  private miss(group: Group, { first, last, dropped, findings }: ReadChain): void {
    const end = last?.seq ?? 0;
    const absent = group.absent();
    const beyond = absent.filter(({ seq }) => seq > end);
    const newest = beyond.at(-1);
    if (newest !== undefined) {
      const { file } = this.placeOf(newest.line);
      const at = last ?? { file, line: newest.line, seq: null };
      findings.add(at, { is: 'truncated', source: file, beyond: beyond.length, last: newest.seq });
    }
    for (const { seq, line } of absent) {
      if (seq > end || (first !== null && seq < first.seq && seq <= dropped)) continue;
      const place = this.placeOf(line);
      findings.add({ ...place, seq }, { is: 'not-here', source: place.file });
    }
  }
}

const WORDS = 8;

/** Numbers and hashes of very many lines, in as many bytes as they need. */
class Group {
  private seqs = new Float64Array(64);
  private lines = new Uint32Array(64);
  private hashes = new Uint32Array(64 * WORDS);
  /** 1: a line like it was seen; 2: a line of its number with another hash. */
  private seen = new Uint8Array(0);
  private order: Uint32Array | null = null;
  size = 0;

  get matched(): number {
    return this.seen.reduce((sum, each) => sum + (each === 1 ? 1 : 0), 0);
  }

  add({ seq, hash, line }: Known): void {
    const at = this.size;
    if (at === this.seqs.length) this.grow();
    this.seqs[at] = seq;
    this.lines[at] = line;
    for (let word = 0; word < WORDS; word += 1)
      this.hashes[at * WORDS + word] = Number.parseInt(hash.slice(word * 8, word * 8 + 8), 16);
    this.size += 1;
  }

  private grow(): void {
    const length = Math.ceil(this.seqs.length * 1.5);
    const [seqs, lines, hashes] = [
      new Float64Array(length),
      new Uint32Array(length),
      new Uint32Array(length * WORDS),
    ];
    seqs.set(this.seqs);
    lines.set(this.lines);
    hashes.set(this.hashes);
    Object.assign(this, { seqs, lines, hashes });
  }

  /** The line in its file that says another hash for this number; null: it agrees, or knows nothing of it. */
  compare({ seq, hash }: Known): number | null {
    const order = this.sorted();
    let other: number | null = null;
    for (let place = this.firstWith(seq, order); place < order.length; place += 1) {
      const at = order[place] as number;
      if (this.seqs[at] !== seq) break;
      const same = this.isSame(at, hash);
      if (same || this.seen[at] === 0) this.seen[at] = same ? 1 : 2;
      if (!same) other = this.lines[at] as number;
    }
    return other;
  }

  absent(): { readonly seq: number; readonly line: number }[] {
    const found: { seq: number; line: number }[] = [];
    for (const at of this.sorted())
      if (this.seen[at] === 0) found.push({ seq: this.seqs[at] as number, line: this.lines[at] as number });
    return found;
  }

  private isSame(at: number, hash: string): boolean {
    for (let word = 0; word < WORDS; word += 1)
      if (this.hashes[at * WORDS + word] !== Number.parseInt(hash.slice(word * 8, word * 8 + 8), 16))
        return false;
    return true;
  }

  private sorted(): Uint32Array {
    if (this.order !== null) return this.order;
    const { seqs } = this;
    this.seen = new Uint8Array(this.size);
    this.order = Uint32Array.from({ length: this.size }, (_, at) => at);
    this.order.sort((a, b) => (seqs[a] as number) - (seqs[b] as number));
    return this.order;
  }

  private firstWith(seq: number, order: Uint32Array): number {
    let [low, high] = [0, order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.seqs[order[middle] as number] as number) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
