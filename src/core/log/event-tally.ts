// Whether what was begun came to an end: each intent has its change line, and each event one closing line.
import { type Finding, MOST_REMARKS, type Note, type Remarks } from './remark.ts';
import type { Place, StoredLine } from './stored-line.ts';

/** Events that are open, or were closed last, in memory at once. An honest log has a handful of open ones. */
const REMEMBERED = 50_000;

interface Begun extends Place {
  readonly seq: number;
  readonly kind: string;
  intents: Map<string, Intent> | null;
}

interface Intent extends Place {
  readonly seq: number;
  readonly op: string;
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
    if (kind === 'change') this.open.get(event)?.intents?.delete(stepOf(line));
    else if (kind === 'sync' && line.outcome !== 'pending') this.close(event, line);
    else {
      const begun = this.begun(event, line);
      if (kind !== 'intent') return;
      begun.intents ??= new Map();
      const { file, line: number, seq, op = '', name = '' } = line;
      begun.intents.set(stepOf(line), { file, line: number, seq, op, name });
    }
  }

  private begun(event: string, { file, line, seq, kind }: StoredLine): Begun {
    const known = this.open.get(event);
    if (known !== undefined) return known;
    const begun: Begun = { file, line, seq, kind, intents: null };
    this.open.set(compact(event), begun);
    if (this.open.size > REMEMBERED) {
      const [oldest] = this.open.keys();
      if (oldest !== undefined) this.open.delete(oldest);
    }
    return begun;
  }

  private close(event: string, line: StoredLine): void {
    if (this.closed.has(event) || this.closedBefore.has(event))
      this.findings.add(line, { is: 'closed-twice', event });
    for (const intent of this.open.get(event)?.intents?.values() ?? [])
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
      const intents = [...(begun.intents?.values() ?? [])].slice(0, MOST_REMARKS);
      for (const intent of intents)
        this.notes.add(intent, { is: 'open-intent', op: intent.op, name: intent.name, event });
      if (intents.length === 0) this.notes.add(begun, { is: 'open-event', kind: begun.kind, event });
    }
  }
}

const stepOf = ({ op, target, name }: StoredLine): string => `${op}\n${target}\n${name}`;

/** A piece of a line's text keeps all of that text in memory; this is a text of its own. */
const compact = (text: string): string => ` ${text}`.slice(1);
