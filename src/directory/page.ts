// Sorts and cuts a list into the page that was asked for (RFC 7644 3.4.2.4).
import SCIMMY from 'scimmy';
import { scimError } from './scim-error.ts';

/** Also announced as filter.maxResults. */
export const longestPage = 200;

export interface Page {
  readonly startIndex: number;
  readonly count: number;
}

interface Sorting {
  readonly sortBy?: string;
  readonly sortOrder?: string;
}

/** Express hands over text, a search request numbers; scimmy drops the text (scimmyjs/scimmy#89). */
function wholeNumber(name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw scimError(400, `${name} is not a whole number`, 'invalidValue');
}

export function readPage(asked: { readonly [name: string]: unknown }): Page {
  const count = wholeNumber('count', asked['count']) ?? longestPage;
  return {
    startIndex: Math.max(wholeNumber('startIndex', asked['startIndex']) ?? 1, 1),
    count: Math.min(Math.max(count, 0), longestPage),
  };
}

/** scimmy's own paging answers the first page for a start behind the end, so only its sorting is used. */
export function pageOf(
  found: readonly SCIMMY.Types.Schema[],
  { sortBy, sortOrder }: Sorting,
  { startIndex, count }: Page,
): SCIMMY.Messages.ListResponse {
  const sorting = sortBy === undefined ? {} : { sortBy, sortOrder: sortOrder ?? 'ascending' };
  const list = new SCIMMY.Messages.ListResponse([...found], { ...sorting, itemsPerPage: found.length });
  list.Resources = list.Resources.slice(startIndex - 1, startIndex - 1 + count);
  list.startIndex = startIndex;
  list.itemsPerPage = list.Resources.length;
  return list;
}
