// What a resource type has to say of itself to be served: User and Group are the two there are.
import type SCIMMY from 'scimmy';
import type { Outcome, Refusal } from './failure.ts';
import type { Contents, JsonObject } from './records.ts';

export interface ScimResource extends JsonObject {
  readonly id: string;
  readonly meta: Meta;
}

interface Meta extends JsonObject {
  readonly version: string;
}

export interface Kind {
  readonly name: 'User' | 'Group';
  readonly endpoint: '/Users' | '/Groups';
  readonly Schema: typeof SCIMMY.Schemas.User | typeof SCIMMY.Schemas.Group;
  all(contents: Contents): readonly ScimResource[];
  find(contents: Contents, id: string): ScimResource | undefined;
  save(contents: Contents, id: string, wanted: JsonObject, now: string): Outcome<Contents, Refusal>;
  remove(contents: Contents, id: string, now: string): Contents;
}

export const etagOf = (version: number): string => `W/"${version}"`;
