// Whether what was begun came to an end: each intent has its change line, and each event one closing line.
import type { Finding, Note, Remarks } from './remark.ts';
import type { Place, StoredLine } from './stored-line.ts';

/** An honest log has a handful of open events; of more than this the oldest are forgotten. */
const MOST_OPEN = 10_000;
/** Of the events that were closed last, this many to twice as many are known. */
const REMEMBERED = 50_000;

interface Begun extends Place {
  readonly seq: number;
  readonly kind: string;
  /** Those that no change line answered. */
  readonly intents: Intent[];
}

interface Intent extends Place {
  readonly seq: number;
  readonly op: string;
  readonly target: string;
  readonly name: string;
}

export class EventTally {
  private readonly findings: Remarks<Finding>;
  private readonly notes: Remarks<Note>;
  private readonly open = new Map<string, Begun>();
  /** The older half is forgotten whenever the younger one is full. */
  private closed = new Set<string>();
  private closedBefore = new Set<string>();

  constructor(findings: Remarks<Finding>, notes: Remarks<Note>) {
    this.findings = findings;
    this.notes = notes;
  }

  see(line: StoredLine): void {
    const { event, kind } = line;
    if (event === undefined) return;
    if (kind === 'change') this.answer(event, line);
    else if (kind === 'sync' && line.outcome !== 'pending') this.close(event, line);
    else {
      const begun = this.begun(event, line);
      if (kind === 'intent') begun.intents.push(intentOf(line));
    }
  }

  private answer(event: string, line: StoredLine): void {
    const intents = this.open.get(event)?.intents ?? [];
    const { op, target, name } = line;
    const at = intents.findLastIndex(
      (intent) => intent.name === name && intent.op === op && intent.target === target,
    );
    if (at !== -1) intents.splice(at, 1);
  }

  private begun(event: string, { file, line, seq, kind }: StoredLine): Begun {
    const known = this.open.get(event);
    if (known !== undefined) return known;
    const begun: Begun = { file, line, seq, kind, intents: [] };
    this.open.set(event, begun);
    if (this.open.size > MOST_OPEN) {
      const [oldest] = this.open.keys();
      if (oldest !== undefined) this.open.delete(oldest);
    }
    return begun;
  }

  private close(event: string, line: StoredLine): void {
    if (this.closed.has(event) || this.closedBefore.has(event))
      this.findings.add(line, { is: 'closed-twice', event });
    for (const intent of this.open.get(event)?.intents ?? [])
      this.findings.add(intent, { is: 'unanswered', op: intent.op, name: intent.name, event });
    this.open.delete(event);
    this.closed.add(compact(event));
    if (this.closed.size <= REMEMBERED) return;
    this.closedBefore = this.closed;
    this.closed = new Set();
  }

  /** What is still open at the end of the log may be under way. */
  finish(): void {
    for (const [event, begun] of this.open) {
      const { intents } = begun;
      for (const intent of intents)
        this.notes.add(intent, { is: 'open-intent', op: intent.op, name: intent.name, event });
      if (intents.length === 0) this.notes.add(begun, { is: 'open-event', kind: begun.kind, event });
    }
  }
}

const intentOf = ({ file, line, seq, op = '', target = '', name = '' }: StoredLine): Intent => ({
  file,
  line,
  seq,
  op,
  target,
  name,
});

/** A piece of a line's text keeps all of that text in memory; this one only itself. */
const compact = (text: string): string => ` ${text}`.slice(1);
