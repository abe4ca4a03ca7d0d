// Looking something up by an attribute, where the directory's word alone is not enough: some ignore filters, some repeat pages.
import type { Profile } from '../../core/profile.ts';
import { fail, ok } from '../../core/result.ts';
import { readCursor, readResources } from '../../core/scim-message.ts';
import type { Answer } from '../../flow/ports.ts';
import type { Session } from './session.ts';

/** A directory that needs more for one `eq` is not filtering, and whether a find is unique can't be told. */
const MOST_PAGES = 20;

export interface Query {
  /** As `/Users`. */
  readonly path: string;
  readonly filter: string;
  /** Further parameters, encoded, as `excludedAttributes=members`. */
  readonly more: string | null;
  /** Bytes of one page that are worth reading. */
  readonly most?: number;
}

type Paging = Pick<Profile, 'pageSize' | 'paging'>;

/**
 * What matches, each id once, from all pages by index (RFC 7644 section 3.4.2.4) or by cursor (RFC 9865); `matches` looks
 * at a resource's own attribute. Null: a page is larger than asked for.
 */
export async function search<T extends { readonly id: string }>(
  session: Session,
  paging: Paging,
  query: Query,
  read: (resource: unknown) => T | null,
  matches: (found: T) => boolean,
): Promise<Answer<readonly T[] | null>> {
  const found = new Map<string, T>();
  const seen = new Set<string>();
  const cursors = new Set<string>();
  let received = 0;
  let next = firstPage(paging);
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const path = `${query.path}?${[`filter=${encodeURIComponent(query.filter)}`, query.more, ...next].filter((part) => part !== null).join('&')}`;
    const answer = await session.read(path, `a list of ${query.path.slice(1)}`, query.most);
    if (!answer.ok) return answer;
    if (answer.value === null) return ok(null);
    const { body } = answer.value;
    const resources = readResources(body);
    if (resources === null) return incomplete(session, 'the answer is not a list');
    const before = seen.size;
    for (const resource of resources) {
      const one = read(resource);
      if (one === null) continue;
      seen.add(one.id);
      if (matches(one)) found.set(one.id, one);
    }
    received += resources.length;
    const cursor = readCursor(body);
    // The same page again, where there is said to be more: whoever else matches may be on one that never comes.
    const repeats = page > 0 && resources.length > 0 && seen.size === before && seen.size < total(body);
    if (repeats || (cursor !== null && cursors.has(cursor)))
      return incomplete(session, 'the same page of the list comes again and again');
    const isOver = cursor === null && (resources.length === 0 || received >= total(body));
    if (isOver) return ok([...found.values()]);
    if (cursor !== null) cursors.add(cursor);
    next = nextPage(paging, cursor, received);
  }
  return incomplete(session, `the list goes on after ${MOST_PAGES} pages`);
}

const counted = ({ pageSize }: Paging): string[] => (pageSize === null ? [] : [`count=${pageSize}`]);

const firstPage = (paging: Paging): string[] => [
  ...(paging.paging === 'cursor' ? ['cursor='] : []),
  ...counted(paging),
];

/** A directory may page by cursor without having been asked to (RFC 9865 section 2.1). */
const nextPage = (paging: Paging, cursor: string | null, received: number): string[] => [
  cursor === null ? `startIndex=${received + 1}` : `cursor=${encodeURIComponent(cursor)}`,
  ...counted(paging),
];

const incomplete = ({ endpoint }: Session, detail: string) =>
  fail({ code: 'faulty', endpoint, status: 200, detail } as const);

const total = (body: unknown): number =>
  typeof body === 'object' && body !== null && 'totalResults' in body && typeof body.totalResults === 'number'
    ? body.totalResults
    : 0;
