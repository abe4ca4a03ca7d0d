// The check of lines that are only some of a chain, as machines ship them: lines may be missing, or come twice. What is
// there must be as it was written, in its order, and linked where it is adjacent.
import { Recent } from './recent.ts';
import { type Finding, MOST_REMARKS, type Note, Remarks } from './remark.ts';
import { type Fragment, isAltered, type Place, type StoredLine } from './stored-line.ts';

export class PartialChain {
  readonly findings = new Remarks<Finding>(MOST_REMARKS);
  readonly notes = new Remarks<Note>(MOST_REMARKS);
  readonly dropped = 0;
  lines = 0;
  /** That have lines of it. */
  files = 0;
  first: StoredLine | null = null;
  last: StoredLine | null = null;
  device: string | null = null;
  private readonly recent = new Recent();

  /** Whatever its name says, not all of it need be there. */
  begin(): void {}

  fragment(kind: Fragment, place: Place): void {
    if (kind === 'torn') this.notes.add({ ...place, seq: null }, { is: 'torn' });
    else this.findings.add({ ...place, seq: null }, { is: 'unreadable', torn: false });
  }

  feed(line: StoredLine): void {
    this.lines += 1;
    this.device ??= line.device ?? null;
    this.first ??= line;
    if (isAltered(line)) this.findings.add(line, { is: 'altered' });
    const { last } = this;
    if (last !== null && line.seq <= last.seq) {
      const same = this.recent.withNumber(line.seq);
      if (same === undefined) this.findings.add(line, { is: 'out-of-order', after: last.seq });
      else if (same.hash === line.hash) this.notes.add(line, { is: 'repeated', other: same });
      else if (!isAltered(line)) this.findings.add(line, { is: 'fork', other: same, after: line.seq - 1 });
      return;
    }
    const isNext = last !== null && line.seq === last.seq + 1;
    if (isNext && line.prev !== last.hash && !isAltered(line) && !isAltered(last))
      this.findings.add(line, { is: 'broken-link', after: last.seq });
    this.recent.push(line);
    this.last = line;
  }

  finish(): void {}
}
