// Many lines of the log in a few numbers: what happened how often, how long it took, and what went wrong.
import type { AuditLine } from '../audit-record.ts';
import { Percentiles } from './percentile.ts';

export type Counts = Readonly<Record<string, number>>;

export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface Person {
  readonly subject: string;
  readonly lines: number;
  readonly failures: number;
}

export interface Summary {
  readonly lines: number;
  readonly kinds: Counts;
  readonly changes: Counts;
  readonly events: Counts;
  readonly latency: Latency | null;
  readonly failures: Counts;
  readonly people: readonly Person[];
}

/** So many switches at most are open at a time; who never closes more than that has other worries. */
const MOST_OPEN = 100_000;

export class Summing {
  private lines = 0;
  private readonly kinds = new Map<string, number>();
  private readonly changes = new Map<string, number>();
  private readonly events = new Map<string, number>();
  private readonly failures = new Map<string, number>();
  private readonly people = new Map<string, { lines: number; failures: number }>();
  private readonly open = new Set<string>();
  private readonly latency = new Percentiles();

  /** Oldest first. */
  add(line: AuditLine): void {
    const { kind, outcome, event, subject } = line;
    this.lines += 1;
    count(this.kinds, kind);
    if (kind === 'switch' && event !== undefined && this.open.size < MOST_OPEN) this.open.add(event);
    if (kind === 'change' && outcome !== undefined) count(this.changes, outcome);
    const closes = kind === 'sync' && outcome !== undefined && outcome !== 'pending';
    if (closes) this.close(line);
    const failed = (kind === 'change' || closes) && (outcome === 'failed' || outcome === 'refused');
    if (failed) count(this.failures, line.reason ?? 'unknown');
    if (subject === undefined) return;
    const person = this.people.get(subject) ?? { lines: 0, failures: 0 };
    person.lines += 1;
    person.failures += failed ? 1 : 0;
    this.people.set(subject, person);
  }

  private close({ event = '', outcome = 'pending', ms }: AuditLine): void {
    count(this.events, outcome);
    if (this.open.delete(event) && outcome === 'applied' && ms !== undefined) this.latency.add(ms);
  }

  get result(): Summary {
    const [p50 = 0, p95 = 0, p99 = 0, max = 0] = this.latency.at(50, 95, 99, 100);
    const people = [...this.people].map(([subject, counted]) => ({ subject, ...counted }));
    return {
      lines: this.lines,
      kinds: sorted(this.kinds),
      changes: sorted(this.changes),
      events: sorted(this.events),
      latency: this.latency.count === 0 ? null : { count: this.latency.count, p50, p95, p99, max },
      failures: sorted(this.failures),
      people: people.sort((a, b) => b.lines - a.lines || (a.subject < b.subject ? -1 : 1)),
    };
  }
}

function count(counts: Map<string, number>, of: string): void {
  counts.set(of, (counts.get(of) ?? 0) + 1);
}

/** The most frequent first. A key from a line is a key of its own, whatever it is called. */
const sorted = (counts: ReadonlyMap<string, number>): Counts =>
  Object.fromEntries([...counts].sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1)));
