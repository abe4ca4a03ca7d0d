// What the fake directory holds, is asked and answers: the words its parts share.

export type Json = Record<string, unknown>;

export interface FakeUser {
  readonly id: string;
  userName: string;
  externalId?: string;
  active?: boolean | string;
  emails?: { value: string; type?: string; primary?: boolean }[];
  roles?: Json[];
  entitlements?: Json[];
}

export interface FakeGroup {
  readonly id: string;
  displayName: string;
  externalId?: string;
  /** Ids of users, and of groups inside this one. */
  members: string[];
}

export type FakeResource = FakeUser | FakeGroup;

/** All a directory holds, now or at some time before. */
export interface Holdings {
  readonly users: ReadonlyMap<string, FakeUser>;
  readonly groups: ReadonlyMap<string, FakeGroup>;
}

export interface Question {
  readonly method: string;
  readonly pathname: string;
  readonly query: URLSearchParams;
  readonly contentType: string | null;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed. */
  readonly body: unknown;
}

export interface Answer {
  status: number;
  body?: Json;
  /** Instead of `body`: sent as it is. */
  text?: string;
  headers?: Record<string, string>;
}

/** Typed by hand on purpose: a client that misspells one must not find the same mistake here. */
export const URN = {
  user: 'urn:ietf:params:scim:schemas:core:2.0:User',
  group: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  provider: 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig',
  list: 'urn:ietf:params:scim:api:messages:2.0:ListResponse',
  patch: 'urn:ietf:params:scim:api:messages:2.0:PatchOp',
  error: 'urn:ietf:params:scim:api:messages:2.0:Error',
};

export const scimError = (status: number, detail: string, scimType?: string): Answer => ({
  status,
  body: { schemas: [URN.error], status: String(status), detail, ...(scimType ? { scimType } : {}) },
});

export const isAnswer = <T extends object>(given: T | Answer): given is Answer => 'status' in given;

export const isJson = (given: unknown): given is Json =>
  typeof given === 'object' && given !== null && !Array.isArray(given);

export const isGroup = (resource: FakeResource): resource is FakeGroup => 'displayName' in resource;

/** Equal as RFC 7643 has it for whatever isn't caseExact. */
export const same = (a: unknown, b: unknown): boolean =>
  typeof a === 'string' && typeof b === 'string' && a.toLowerCase() === b.toLowerCase();
