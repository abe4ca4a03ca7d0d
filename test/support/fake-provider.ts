// What the fake directory says it can do (RFC 7643 section 5, and RFC 9865 for paging).
import { type Json, URN } from './fake-resource.ts';
import type { Paging } from './fake-shown.ts';

export function providerConfig({ paging, pageSize }: Paging, etag: boolean): Json {
  return {
    schemas: [URN.provider],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: pageSize },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: etag },
    pagination: {
      cursor: paging !== 'index',
      index: paging !== 'cursor-forced',
      defaultPaginationMethod: paging === 'cursor-forced' ? 'cursor' : 'index',
      defaultPageSize: pageSize,
      maxPageSize: pageSize,
    },
    authenticationSchemes: [
      { type: 'oauthbearertoken', name: 'Bearer', description: 'a token for tests', primary: true },
    ],
  };
}
