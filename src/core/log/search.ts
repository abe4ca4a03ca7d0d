// Which events somebody means by an id, its beginning, the number of a line, or a lease.
import type { AuditLine } from '../audit-record.ts';

/** What was found: the events, or one line that belongs to none. */
export type Meant =
  /** `since`: when the first line of them was written, where that is known. */
  | { readonly is: 'events'; readonly events: readonly string[]; readonly since: number | null }
  | { readonly is: 'line'; readonly line: AuditLine }
  | { readonly is: 'ambiguous'; readonly ids: readonly string[] }
  | { readonly is: 'nothing' };

/** Fewer characters begin too much. */
export const LEAST = 4;
/** More candidates than this are of no help, and needn't be remembered. */
const MOST = 6;

export class Search {
  /** Texts of which one stands in every line that can be meant. */
  readonly texts: readonly string[];
  private readonly id: string;
  private readonly seq: number | null;
  private readonly events = new Map<string, string>();
  private readonly leases = new Map<string, Set<string>>();
  private readonly requests = new Map<string, string>();
  private readonly numbered: AuditLine[] = [];

  constructor(id: string) {
    this.id = id;
    this.seq = /^\d{1,15}$/.test(id) ? Number(id) : null;
    const begins = `"${JSON.stringify(id).slice(1, -1)}`;
    this.texts = this.seq === null ? [begins] : [begins, `"seq":${this.seq},`];
  }

  /** Oldest first. */
  add(line: AuditLine): void {
    const { event, time, lease, leases = [], ended = [], requestId, transaction } = line;
    if (line.seq === this.seq) this.numbered.push(line);
    if (this.id.length < LEAST || event === undefined) return;
    if (event.startsWith(this.id)) remember(this.events, event, time);
    for (const each of [lease, ...ended, ...leases.map(({ id }) => id)]) {
      if (typeof each !== 'string' || !each.startsWith(this.id)) continue;
      const of = this.leases.get(each) ?? new Set<string>();
      if (this.leases.size < MOST || this.leases.has(each)) this.leases.set(each, of.add(event));
    }
    if (requestId?.startsWith(this.id) || transaction?.startsWith(this.id))
      remember(this.requests, event, time);
  }

  /** An event before a line, a line before a lease, a lease before a request. */
  get meant(): Meant {
    const { events, leases, requests, numbered } = this;
    const whole = events.get(this.id);
    if (whole !== undefined) return { is: 'events', events: [this.id], since: Date.parse(whole) };
    if (events.size > 0) return oneOf(events);
    const [line, ...others] = numbered;
    if (line !== undefined) {
      if (others.length > 0) return { is: 'ambiguous', ids: numbered.slice(0, MOST).map(nameOf) };
      return line.event === undefined ? { is: 'line', line } : unbounded([line.event]);
    }
    const [lease, ...more] = leases.has(this.id) ? [this.id] : leases.keys();
    if (lease !== undefined && more.length > 0) return { is: 'ambiguous', ids: [lease, ...more] };
    if (lease !== undefined) return unbounded([...(leases.get(lease) ?? [])]);
    const [request, ...further] = requests.keys();
    if (request === undefined) return { is: 'nothing' };
    return further.length > 0 ? { is: 'ambiguous', ids: [request, ...further] } : unbounded([request]);
  }
}

const nameOf = ({ event, hash }: AuditLine): string => event ?? hash;

function remember(all: Map<string, string>, event: string, time: string): void {
  if (all.size < MOST && !all.has(event)) all.set(event, time);
}

function oneOf(all: ReadonlyMap<string, string>): Meant {
  const [[event, time] = ['', ''], ...others] = all;
  if (others.length > 0) return { is: 'ambiguous', ids: [...all.keys()] };
  return { is: 'events', events: [event], since: Date.parse(time) };
}

/** An event's own line stands before any that names its lease, or a request. */
const unbounded = (events: readonly string[]): Meant => ({ is: 'events', events, since: null });
