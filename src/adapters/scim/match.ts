// Whether a resource's own attribute equals what was asked: the filter's promise, checked.
import type { SubjectAttribute } from '../../core/config.ts';
import type { GroupFacts, SubjectFacts } from '../../core/scim-message.ts';
import type { GroupTarget } from '../../core/target.ts';

/** Exact, except for the two that name a person by what people type (RFC 7643 sections 4.1.1 and 8.7.1). */
export function isSubject(found: SubjectFacts, attribute: SubjectAttribute, value: string): boolean {
  switch (attribute) {
    case 'userName':
      return found.userName !== null && sameButCase(found.userName, value);
    case 'emails.value':
      return found.emails.some((email) => sameButCase(email, value));
    case 'id':
    case 'externalId':
      return found[attribute] === value;
  }
}

/** Exact: two groups whose names differ in case are two groups on many servers. */
export const isGroup = (found: GroupFacts, by: GroupTarget['by'], name: string): boolean =>
  found[by] === name;

/** Both ways, because one alone takes U+212A (the kelvin sign) for a k, or U+0131 (a dotless i) for an i. */
const sameButCase = (own: string, asked: string): boolean =>
  own.toLowerCase() === asked.toLowerCase() && own.toUpperCase() === asked.toUpperCase();
