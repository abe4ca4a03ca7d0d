// Looking something up by an attribute, where the directory's word alone is not enough: some ignore filters, some repeat pages.
import { fail, ok } from '../../core/result.ts';
import { readResources } from '../../core/scim-message.ts';
import type { Answer } from '../../flow/ports.ts';
import type { Session } from './session.ts';

/** A directory that needs more for one `eq` is not filtering, and whether a find is unique can't be told. */
const MOST_PAGES = 20;

/** What matches, each id once, from all pages (RFC 7644 section 3.4.2.4); `matches` looks at a resource's own attribute. */
export async function search<T extends { readonly id: string }>(
  session: Session,
  { path, read }: { readonly path: string; readonly read: (resource: unknown) => T | null },
  filter: string,
  matches: (found: T) => boolean,
): Promise<Answer<readonly T[]>> {
  const found = new Map<string, T>();
  const seen = new Set<string>();
  let received = 0;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = `?filter=${encodeURIComponent(filter)}${page === 0 ? '' : `&startIndex=${received + 1}`}`;
    const answer = await session.read(path + query, `a list of ${path.slice(1)}`);
    if (!answer.ok) return answer;
    const resources = readResources(answer.value);
    if (resources === null) return incomplete(session, 'the answer is not a list');
    const before = seen.size;
    for (const resource of resources) {
      const one = read(resource);
      if (one === null) continue;
      seen.add(one.id);
      if (matches(one)) found.set(one.id, one);
    }
    received += resources.length;
    // A page that brings nothing new is a repeated one; and totals are wrong too often to go on for their sake.
    if (seen.size === before || received >= total(answer.value)) return ok([...found.values()]);
  }
  return incomplete(session, `the list goes on after ${MOST_PAGES} pages`);
}

const incomplete = ({ endpoint }: Session, detail: string) =>
  fail({ code: 'faulty', endpoint, status: 200, detail } as const);

const total = (body: unknown): number =>
  typeof body === 'object' && body !== null && 'totalResults' in body && typeof body.totalResults === 'number'
    ? body.totalResults
    : 0;
