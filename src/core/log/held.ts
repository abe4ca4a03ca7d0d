// Folds the lines of a log into spans of access. It goes by the same lines, in the same way, as a lost ledger is
// rebuilt (core/rebuild.ts), so that what it says is open is what the ledger says is held.
import type { AuditLine } from '../audit-record.ts';
import { type HoldingState, type Item, itemKey } from '../ledger.ts';
import type { EventFacts } from './happenings.ts';
import type { Mark, Span, SpanEnd } from './span.ts';

type Growing = { -readonly [key in keyof Span]: Span[key] } & { steps: Span['steps'][number][] };

/** What a line about a change must have, or it says nothing about one. */
type Told = AuditLine & Required<Pick<AuditLine, 'endpoint' | 'subject' | 'subjectId' | 'op'>>;

export class Held {
  private readonly spans = new Map<string, Growing>();
  /** One copy of what stands in many lines: a million spans may name ten branches. */
  private readonly known = new Map<string, string>();
  private readonly over: (span: Span) => void;
  private readonly causeOf: (event: string) => EventFacts | undefined;

  /** `over` is told of each span when it ends. `causeOf`: what is known of an event when a line about it is added. */
  constructor(
    over: (span: Span) => void,
    causeOf: (event: string) => EventFacts | undefined = () => undefined,
  ) {
    this.over = over;
    this.causeOf = causeOf;
  }

  /** Those that have not ended. */
  open(): Iterable<Span> {
    return this.spans.values();
  }

  /** Of each machine in the order of what happened (core/log/order.ts). */
  add(line: AuditLine): void {
    if (line.kind !== 'intent' && line.kind !== 'change') return;
    const { endpoint, subject, subjectId, target, name, op } = line;
    if (endpoint === undefined || subject === undefined || subjectId === undefined) return;
    if (target === undefined || name === undefined || line.event === undefined) return;
    if (op === undefined || op === 'delete') return;
    const item: Item = {
      kind: target,
      name: this.once(name),
      id: line.targetId == null ? null : this.once(line.targetId),
      ...(line.type === undefined ? {} : { type: this.once(line.type) }),
    };
    const told = { ...line, endpoint, subject, subjectId, op };
    if (op === 'remove') this.takes(told, item);
    else this.gives(told, item);
  }

  private gives(line: Told, item: Item): void {
    const key = keyOf(line, item);
    const open = this.spans.get(key);
    const mark = this.mark(line);
    if (line.kind === 'intent') {
      // What somebody had, and is asked for again, was found to be gone.
      if (open !== undefined && hasBeenHeld(open)) this.end(key, 'lost', mark);
      const span = this.spans.get(key) ?? this.begin(key, line, item);
      span.asked = mark;
      this.describe(span, line);
      span.steps.push({ from: mark.moment, state: 'adding' });
      return;
    }
    if (line.outcome === 'applied') {
      const there = this.named(keyOf(line, { ...item, id: null }), key, item, mark);
      if (there !== undefined && hasBeenHeld(there)) {
        if (there.steps.at(-1)?.state === 'held') return;
        this.end(key, 'lost', mark);
      }
      const span = this.spans.get(key) ?? this.begin(key, line, item);
      span.granted = mark;
      this.describe(span, line);
      span.steps.push({ from: mark.moment, state: 'held' });
      return;
    }
    const mayHaveArrived =
      (line.status !== undefined && line.status >= 500) || line.verified === 'contradicted';
    const isOver = line.outcome === 'refused' || (line.outcome === 'failed' && !mayHaveArrived);
    if (open === undefined || line.outcome === 'would') return;
    if (isOver) this.end(key, hasBeenHeld(open) ? 'lost' : 'never-came', mark);
    else open.asked = mark;
  }

  private takes(line: Told, item: Item): void {
    const key = keyOf(line, item);
    const mark = this.mark(line);
    const state = stateOf(line);
    if (state === null) return;
    // What is taken back was there, though the log has no line of how it came.
    const span = this.spans.get(key) ?? this.begin(key, line, item);
    if (state === 'over') {
      if (span.steps.length === 0) span.steps.push({ from: mark.moment, state: 'removing' });
      this.end(key, 'released', mark);
      return;
    }
    if (state === 'owed') span.owed = mark;
    span.steps.push({ from: mark.moment, state });
  }

  private begin(key: string, line: Told, item: Item): Growing {
    const span: Growing = {
      endpoint: this.once(line.endpoint),
      subject: this.once(line.subject),
      subjectId: this.once(line.subjectId),
      device: this.once(line.device ?? ''),
      item,
      before: line.before ?? 'unknown',
      managed: line.managed ?? false,
      steps: [],
      asked: null,
      granted: null,
      owed: null,
      ended: null,
    };
    this.spans.set(key, span);
    return span;
  }

  private describe(span: Growing, line: Told): void {
    span.before = line.before ?? 'unknown';
    span.managed = line.managed ?? false;
  }

  /** What is there under the item's key. A group that was made had no id before: it is known by it from here on. */
  private named(unnamed: string, key: string, item: Item, by: Mark): Growing | undefined {
    const made = this.spans.get(unnamed);
    if (made !== undefined && unnamed !== key) {
      this.end(key, 'lost', by);
      this.spans.delete(unnamed);
      made.item = item;
      this.spans.set(key, made);
    }
    return this.spans.get(key);
  }

  private end(key: string, how: SpanEnd, by: Mark): void {
    const span = this.spans.get(key);
    if (span === undefined) return;
    this.spans.delete(key);
    // Where a clock was put back, an end may seem to come before the beginning.
    const from = span.steps.at(-1)?.from ?? by.moment;
    span.ended = { how, by: by.moment < from ? { ...by, moment: from } : by };
    this.over(span);
  }

  private mark(line: AuditLine): Mark {
    const { seq, event, lease, expires, outcome, reason, verified, late, rules } = line;
    return {
      moment: Date.parse(line.at),
      cause: this.causeOf(event ?? ''),
      seq,
      event,
      lease,
      expires,
      outcome,
      reason,
      verified,
      late,
      repo: this.maybeOnce(line.repo),
      branch: this.maybeOnce(line.branch),
      worktree: this.maybeOnce(line.worktree),
      policy: this.maybeOnce(line.policy),
      rulesBlob: this.maybeOnce(line.rulesBlob),
      rules: rules?.map((rule) => this.once(rule)),
    };
  }

  private maybeOnce<T extends string | null | undefined>(text: T): T | string {
    return typeof text === 'string' ? this.once(text) : text;
  }

  private once(text: string): string {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    this.known.set(text, text);
    return text;
  }
}

const keyOf = ({ device, endpoint, subjectId }: Told, item: Item): string =>
  `${device ?? ''}\n${endpoint}\n${subjectId}\n${itemKey(item)}`;

const hasBeenHeld = (span: Span): boolean => span.steps.some(({ state }) => state !== 'adding');

/** What a line of a removal makes of it; null: nothing. */
function stateOf({ kind, outcome }: Told): HoldingState | 'over' | null {
  if (kind === 'intent') return 'removing';
  switch (outcome) {
    case 'applied':
      return 'over';
    case 'failed':
      return 'held';
    case 'owed':
      return 'owed';
    default:
      return null;
  }
}
