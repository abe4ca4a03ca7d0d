// What another machine's log says of something that one machine believes to be held: each takes back only what it gave,
// but the directory has one membership, whoever gave it.
import { itemKey } from '../ledger.ts';
import type { Mark, Span } from './span.ts';

export interface Removal {
  readonly device: string;
  readonly by: Mark;
}

export class Elsewhere {
  private readonly removals = new Map<string, Removal[]>();

  /** A span that has ended. */
  note({ ended, device, ...span }: Span): void {
    if (ended?.how !== 'released') return;
    const key = keyOf(span);
    const removal = { device, by: ended.by };
    const all = this.removals.get(key);
    if (all === undefined) this.removals.set(key, [removal]);
    else all.push(removal);
  }

  /** The first removal by another machine between the span's beginning and that moment. */
  before(span: Span, moment: number): Removal | null {
    const begin = span.granted?.moment ?? Number.POSITIVE_INFINITY;
    const taken = (this.removals.get(keyOf(span)) ?? []).filter(
      ({ device, by }) => device !== span.device && by.moment > begin && by.moment <= moment,
    );
    return taken.sort((a, b) => a.by.moment - b.by.moment)[0] ?? null;
  }
}

const keyOf = ({ endpoint, subjectId, item }: Pick<Span, 'endpoint' | 'subjectId' | 'item'>): string =>
  `${endpoint}\n${subjectId}\n${itemKey(item)}`;
