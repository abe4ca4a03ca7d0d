// One moment in a stream of spans: who had it then, and, where nobody did, when somebody last and next had it.
import { beginOf, certaintyAt, endOf, isAccess, type Span } from './span.ts';

export class Point {
  readonly moment: number;
  readonly holders: Span[] = [];
  last: Span | null = null;
  next: Span | null = null;

  constructor(moment: number) {
    this.moment = moment;
  }

  take(span: Span): void {
    if (!isAccess(span)) return;
    if (certaintyAt(span, this.moment) !== null) {
      this.holders.push(span);
      return;
    }
    const [begin, end] = [beginOf(span), endOf(span)];
    if (end !== null && end <= this.moment && end >= (this.last === null ? 0 : (endOf(this.last) ?? 0)))
      this.last = span;
    if (begin > this.moment && (this.next === null || begin < beginOf(this.next))) this.next = span;
  }
}
