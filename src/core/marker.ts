// What a group that scim-hook made carries in externalId: by it templates may reach the group, and we may delete it.

const MARKER = 'scim-hook:';

export const isMarked = (externalId: string | null | undefined): boolean =>
  externalId?.startsWith(MARKER) === true;

/** `id`: a UUID, so that no two groups share one. */
export const markerOf = (id: string): string => MARKER + id;
