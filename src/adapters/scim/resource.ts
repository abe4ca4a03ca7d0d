// The two resource types that matter: where they live, what to call one of them, how to read one, how to address one.
import { readGroup, readSubject } from '../../core/scim-message.ts';

export interface Type<T> {
  readonly path: string;
  readonly word: string;
  readonly read: (body: unknown, etag?: string | null) => T | null;
}

export const USER = { path: '/Users', word: 'user', read: readSubject } as const;
export const GROUP = { path: '/Groups', word: 'group', read: readGroup } as const;

/** Null for an id no URL can carry: empty or dots would mean another resource (RFC 3986 section 5.2.4). */
export function pathOf({ path }: Pick<Type<unknown>, 'path'>, id: string): string | null {
  if (/^\.{0,2}$/.test(id) || /\p{Cs}/u.test(id)) return null;
  return `${path}/${encodeURIComponent(id)}`;
}

export const nameOf = ({ word }: Pick<Type<unknown>, 'word'>, id: string): string => `the ${word} ${id}`;
