// The check of one chain, fed one line at a time, in the memory of its last lines: is each line as it was written, does it
// follow the one before it, and if not, what was done there.
import { CHAIN_START } from '../audit-record.ts';
import { EventTally } from './event-tally.ts';
import { Recent } from './recent.ts';
import { type Finding, MOST_REMARKS, type Note, Remarks } from './remark.ts';
import { type Fragment, isAltered, type Place, type StoredLine } from './stored-line.ts';

/** The format that is known here. */
const VERSION = 1;

export class Chain {
  readonly findings = new Remarks<Finding>(MOST_REMARKS);
  readonly notes = new Remarks<Note>(MOST_REMARKS);
  lines = 0;
  /** That have lines of it. */
  files = 0;
  first: StoredLine | null = null;
  /** The one that the next line should follow. */
  last: StoredLine | null = null;
  device: string | null = null;
  /** So many lines were let go of before the first. */
  dropped = 0;
  private readonly recent = new Recent();
  private readonly tally = new EventTally(this.findings, this.notes);
  /** The number that the next line should have. */
  private next = 1;
  /** A line that follows nothing known: the one after it tells why. */
  private held: StoredLine | null = null;
  /** Beginnings of lines since the last line: left by a crash, or of lines that the next one knows of. */
  private torn: Place[] = [];
  /** What can't be read since the last line, torn or not. */
  private unreadable = 0;
  private forked = false;
  private named: number | null = null;
  private wrongDrop: StoredLine | null = null;
  /** The lines before the first can't be read, which was said. */
  private beginningSaid = false;

  /** A file begins whose name says that the next line is this one. */
  begin(first: number): void {
    this.named = first;
  }

  fragment(kind: Fragment, place: Place): void {
    this.release();
    this.unreadable += 1;
    if (kind === 'garbage') this.findings.add({ ...place, seq: null }, { is: 'unreadable', torn: false });
    else if (this.torn.length < MOST_REMARKS) this.torn.push(place);
    else this.notes.add({ ...place, seq: null }, { is: 'torn' });
  }

  feed(line: StoredLine): void {
    this.lines += 1;
    this.device ??= line.device ?? null;
    const { named } = this;
    this.named = null;
    if (named !== null && line.seq !== named) this.findings.add(line, { is: 'misnamed', named });
    this.weigh(line);
    const { held } = this;
    this.held = null;
    if (held === null || !this.settle(held, line)) this.attach(line);
  }

  /** What the line says of itself, and of what was done. */
  private weigh(line: StoredLine): void {
    const { v } = line;
    const altered = isAltered(line);
    if (v > VERSION && altered) this.findings.add(line, { is: 'newer-unchecked', v });
    else if (v > VERSION) this.notes.add(line, { is: 'newer', v });
    else if (altered) this.findings.add(line, { is: 'altered' });
    else if (line.dropped !== undefined) this.letGo(line, line.dropped);
  }

  /** Old lines were let go of, it says; the first that is left must be the one that followed them. */
  private letGo(line: StoredLine, count: number): void {
    const first = this.first ?? line;
    if (count !== first.seq - 1 || count === 0 || this.dropped > 0) return;
    if (line.droppedHash !== first.prev) {
      this.wrongDrop ??= line;
      return;
    }
    this.dropped = count;
    this.notes.add(first, { is: 'dropped', count, other: line });
  }

  private attach(line: StoredLine): void {
    const { last } = this;
    if (last === null) this.start(line);
    else if (follows(line, last)) {
      if (line.seq !== this.next && !isAltered(line))
        this.findings.add(line, { is: 'wrong-number', expected: this.next });
      this.checkTime(line, last);
      this.accept(line, isAltered(line) ? this.next : line.seq);
    } else if (line.seq === this.next && (isAltered(line) || isAltered(last))) {
      // Its `prev`, or the hash before it, is what was altered, and that was said.
      this.accept(line);
    } else if (line.prev === CHAIN_START.hash) {
      this.findings.add(line, { is: 'restart', after: last.seq });
      this.accept(line);
    } else this.place(line);
  }

  private start(line: StoredLine): void {
    this.first = line;
    const beginsAtZero = line.prev === CHAIN_START.hash;
    if (this.unreadable > 0 && line.seq === this.unreadable + 1) {
      this.sayUnreadable();
      this.beginningSaid = true;
    } else if (beginsAtZero && line.seq !== 1 && !isAltered(line))
      this.findings.add(line, { is: 'wrong-number', expected: 1 });
    else if (!beginsAtZero && line.seq === 1 && !isAltered(line))
      this.findings.add(line, { is: 'broken-link', after: 0 });
    if (line.dropped !== undefined && !isAltered(line)) this.letGo(line, line.dropped);
    this.accept(line);
  }

  /** A line that doesn't follow the last one, by the lines that are still remembered. */
  private place(line: StoredLine): void {
    const same = this.recent.withHash(line.hash);
    const sibling = this.recent.following(line.prev);
    const parent = this.recent.withHash(line.prev);
    if (same !== undefined) this.findings.add(line, { is: 'replayed', other: same });
    else if (sibling !== undefined) {
      this.forked = true;
      this.findings.add(line, { is: 'fork', other: sibling, after: parent?.seq ?? line.seq - 1 });
      this.accept(line);
    } else if (parent !== undefined) {
      // It goes on behind what was put in between, or on the other side of a fork.
      if (line.seq !== parent.seq + 1)
        this.findings.add(line, { is: 'wrong-number', expected: parent.seq + 1 });
      else if (line.seq < this.next && !this.forked)
        this.findings.add(line, { is: 'out-of-order', after: this.next - 1 });
      this.accept(line);
    } else this.held = line;
  }

  /** What the line after it makes of a line that followed nothing. True: both are in their place now. */
  private settle(held: StoredLine, line: StoredLine): boolean {
    const { last } = this;
    if (last !== null && follows(line, last)) {
      if (held.prev === line.hash && held.seq === line.seq + 1) {
        this.findings.add(held, { is: 'swapped', other: line });
        this.accept(line);
        this.accept(held);
        return true;
      }
      this.findings.add(held, { is: 'inserted' });
      this.recent.push(held);
      return false;
    }
    this.take(held);
    return false;
  }

  private release(): void {
    const { held } = this;
    this.held = null;
    if (held !== null) this.take(held);
  }

  /** Nothing explains it: lines are missing, or what it followed is another one now. */
  private take(held: StoredLine): void {
    const after = this.next - 1;
    const missing = held.seq - this.next - this.unreadable;
    if (held.seq > this.next && this.unreadable > 0) this.sayUnreadable();
    if (missing > 0) this.findings.add(held, { is: 'gap', missing, after });
    else if (held.seq === this.next) this.findings.add(held, { is: 'broken-link', after });
    else if (held.seq < this.next) this.findings.add(held, { is: 'out-of-order', after });
    this.accept(held);
  }

  private accept(line: StoredLine, seq = line.seq): void {
    for (const place of this.torn) this.notes.add({ ...place, seq: null }, { is: 'torn' });
    this.torn = [];
    this.unreadable = 0;
    this.recent.push(line);
    if (line.v <= VERSION && !isAltered(line)) this.tally.see(line);
    this.last = line;
    this.next = seq + 1;
  }

  /** What looked like the rest of a crash was a whole line once: the next one knows of it. */
  private sayUnreadable(): void {
    for (const place of this.torn)
      this.findings.add({ ...place, seq: null }, { is: 'unreadable', torn: true });
    this.torn = [];
  }

  private checkTime(line: StoredLine, last: StoredLine): void {
    if (line.time >= last.time || isAltered(line) || isAltered(last)) return;
    if (Date.parse(line.time) >= Date.parse(last.time)) return;
    this.findings.add(line, { is: 'time-backwards', time: line.time, before: last.time });
  }

  finish(): void {
    this.release();
    for (const place of this.torn) this.notes.add({ ...place, seq: null }, { is: 'torn' });
    this.torn = [];
    this.tally.finish();
    const { first, wrongDrop } = this;
    const missing = (first?.seq ?? 1) - 1;
    if (first === null || missing < 1 || this.dropped > 0 || this.beginningSaid) return;
    if (first.prev === CHAIN_START.hash || isAltered(first)) return;
    this.findings.addFirst(
      first,
      wrongDrop === null
        ? { is: 'no-beginning', missing }
        : { is: 'wrong-beginning', missing, other: wrongDrop },
    );
  }
}

/** By the hash that the one before says, or by the one that it should say: then only that was altered. */
const follows = (line: StoredLine, last: StoredLine): boolean =>
  line.prev === last.hash || line.prev === last.computed;
