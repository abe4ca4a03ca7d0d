// What one call of `log` is about, however it is shown.
import type { AuditLine } from '../core/audit-record.ts';
import type { Query } from '../core/log/query.ts';
import type { LogPlace } from '../wire/log-place.ts';
import type { Context } from './context.ts';
import type { Form } from './log-forms.ts';
import type { ListOptions } from './log-options.ts';
import { type Found, first, matching } from './log-reading.ts';

export interface Listing {
  readonly context: Context;
  readonly options: ListOptions;
  readonly place: LogPlace;
  readonly query: Query;
  readonly form: Form;
  /** Infinite where nobody said how many. */
  readonly count: number;
  readonly now: number;
  readonly isShown: (line: AuditLine) => boolean;
}

/** Newest first. */
export function foundIn({ place, query, count, isShown }: Listing, most = count): Iterable<Found> {
  const shown = function* (): Iterable<Found> {
    for (const found of matching(place.files.back(query.sought), query)) if (isShown(found.line)) yield found;
  };
  return first(shown(), most);
}
