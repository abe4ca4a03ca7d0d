// What is kept of a user and of a group, the same in memory and in the file.

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: Json;
}

export interface Stamp {
  readonly created: string;
  readonly lastModified: string;
  /** Goes up by one with every change; the weak ETag is made of it. */
  readonly version: number;
}

export interface UserAttributes extends JsonObject {
  readonly userName: string;
}

export interface UserRecord {
  readonly id: string;
  readonly stamp: Stamp;
  readonly attributes: UserAttributes;
}

export interface GroupRecord {
  readonly id: string;
  readonly stamp: Stamp;
  readonly displayName: string;
  readonly externalId: string | null;
  /** Ids of users. What a user is in is read from here, never kept twice. */
  readonly members: readonly string[];
}

export interface Contents {
  readonly users: readonly UserRecord[];
  readonly groups: readonly GroupRecord[];
}

export const nothing: Contents = { users: [], groups: [] };

export const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isJsonObject = (value: Json | undefined): value is JsonObject => isObject(value);

/** `Array.isArray` alone lets go of the element type of a read-only array. */
export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
